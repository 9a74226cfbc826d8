"""Small answers that every press of a key needs, kept in memory until their table is written.

One process owns the database and all writes to these tables pass its own modules, so counting the
writes is enough to know whether an answer still holds. What a transaction has written is counted
when it is stored; until then only the transaction itself is told otherwise.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from labelcore.store.connection import Database

Answer = TypeVar("Answer")
_counting = threading.Lock()


def remembered(db: Database, table: str, question: Hashable, read: Callable[[], Answer]) -> Answer:
    """The answer of ``read``, asked again only after ``table`` was written."""
    memory, writes = _state(db, table)
    kept = memory.get((table, question))
    if kept and kept[0] == writes:
        known: Answer = kept[1]
        return known
    found = read()
    # Counted before reading: an answer that a write overtook is asked again.
    memory[table, question] = (writes, found)
    return found


def _state(db: Database, table: str) -> tuple[dict[Any, Any], int]:
    """Where answers about a table are kept, and how often it was written before it is read.

    A transaction reads rows as they were when it began, so its answers are as old.
    """
    transaction = db.here
    if transaction is None:
        return db.memory, db.writes[table]
    if inside := transaction.changed[table]:
        return transaction.memory, inside
    return db.memory, transaction.writes.get(table, 0)


def written(db: Database, table: str) -> None:
    """Call this after the table was written."""
    if transaction := db.here:
        transaction.changed[table] += 1

    def count() -> None:
        with _counting:
            db.writes[table] += 1

    db.after_commit(count)

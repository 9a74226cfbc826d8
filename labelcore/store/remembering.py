"""Small answers that every press of a key needs, kept in memory until their table is written.

One process owns the database and all writes to these tables pass its own modules, so counting the
writes is enough to know whether an answer still holds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

from labelcore.store.connection import Database

Answer = TypeVar("Answer")
_counting = threading.Lock()


def remembered(db: Database, table: str, question: Hashable, read: Callable[[], Answer]) -> Answer:
    """The answer of ``read``, asked again only after ``table`` was written."""
    writes = db.memory.get(("writes", table), 0)
    kept = db.memory.get((table, question))
    if kept and kept[0] == writes:
        known: Answer = kept[1]
        return known
    found = read()
    # Counted before reading: an answer that a write overtook is asked again.
    db.memory[table, question] = (writes, found)
    return found


def written(db: Database, table: str) -> None:
    """Call this after the table was written durably."""
    with _counting:
        db.memory["writes", table] = db.memory.get(("writes", table), 0) + 1

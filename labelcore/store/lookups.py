"""Small answers that are asked for often, kept in memory until their tables are written."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Sequence, Sized
from typing import Any, Concatenate, ParamSpec, TypeVar

from labelcore.store.connection import Database

Answer = TypeVar("Answer")
Asked = ParamSpec("Asked")
Reading = Callable[Concatenate[Database, Asked], Answer]
_LONG = 20_000


def remembered(db: Database, table: Hashable, question: Hashable, read: Callable[[], Answer]) -> Answer:
    """The answer of ``read``, asked again only after ``table`` was written."""
    memory, cursor = _state(db, table)
    entry = memory.get((table, question))
    if entry and entry[0] == cursor:
        value: Answer = entry[1]
        return value
    answer = read()
    # The cursor is older than the reading: an answer that a write overtook is asked again.
    memory[table, question] = (cursor, answer)
    return answer


def remembered_of(
    db: Database, tables: Sequence[str], question: Hashable, read: Callable[[], Answer]
) -> Answer:
    """The same of several large tables, of which nothing is kept inside a transaction.

    Rows that came or went without a word of :func:`written` are seen by their number. A long answer is not
    kept.
    """
    if db.here:
        return read()
    sizes = db.rows("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables))
    now = (*sizes[0], *map(db.feed.cursor, tables))
    entry = db.memory.get((*tables, question))
    if entry and entry[0] == now:
        value: Answer = entry[1]
        return value
    answer = read()
    if not isinstance(answer, Sized) or len(answer) <= _LONG:
        db.memory[*tables, question] = (now, answer)
    return answer


def remembers(table: str) -> Callable[[Reading[Asked, Answer]], Reading[Asked, Answer]]:
    """Mark what is read of a table: asked for again, it is what it was until the table is written.

    A list is given anew each time, so that nobody changes what is kept.
    """
    return functools.partial(_remembering, remembered, table)


def remembers_of(*tables: str) -> Callable[[Reading[Asked, Answer]], Reading[Asked, Answer]]:
    """The same for what is counted in large tables, see :func:`remembered_of`."""
    return functools.partial(_remembering, remembered_of, tables)


def _remembering(
    remember: Callable[..., Any], tables: Hashable, read: Reading[Asked, Answer]
) -> Reading[Asked, Answer]:
    @functools.wraps(read)
    def ask(db: Database, /, *args: Asked.args, **named: Asked.kwargs) -> Any:
        about = (tuple(value) if isinstance(value, list) else value for value in (*args, *named.items()))
        kept = remember(db, tables, (read, *about), lambda: read(db, *args, **named))
        return list(kept) if isinstance(kept, list) else kept

    return ask


def _state(db: Database, table: Hashable) -> tuple[dict[Any, Any], int]:
    """Where answers about a table are kept, and where its events stand before it is read.

    A transaction reads rows as they were when it began, so its answers are as old.
    """
    transaction = db.here
    if transaction is None:
        return db.memory, db.feed.cursor(table)
    if inside := transaction.changed[table]:
        return transaction.memory, inside
    return db.memory, transaction.cursors.get(table, 0)


def written(db: Database, table: str) -> None:
    """Call this after the table was written."""
    if transaction := db.here:
        transaction.changed[table] += 1
    db.after_storing(lambda: db.feed.tell(table))

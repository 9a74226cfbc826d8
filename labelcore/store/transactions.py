"""The transaction that a thread is in, by context and thread: no other task or thread shares it; and what was
stored for good, in its order: who keeps something of it reads on from a cursor.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import duckdb

_innermost: ContextVar[Transaction | None] = ContextVar("transaction", default=None)


class Transaction:
    """One open transaction of one database, which the blocks inside it join.

    ``cursors``: where each topic of the feed stood before it began. ``changed``: what it has written (a
    table, or the followed state of a project); ``memory`` keeps what was made of that. ``tables``: those that
    it stored to, None where any may be.
    """

    def __init__(
        self, owner: object, cursor: duckdb.DuckDBPyConnection, cursors: dict[Hashable, int]
    ) -> None:
        self.cursor = cursor
        self.cursors = cursors
        self.changed: Counter[Hashable] = Counter()
        self.tables: set[str] | None = set()
        self.memory: dict[Any, Any] = {}
        self.has_failed = False
        self._owner: object | None = owner
        self._thread = threading.get_ident()
        self._outer = _innermost.get()
        self.after_commit: list[Callable[[], object]] = []
        self.after_rollback: list[Callable[[], object]] = []

    @classmethod
    def of(cls, owner: object) -> Transaction | None:
        """The transaction of a database that this thread is in."""
        transaction = _innermost.get()
        while transaction and (
            transaction._owner is not owner or transaction._thread != threading.get_ident()
        ):
            transaction = transaction._outer
        return transaction

    def stores_to(self, table: str | None) -> None:
        """Note what a statement changes."""
        self.tables = None if table is None or self.tables is None else self.tables | {table}

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """A block inside: when it fails, the whole can only be taken back."""
        try:
            yield
        except BaseException:
            self.has_failed = True
            raise

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """The outermost block: its end stores everything, or nothing.

        Raises:
            RuntimeError: a block inside failed, and its error was not passed on.
        """
        try:
            self.cursor.execute("BEGIN")
            token = _innermost.set(self)
            try:
                yield
            finally:
                _innermost.reset(token)
                self._owner = None  # a task that was begun inside may outlive it, with a copy of the context
            if self.has_failed:
                raise RuntimeError("A part of this transaction failed, so nothing of it is stored.")
            self.cursor.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(duckdb.TransactionException):  # a failed COMMIT has ended it
                self.cursor.execute("ROLLBACK")
            _call(self.after_rollback)
            raise
        _call(self.after_commit)


def _call(callbacks: list[Callable[[], object]]) -> None:
    """All of them in their order, also when one fails."""
    with contextlib.ExitStack() as calls:
        for callback in reversed(callbacks):
            calls.callback(callback)


_MOST_KEPT = 1_000


class Feed:
    """The events of this process by topic: a table, or the grading of a project."""

    def __init__(self) -> None:
        self._last: Counter[Hashable] = Counter()
        self._events: defaultdict[Hashable, deque[Any]] = defaultdict(lambda: deque(maxlen=_MOST_KEPT))
        self._telling = threading.Lock()

    def cursor(self, topic: Hashable) -> int:
        """Where a topic stands now. Take it before reading the tables."""
        return self._last[topic]

    def cursors(self) -> dict[Hashable, int]:
        """Where all topics stand now."""
        return dict(self._last)

    def tell(self, topic: Hashable, events: Iterable[Any] = (None,)) -> None:
        """Call this once they are stored for good."""
        with self._telling:
            rows = list(events)
            self._events[topic].extend(rows)
            self._last[topic] += len(rows)

    def since(self, topic: Hashable, cursor: int) -> list[Any] | None:
        """The events behind a cursor; None where so many came that the tables must be read again."""
        with self._telling:
            count = self._last[topic] - cursor
            recent = self._events[topic]
            return None if count > len(recent) else [recent[at] for at in range(-count, 0)]

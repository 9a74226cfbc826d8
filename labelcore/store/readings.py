"""What queries gave, kept until their tables are stored to: a page asks the same again and again, and so does
whoever opens it next, while others grade.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Collection, Hashable
from typing import Any, NamedTuple, TypeVar

from labelcore.store.tables_read import words

Rows = list[tuple[Any, ...]]
Report = TypeVar("Report")
_LARGEST, _ALL = 8_000_000, 64_000_000
"""Characters of an answer that is kept, and of all of them."""
_ANSWER, _PLACE = 300, 60
"""What an answer counts as by itself, and a value beside what it holds: an object and its place."""
_REPORT = 200_000
"""What a report counts as: of a hundred judges it is about as long."""


class _Kept(NamedTuple):
    """An answer, what it counts as, and the change before which it was read.

    ``words``: the tables that it was read of are among them; None where it may be of any.
    """

    answer: Any
    size: int
    change: int
    words: frozenset[str] | None


class Readings:
    """Answers by the query and its parameters. Any number of threads may ask.

    What is stored is a change, and changes are numbered.
    """

    def __init__(self) -> None:
        self._answers: dict[Hashable, _Kept] = {}
        self._size = self._change = self._of_all = 0
        self._changes: dict[str, int] = {}
        self._keeping = threading.Lock()

    def rows(self, sql: str, parameters: Any, read: Callable[[], Rows]) -> Rows:
        """The rows that ``read`` gives, or gave since a table of the query was last stored to."""
        asked = json.dumps(parameters, default=_in_full)
        key = (sql, hashlib.sha256(asked.encode()).digest())
        return list(self._kept(key, words(sql), read, _size_of))

    def report(self, about: Hashable, make: Callable[[], Report]) -> Report:
        """What ``make`` gives, or gave since something was last stored; it is the same object for all."""
        answer: Report = self._kept(about, None, make, lambda _: _REPORT)
        return answer

    def forget(self, tables: Collection[str] | None = None) -> None:
        """Call this once something is stored: to these tables, or nobody knows to which. No report stays."""
        with self._keeping:
            self._change += 1
            if tables is None:
                self._of_all = self._change
                self._empty()
                return
            self._changes |= dict.fromkeys(tables, self._change)
            stale = [
                key
                for key, kept in self._answers.items()
                if kept.words is None or not kept.words.isdisjoint(tables)
            ]
            for key in stale:
                self._size -= self._answers.pop(key).size

    def _kept(
        self, key: Hashable, of: frozenset[str] | None, read: Callable[[], Any], size_of: Callable[[Any], int]
    ) -> Any:
        with self._keeping:
            change = self._change
            if kept := self._answers.get(key):
                return kept.answer
        answer = read()
        self._keep(key, _Kept(answer, size_of(answer), change, of))
        return answer

    def _keep(self, key: Hashable, fresh: _Kept) -> None:
        """Unless its tables were stored to since the reading began: nobody can tell which of both it saw."""
        with self._keeping:
            if fresh.size > _LARGEST or not self._holds(fresh):
                return
            if former := self._answers.pop(key, None):
                self._size -= former.size
            if self._size + fresh.size > _ALL:
                self._empty()
            self._answers[key] = fresh
            self._size += fresh.size

    def _holds(self, fresh: _Kept) -> bool:
        if fresh.words is None:
            return fresh.change == self._change
        last = max((at for table, at in self._changes.items() if table in fresh.words), default=0)
        return fresh.change >= max(last, self._of_all)

    def _empty(self) -> None:
        self._answers, self._size = {}, 0


def _in_full(value: Any) -> Any:
    """What JSON has no word for; the words of an array would leave out its middle."""
    return value.tolist() if hasattr(value, "tolist") else repr(value)


def _size_of(rows: Rows) -> int:
    """What rows count as; of what is too large to be kept not all is looked at."""
    size = _ANSWER
    for row in rows:
        size += sum(map(_size, row))
        if size > _LARGEST:
            break
    return size


def _size(value: Any) -> int:
    """What a value counts as, with all that it holds."""
    if isinstance(value, str | bytes):
        return _PLACE + len(value)
    if isinstance(value, dict):
        return _PLACE + sum(_size(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], float):  # a vector: DuckDB's lists hold one type
            return _PLACE * (1 + len(value))
        return _PLACE + sum(map(_size, value))
    return _PLACE

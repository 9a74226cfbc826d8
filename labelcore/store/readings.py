"""What queries gave, kept until something is stored: a page asks the same again and again, and so does
whoever opens it next.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Rows = list[tuple[Any, ...]]
Report = TypeVar("Report")
_LARGEST, _ALL = 8_000_000, 64_000_000
"""Characters of an answer that is kept, and of all of them."""
_ANSWER, _PLACE = 300, 60
"""What an answer counts as by itself, and a value beside what it holds: an object and its place."""
_NONE = object()
_REPORT = 200_000
"""What a report counts as: of a hundred judges it is about as long."""


class Readings:
    """Answers by the query and its parameters. Any number of threads may ask."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._size = self._state = 0
        self._keeping = threading.Lock()

    def rows(self, sql: str, parameters: Any, read: Callable[[], Rows]) -> Rows:
        """The rows that ``read`` gives, or gave since something was last stored."""
        asked = json.dumps(parameters, default=_in_full)
        key = (sql, hashlib.sha256(asked.encode()).digest())
        return list(self._kept(key, read, _size_of))

    def report(self, about: Hashable, make: Callable[[], Report]) -> Report:
        """What ``make`` gives, or gave since something was last stored; it is the same object for all."""
        answer: Report = self._kept(about, make, lambda _: _REPORT)
        return answer

    def forget(self) -> None:
        """Call this once something is stored."""
        with self._keeping:
            self._state += 1
            self._empty()

    def _kept(self, key: Hashable, read: Callable[[], Any], size_of: Callable[[Any], int]) -> Any:
        with self._keeping:
            state, answer = self._state, self._answers.get(key, _NONE)
        if answer is _NONE:
            answer = read()
            self._keep(state, key, answer, size_of(answer))
        return answer

    def _keep(self, state: int, key: Hashable, answer: Any, size: int) -> None:
        """Unless something was stored since the reading began: nobody can tell which of both it saw."""
        with self._keeping:
            if state != self._state or size > _LARGEST:
                return
            if self._size + size > _ALL:
                self._empty()
            self._answers[key] = answer
            self._size += size

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

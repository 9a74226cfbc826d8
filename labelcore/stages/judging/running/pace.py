"""How much is decided between two looks at a stop, after each of which all is stored."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
_LOOK_SECONDS = 0.5  # a stop waits about as long; storing as often was measured to cost nothing


class Pace:
    """Cuts sequences into parts that take about half a second each, and hold at most ``most``."""

    def __init__(self, first: int, most: int) -> None:
        self._size, self._most = first, most

    def parts(self, every: Sequence[T]) -> Iterator[Sequence[T]]:
        """The sequence in parts; the time between two of them says how large the next is."""
        start = 0
        while start < len(every):
            some = every[start : start + self._size]
            start += len(some)
            began = time.monotonic()
            yield some
            fitting = len(some) * _LOOK_SECONDS / max(time.monotonic() - began, 1e-6)
            self._size = int(max(1, min(fitting, 4 * self._size, self._most)))

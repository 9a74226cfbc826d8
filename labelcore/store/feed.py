"""What was stored for good, in its order: who keeps something of it reads on from a cursor."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable
from typing import Any

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

"""How fast one person may ask: so many times in a row, from then on so many a minute."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_WATCHED = 20_000


class Pace:
    """Counts what each asks for. Whoever waits a while may ask in a row again."""

    def __init__(
        self, *, in_a_row: int, a_minute: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._in_a_row, self._each, self._clock = in_a_row, 60 / a_minute, clock
        self._free: OrderedDict[str, float] = OrderedDict()  # when all that was asked for is paid off
        self._lock = threading.Lock()

    def wait(self, who: str) -> float:
        """Count one more; or, where that is too many, the seconds after which it is not."""
        with self._lock:
            moment = self._clock()
            free = max(self._free.get(who, moment), moment) + self._each
            if (over := free - moment - self._in_a_row * self._each) > 1e-9:
                return over
            self._free[who] = free
            self._free.move_to_end(who)
            while len(self._free) > _MOST_WATCHED:
                self._free.popitem(last=False)
            return 0.0


REQUESTS = Pace(in_a_row=1_000, a_minute=600)
"""Requests of who has signed in, or of a token: no person is as fast."""

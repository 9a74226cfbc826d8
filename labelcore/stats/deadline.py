"""One moment at which everything must be done, shared by the steps that lead there."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """A moment of the monotonic clock, in seconds; ``seconds``: from how long before."""

    ends: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.perf_counter() + seconds, seconds)

    @property
    def left(self) -> float:
        """Seconds until then; 0 once it is over."""
        return max(0.0, self.ends - time.perf_counter())

    @property
    def over(self) -> bool:
        """Whether the moment has passed."""
        return self.left == 0.0

    def share(self, part: float) -> Deadline:
        """The moment at which so much (0..1) of what is left now is used up."""
        return Deadline.after(self.left * part)

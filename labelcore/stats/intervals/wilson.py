"""Wilson's score interval (Wilson 1927), centre (p + z²/2n) / (1 + z²/n)."""

from __future__ import annotations

import math

from labelcore.stats.intervals import interval


@interval("Wilson")
def wilson(successes: int, n: int, z: float) -> tuple[float, float]:
    """Never wider than [0, 1], and closed at an end that was reached.

    >>> tuple(round(end, 3) for end in wilson(83, 96, 1.96))
    (0.782, 0.919)
    """
    share = successes / n
    scale = 1 + z**2 / n
    centre = (share + z**2 / (2 * n)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high

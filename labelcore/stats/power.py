"""How many more grades a rate needs before its interval is narrow enough."""

from __future__ import annotations

from labelcore.stats.rate import proportion

_LIMIT = 100_000


def more_needed(successes: int, n: int, half_width: float) -> int | None:
    """How many more items until the Wilson interval is at most ± ``half_width``, at this share.

    None when the share is unknown (n = 0) or the width is out of reach.
    """
    if n == 0 or half_width <= 0:
        return None
    share = successes / n

    def wide(size: int) -> bool:
        rate = proportion(round(share * size), size)
        assert rate.high is not None and rate.low is not None  # noqa: S101, PT018 - size is positive
        return (rate.high - rate.low) / 2 > half_width

    if wide(_LIMIT):
        return None
    low, high = n, _LIMIT
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if wide(middle) else (low, middle)
    return low - n

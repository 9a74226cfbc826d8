"""How much has not been seen yet, from how often each kind was seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from labelcore.stats.rate import Z95, Rate, not_measurable

_FEWEST = 5


def good_turing(counts: Sequence[int]) -> Rate:
    """The share of occurrences that belong to kinds not seen yet, f1 / n (Good 1953).

    ``counts`` says how often each seen kind occurred; f1 is the number of kinds seen once, f2 twice.
    The interval is Esty's (1983): variance (f1 (1 - f1/n) + 2 f2) / n²; with no kind seen once, its
    upper end is the rule of three.
    """
    n = sum(counts)
    if n < _FEWEST:
        return not_measurable(f"it takes at least {_FEWEST} occurrences, here are {n}", n)
    once, twice = sum(times == 1 for times in counts), sum(times == 2 for times in counts)
    share = once / n
    spread = Z95 * math.sqrt(max(0.0, once * (1 - share) + 2 * twice)) / n
    high = max(share + spread, 3 / n)
    return Rate(value=share, low=max(0.0, share - spread), high=min(1.0, high), n=n, method="Good-Turing")

"""A share with its interval, its number of items, and the reason when it cannot be measured."""

from __future__ import annotations

import math
from statistics import NormalDist

from labelcore.models import Frozen
from labelcore.stats.intervals import every_method

Z95 = NormalDist().inv_cdf(0.975)


class Rate(Frozen):
    """A share (or a figure in [-1, 1]) with a 95 % interval; all None when it is not measurable.

    A figure that is known without an interval has its value alone, and ``why_not`` says why.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str = "Wilson"
    why_not: str | None = None


def proportion(
    successes: int, n: int, *, what: str = "items", z: float = Z95, method: str = "Wilson"
) -> Rate:
    """A share with its interval by one of `every_method`.

    ``z``: the normal quantile, 1.96 for 95 %.

    >>> in_words(proportion(83, 96))
    '86% (78% to 92%, n = 96)'
    >>> in_words(proportion(0, 0, what="graded outputs"))
    'not measurable: there are no graded outputs'
    """
    if n == 0:
        return not_measurable(f"there are no {what}")
    low, high = every_method()[method](successes, n, z)
    return Rate(value=successes / n, low=low, high=high, n=n, method=method)


def quantile(level: float) -> float:
    """The normal quantile of a two-sided interval: 1.96 for 0.95.

    >>> round(quantile(0.95), 2)
    1.96
    """
    return NormalDist().inv_cdf(1 - (1 - level) / 2)


def difference(first: Rate, second: Rate) -> Rate:
    """``first`` - ``second``, in [-1, 1], of two independent shares (Newcombe 1998, method 10).

    Its n is the smaller of the two; not measurable where one of the shares is not.
    """
    n = min(first.n, second.n)
    if first.value is None or first.low is None or first.high is None:
        return not_measurable(first.why_not or "the first share is not known", n)
    if second.value is None or second.low is None or second.high is None:
        return not_measurable(second.why_not or "the second share is not known", n)
    value = first.value - second.value
    down = math.hypot(first.value - first.low, second.high - second.value)
    up = math.hypot(first.high - first.value, second.value - second.low)
    return Rate(value=value, low=value - down, high=value + up, n=n, method="Newcombe")


def not_measurable(why: str, n: int = 0) -> Rate:
    """A rate that is undefined on this data, with the reason. Never 0."""
    return Rate(value=None, low=None, high=None, n=n, why_not=why)


def in_words(rate: Rate) -> str:
    """``83% (74% to 90%, n = 96)``, or why it is not measurable or has no interval."""
    if rate.value is None:
        return f"not measurable: {rate.why_not}"
    if rate.low is None or rate.high is None:
        return f"{share_words(rate.value)} (n = {rate.n:,}; {rate.why_not})"
    return f"{share_words(rate.value)} ({rate.low:.0%} to {rate.high:.0%}, n = {rate.n:,})"


def share_words(share: float) -> str:
    """A share in whole percent, but 0 % and 100 % only where it is exactly that.

    >>> share_words(674 / 677), share_words(0.5), share_words(1.0), share_words(0.00001)
    ('99.6%', '50%', '100%', '<0.1%')
    """
    for words in (f"{share:.0%}", f"{share:.1%}"):
        if words not in {"0%", "100%", "0.0%", "100.0%"} or share in {0, 1}:
            return words
    return "<0.1%" if share < 0.5 else ">99.9%"

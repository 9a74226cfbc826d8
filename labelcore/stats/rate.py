"""A share with its interval, its number of items, and the reason when it cannot be measured."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from statistics import NormalDist

from labelcore.models import Frozen
from labelcore.stats.intervals import every_method
from labelcore.wording import Wording

Z95 = NormalDist().inv_cdf(0.975)
_MOST = 100_000
"""More items than that are not asked for."""
_FEWEST_SEEN = 5


class Rate(Frozen):
    """A share (or a figure in [-1, 1]) with a 95 % interval; all None when it is not measurable.

    A figure that is known without an interval has its value alone, and ``why_not`` says why.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str = "Wilson"
    why_not: Wording | None = None


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
        return not_measurable(Wording("there are no {items}", items=Wording(what)))
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


def good_turing(counts: Sequence[int]) -> Rate:
    """The share of occurrences of kinds not seen yet, f1 / n (Good 1953), from the times of each.

    f1 kinds were seen once, f2 twice. The interval is Esty's (1983), variance (f1 (1 - f1/n) + 2 f2) / n²;
    with no kind seen once, its upper end is the rule of three.
    """
    n = sum(counts)
    if n < _FEWEST_SEEN:
        return not_measurable(
            Wording("it takes at least {fewest} occurrences; so far: {n}", fewest=_FEWEST_SEEN, n=n), n
        )
    once, twice = sum(times == 1 for times in counts), sum(times == 2 for times in counts)
    share = once / n
    spread = Z95 * math.sqrt(max(0.0, once * (1 - share) + 2 * twice)) / n
    low, high = max(0.0, share - spread), min(1.0, max(share + spread, 3 / n))
    return Rate(value=share, low=low, high=high, n=n, method="Good-Turing")


def more_needed(successes: int, n: int, half_width: float) -> int | None:
    """How many more items until the Wilson interval is at most ± ``half_width``, at this share.

    None when the share is unknown (n = 0) or the width is out of reach.
    """
    if n == 0 or half_width <= 0:
        return None

    def narrowness(size: int) -> float:
        low, high = every_method()["Wilson"](round(successes / n * size), size, Z95)
        return (low - high) / 2

    sizes = range(n, max(n, _MOST) + 1)
    more = bisect.bisect_left(sizes, -half_width, key=narrowness)
    return more if more < len(sizes) else None


def not_measurable(why: str, n: int = 0) -> Rate:
    """A rate that is undefined on this data, with the reason. Never 0."""
    return Rate(value=None, low=None, high=None, n=n, why_not=Wording(why))


def few_sources(sources: int, fewest: int) -> Wording:
    """Why outputs of so few sources have no interval."""
    if sources == 1:
        return Wording("no interval: the outputs come from 1 source only, it takes {fewest}", fewest=fewest)
    return Wording(
        "no interval: the outputs come from {n} sources only, it takes {fewest}", n=sources, fewest=fewest
    )


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

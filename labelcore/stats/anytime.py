"""Bounds of a share that hold at every look, however often one looks.

A beta-binomial mixture martingale (Robbins, Ann. Math. Stat. 1970; Howard et al., Ann. Stat. 2021):
for a true share of at most p the likelihood ratio, averaged over alternatives q > p with a
Beta(½, ½) prior cut to (p, 1), is a supermartingale that starts at 1, so the chance that it ever
reaches 1/α is at most α (Ville). The bound is the largest p for which it has.
"""

from __future__ import annotations

import bisect
import math

from labelcore.models import Fact, fact

_PRIOR = 0.5
_LIMIT = 100_000
_TINY = 1e-9
PRACTICAL = 2_000
"""More items than that are not asked for."""


def lower_bound(successes: int, n: int, alpha: float = 0.05) -> float:
    """A share that the truth is above with probability 1 - alpha at all looks together."""
    from scipy import optimize

    if n == 0 or successes == 0:
        return 0.0

    def excess(share: float) -> float:
        return log_evidence(successes, n, share) - math.log(1 / alpha)

    if excess(_TINY) < 0:
        return 0.0
    top = min(successes / n, 1 - _TINY)
    return top if excess(top) > 0 else float(optimize.brentq(excess, _TINY, top))


def upper_bound(successes: int, n: int, alpha: float = 0.05) -> float:
    """A share that the truth is below with probability 1 - alpha at all looks together."""
    return 1 - lower_bound(n - successes, n, alpha)


def log_evidence(successes: int, n: int, share: float) -> float:
    """The logarithm of the mixed likelihood ratio against "the truth is at most ``share``"."""
    from scipy import special

    def above(a: float, b: float) -> float:
        """How much of a Beta(a, b) lies above the share."""
        return math.log(max(float(special.betaincc(a, b, share)), 5e-324)) + float(special.betaln(a, b))

    with_grades = above(successes + _PRIOR, n - successes + _PRIOR)
    at_share = successes * math.log(share) + (n - successes) * math.log1p(-share)
    return with_grades - above(_PRIOR, _PRIOR) - at_share


def more_until(successes: int, n: int, limit: float, alpha: float = 0.05) -> int | None:
    """How many more items until `lower_bound` reaches ``limit``, if the rate stays as it is.

    0 where it is reached already; None where nothing is known yet or more items would not get there.
    """
    if n and lower_bound(successes, n, alpha) >= limit:
        return 0
    if n == 0 or successes / n <= limit:
        return None

    def evidence(size: int) -> float:
        return log_evidence(math.floor(successes / n * size + _TINY), size, limit)

    sizes = range(n + 1, _LIMIT + 1)
    more = bisect.bisect_left(sizes, math.log(1 / alpha), key=evidence) + 1
    return more if more <= len(sizes) else None


def enough(successes: int, n: int, limit: float) -> Fact:
    """Whether a share of failed outputs is good enough yet, and what is missing."""
    if n == 0:
        return fact("enough_unknown")
    bound = lower_bound(successes, n)
    if bound >= limit:
        return fact("enough", bound=bound, wanted=limit)
    now = fact("so_far", caught=successes, fails=n, bound=bound, wanted=limit)
    more = more_until(successes, n, limit)
    if more is None:
        return fact("not_at_this_rate", now=now)
    return fact("too_near", now=now) if more > PRACTICAL else fact("not_yet", now=now, more=more)

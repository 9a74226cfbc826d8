"""Two versions on the same items: is one better, or is it noise?"""

from __future__ import annotations

import math

import numpy as np

from labelcore.arrays import Bools, Ints
from labelcore.models import Frozen
from labelcore.stats.rate import Rate, not_measurable
from labelcore.wording import Wording

_DRAWS = 4_000
_FEWEST = 5
_RESAMPLES = 2_000


class PairedDifference(Frozen):
    """Two versions on the same n items. ``difference``: the second's share less the first's.

    ``p``: exact McNemar, None where no item tells them apart or items share groups.
    """

    n: int
    both: int
    only_first: int
    only_second: int
    neither: int
    difference: Rate
    p: float | None
    says: Wording


def compare(first: Bools, second: Bools, groups: Ints | None = None) -> PairedDifference:
    """Shares of two boolean arrays over the same items, shape (n,): right, or passed.

    ``groups`` (n,): numbers from 0 up where items share a source; the interval is then over groups.
    """
    cells = (first & second, first & ~second, ~first & second, ~first & ~second)
    both, only_first, only_second, neither = (int(cell.sum()) for cell in cells)
    difference = paired_difference(both, only_first, only_second, neither)
    if groups is not None and len(first):
        difference = _wider(difference, clustered_difference(first, second, groups))
    p = mcnemar(only_first, only_second) if groups is None else None
    return PairedDifference(
        n=len(first),
        both=both,
        only_first=only_first,
        only_second=only_second,
        neither=neither,
        difference=difference,
        p=p,
        says=_says(difference),
    )


def _wider(plain: Rate, clustered: Rate) -> Rate:
    """The interval over groups, never narrower than that over items; none where groups are too few."""
    if clustered.low is None or clustered.high is None or plain.low is None or plain.high is None:
        return plain.model_copy(update={"low": None, "high": None, "why_not": clustered.why_not})
    low, high = min(plain.low, clustered.low), max(plain.high, clustered.high)
    return clustered.model_copy(update={"low": low, "high": high})


def mcnemar(only_first: int, only_second: int) -> float | None:
    """Two-sided exact p of McNemar's test (binomial with ½ on the items that differ)."""
    from scipy import stats

    differ = only_first + only_second
    if differ == 0:
        return None
    return float(stats.binomtest(only_first, differ, 0.5).pvalue)


def paired_difference(both: int, only_first: int, only_second: int, neither: int, *, seed: int = 0) -> Rate:
    """The second's share less the first's, by draws of Dirichlet(counts + ½) (Jeffreys).

    Newcombe's interval for paired shares covers 98 % with 30 items, this one 95.5 %.
    """
    counts = np.array([both, only_first, only_second, neither], dtype=np.float64)
    n = int(counts.sum())
    if n == 0:
        return not_measurable("the versions have no item in common")
    shares = np.random.default_rng(seed).dirichlet(counts + 0.5, size=_DRAWS)
    low, high = np.quantile(shares[:, 2] - shares[:, 1], [0.025, 0.975])
    value = (only_second - only_first) / n
    low, high = min(value, float(low)), max(value, float(high))
    return Rate(value=value, low=low, high=high, n=n, method="paired, Jeffreys")


def _says(difference: Rate) -> Wording:
    if difference.low is None or difference.high is None:
        return Wording("not measurable")
    if difference.low > 0:
        return Wording("better")
    return Wording("worse" if difference.high < 0 else "no difference that is more than chance")


def clustered_difference(first: Bools, second: Bools, groups: Ints) -> Rate:
    """The paired difference where items share a group (numbered from 0): linearised over groups, by Student's
    t or the bootstrap's interval where it is wider. Not measurable with fewer than five groups.
    """
    from scipy import stats

    values = second.astype(np.float64) - first.astype(np.float64)
    sums, sizes = np.bincount(groups, weights=values), np.bincount(groups)
    filled = sizes > 0
    sums, sizes = sums[filled], sizes[filled]
    number = len(sums)
    if number < _FEWEST:
        return not_measurable(
            Wording("it takes at least {fewest} groups; so far: {number}", fewest=_FEWEST, number=number),
            len(first),
        )
    value = float(values.mean())
    rest = sums - value * sizes
    spread = math.sqrt(float((rest**2).sum()) * number / (number - 1)) / len(first)
    half = float(stats.t.ppf(0.975, number - 1)) * spread
    times = np.random.default_rng(0).multinomial(number, np.full(number, 1 / number), _RESAMPLES)
    low, high = np.quantile((times @ sums) / (times @ sizes), [0.025, 0.975])
    low, high = max(-1.0, min(value - half, float(low))), min(1.0, max(value + half, float(high)))
    return Rate(value=value, low=low, high=high, n=len(first), method="paired, over groups")

"""A part of the graded outputs, and two parts against each other, with weights and sources.

A part's share of passes is estimated as the whole project's. Two parts are set against each other by their
intervals (MOVER: Zou and Donner, Statistics in Medicine 2008; Newcombe 1998), L = d - √(a² + b² - 2rab)
with the arms a and b of the two intervals and r the correlation of the two shares, which is not 0 where a
source lies in both. The p value is the level at which that interval just reaches 0; Fisher's exact test
where outputs stand alone with even chances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labelcore.arrays import Bools, Floats
from labelcore.stats.prevalence import Graded
from labelcore.stats.prevalence.graded import METHOD, share_of_passes
from labelcore.stats.prevalence.weighing import Posterior, group_number, group_sums
from labelcore.stats.rate import Rate, difference, few_sources, not_measurable, proportion, quantile
from labelcore.wording import Wording

FEWEST = 5
"""With fewer outputs (or an uneven draw worth fewer) a part is not tested."""
FEWEST_SOURCES = 8
"""With fewer sources that repeat no interval is offered. From here on it covers as it should
(tests/bench/results/slices.md), as Student's t widens it."""
_SMALLEST_P, _LARGEST_P = 1e-12, 1 - 1e-6


@dataclass(frozen=True)
class Subsample:
    """The grades ``inside`` (n,) of a sample; it may be empty."""

    sample: Graded
    inside: Bools

    @cached_property
    def graded(self) -> Graded:
        """The part alone."""
        return self.sample.part(self.inside)

    @property
    def plain(self) -> bool:
        """Whether neither chances nor sources matter, so that Wilson's interval is right."""
        return self.graded.groups is None and self.graded.even

    @cached_property
    def value(self) -> float:
        """The share of passes; nan where it is empty."""
        if not self.graded.n:
            return math.nan
        weights = np.ones(self.graded.n) if self.plain else self.graded.weighed
        return float((weights * self.graded.passes).sum() / weights.sum())

    @property
    def sources(self) -> int:
        """How many sources its outputs come from."""
        return self.graded.n if self.graded.groups is None else int(group_number(self.graded.groups))

    @property
    def too_few(self) -> Wording:
        """Why it has no interval; "" where it has one."""
        if self.graded.groups is None or self.sources >= FEWEST_SOURCES:
            return Wording("")
        return few_sources(self.sources, FEWEST_SOURCES)

    def bounds(self, level: float) -> tuple[float, float]:
        """Its interval at a level, whatever its size."""
        if self.plain:
            share = proportion(int(self.graded.passes.sum()), self.graded.n, z=quantile(level))
            return share.low or 0.0, 1.0 if share.high is None else share.high
        low, high = self._passes.interval(level)
        return min(self.value, float(low)), max(self.value, float(high))

    @cached_property
    def _passes(self) -> Posterior:
        return share_of_passes(self.graded)

    def rate(self, level: float = 0.95) -> Rate:
        """The share of passes with its interval; its value alone where it has too few sources."""
        if not self.graded.n:
            return not_measurable("there are no outputs")
        if self.too_few:
            plain = Rate(value=self.value, low=None, high=None, n=self.graded.n, method=METHOD)
            return plain.model_copy(update={"why_not": self.too_few})
        low, high = self.bounds(level)
        method = "Wilson" if self.plain else METHOD
        return Rate(value=self.value, low=low, high=high, n=self.graded.n, method=method)

    @property
    def untestable(self) -> Wording:
        """Why it cannot be set against another part; "" where it can."""
        worth = float(self.graded.effective)
        if self.graded.n < FEWEST:
            return Wording("too few outputs to tell ({n})", n=self.graded.n)
        if self.too_few:
            return Wording("too few sources to tell ({n})", n=self.sources)
        if not self.plain and worth < FEWEST:
            return Wording(
                "too few outputs to tell ({n}, drawn so unevenly that they tell as much as {worth:.0f})",
                n=self.graded.n,
                worth=worth,
            )
        return Wording("")


def against(first: Subsample, second: Subsample) -> tuple[Rate, float | None]:
    """``first``'s share less ``second``'s, of the same sample, and the two-sided p value of no difference.

    Both without a number where one of them cannot be tested.
    """
    from scipy import stats

    n = min(first.graded.n, second.graded.n)
    if why := first.untestable or second.untestable:
        return not_measurable(why, n), None
    shared = correlation(first, second)
    if first.plain and second.plain and shared == 0:
        passes = [part.graded.passes for part in (first, second)]
        table = np.array([[grades.sum(), (~grades).sum()] for grades in passes])
        return difference(first.rate(), second.rate()), float(stats.fisher_exact(table).pvalue)
    low, high = _between(first, second, shared, 0.95)
    value = first.value - second.value
    rate = Rate(value=value, low=low, high=high, n=n, method="of the two intervals (MOVER)")
    return rate, _p(first, second, shared)


def correlation(first: Subsample, second: Subsample) -> float:
    """Of the two shares, by the residuals that sources in both parts have in common (linearised)."""
    groups = first.sample.groups
    if groups is None:
        return 0.0
    alone = [_residuals(part) for part in (first, second)]
    summed = [group_sums(residuals, groups) for residuals in alone]
    squares = [max((a**2).sum(), (s**2).sum()) for a, s in zip(alone, summed, strict=True)]
    spread = math.sqrt(squares[0] * squares[1])
    return float((summed[0] * summed[1]).sum()) / spread if spread > 0 else 0.0


def _residuals(part: Subsample) -> Floats:
    weights = np.where(part.inside, part.sample.weighed, 0.0)
    return np.asarray(weights * (part.sample.passes - part.value) / weights.sum())


def _between(first: Subsample, second: Subsample, shared: float, level: float) -> tuple[float, float]:
    (low, high), (floor, top) = first.bounds(level), second.bounds(level)
    value = first.value - second.value

    def arm(a: float, b: float) -> float:
        return math.sqrt(max(0.0, a**2 + b**2 - 2 * shared * a * b))

    down = arm(first.value - low, top - second.value)
    return value - down, value + arm(high - first.value, second.value - floor)


def _p(first: Subsample, second: Subsample, shared: float) -> float:
    """The level at which the interval of the difference just reaches 0."""
    from scipy import optimize

    def beyond(logarithm: float) -> float:
        low, high = _between(first, second, shared, 1 - math.exp(logarithm))
        return low if first.value > second.value else -high

    least, most = math.log(_SMALLEST_P), math.log(_LARGEST_P)
    if first.value == second.value or beyond(most) <= 0:
        return 1.0
    if beyond(least) >= 0:
        return _SMALLEST_P
    return math.exp(float(optimize.brentq(beyond, least, most, xtol=1e-6)))

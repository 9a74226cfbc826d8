"""What the chosen set does on fresh outputs: held-out figures with their intervals.

The figures are means over sets that were fitted and chosen without the outputs that they vote on. The
intervals are of what the one chosen set does on fresh outputs. Choosing again from other grades gives
another set, so three spreads add up: of the outputs, a Bayesian bootstrap over sources
(:mod:`labelcore.stats.resampling`); of the choice, σ², how much the cross-fitted figures differ between
the sets that are chosen when sources are drawn again with replacement (the chosen set differs from the
five sets of a repeat as these differ from each other, which makes σ²(1 + 1/5)); of the repeats of the
nested split, s²/R, where with one repeat σ² stands for s².
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from labelcore.arrays import Bools, Floats, Ints
from labelcore.models import Frozen
from labelcore.stats import resampling
from labelcore.stats.counts import tnr_of, tpr_of
from labelcore.stats.prevalence.weighing import typical_weight
from labelcore.stats.rate import Rate, few_sources, not_measurable
from labelcore.wording import Wording

NAMES = ("coverage", "false_failure_rate", "alignment")
METHOD = "repeated nested cross-fitting; Bayesian bootstrap with the spread of the choice"
FEWEST_DRAWN = 10  # so many times must the choice be drawn again for its spread to be told
_FEWEST_SOURCES = 10
_SETS = 5  # of one repeat
_TINY = 1e-12


class HeldOut(Frozen):
    """Figures on outputs that neither the fits nor the choice saw, with 95 % intervals; ``low`` and ``high``
    are the alignment's. ``outputs``: on how many they rest, in how many ``repeats`` of the nested split.
    ``weighted``: the same for the pool, where outputs had different chances. ``why_not``: no interval.
    """

    coverage: float | None = None
    false_failure_rate: float | None = None
    alignment: float | None = None
    low: float | None = None
    high: float | None = None
    repeats: int
    outputs: int = 0
    coverage_low: float | None = None
    coverage_high: float | None = None
    false_failure_rate_low: float | None = None
    false_failure_rate_high: float | None = None
    weighted: dict[str, Rate] = Field(default_factory=dict)
    why_not: Wording | None = None


@dataclass(frozen=True)
class Repeat:
    """Votes by sets that were fitted and chosen without the outputs' groups, (n,), on those ``seen`` before
    the time was over; ``stopped``: of how many of the ``sets`` the search was stopped by it.
    """

    failed: Bools
    seen: Bools
    seconds: float = 0.0
    sets: int = 0
    stopped: int = 0

    @property
    def whole(self) -> bool:
        """Whether every output was voted on."""
        return bool(self.seen.all())


@dataclass(frozen=True)
class Grades:
    """What the votes are held against, all (n,): people's fails, the number of each output's source
    from 0 up, and one over its chance to be drawn (None where all had the same).
    """

    fails: Bools
    sources: Ints
    weights: Floats | None = None

    @classmethod
    def of(cls, fails: Bools, groups: Sequence[str], weights: Floats | None = None) -> Grades:
        """With the names of the sources."""
        return cls(fails, np.unique(np.asarray(groups), return_inverse=True)[1], weights)

    def only(self, rows: Bools) -> Grades:
        """Some of them."""
        sources = np.unique(self.sources[rows], return_inverse=True)[1]
        return Grades(self.fails[rows], sources, None if self.weights is None else self.weights[rows])

    @property
    def n(self) -> int:
        """How many grades there are."""
        return len(self.fails)

    @property
    def number(self) -> int:
        """How many sources there are."""
        return int(self.sources.max()) + 1

    @property
    def shared(self) -> int | None:
        """The number of sources where outputs share one."""
        return None if self.number == self.n else self.number

    def drawn_again(self, random: np.random.Generator) -> Ints:
        """Rows of as many sources, drawn with replacement."""
        times = np.bincount(random.integers(0, self.number, self.number), minlength=self.number)
        return np.repeat(np.arange(self.n), times[self.sources])

    def cells(self, failed: Floats) -> Floats:
        """The four cells of each source, (sources, 4); ``failed`` (n,): how often a set fails it."""
        weights = np.ones(len(failed)) if self.weights is None else self.weights
        bad, good, passed = self.fails, ~self.fails, 1 - failed
        parts = (good * passed, bad * passed, bad * failed, good * failed)
        return np.column_stack([np.bincount(self.sources, weights * part, self.number) for part in parts])


def summary(nested: Sequence[Repeat], again: Floats, grades: Grades, seed: int) -> HeldOut:
    """The figures of the repeats together. ``again`` (draws, n): votes, between 0 and 1, of the sets
    that are chosen when sources are drawn again.
    """
    if not nested:
        return HeldOut(repeats=0, why_not=Wording("there was no time to choose again"))
    rows = nested[0].seen
    judged, votes = grades.only(rows), np.array([repeat.failed[rows] for repeat in nested], dtype=float)
    plain = rates(votes, again[:, rows], Grades(judged.fails, judged.sources), seed)
    weighted = rates(votes, again[:, rows], judged, seed) if judged.weights is not None else {}
    flat = {f"{name}_{end}": getattr(plain[name], end) for name in NAMES for end in ("low", "high")}
    flat["low"], flat["high"] = flat.pop("alignment_low"), flat.pop("alignment_high")
    return HeldOut(
        **{name: plain[name].value for name in NAMES},
        **flat,
        repeats=len(nested),
        outputs=int(rows.sum()),
        weighted=weighted,
        why_not=plain["alignment"].why_not,
    )


def rates(votes: Floats, again: Floats, grades: Grades, seed: int = 0) -> dict[str, Rate]:
    """Coverage, false failure rate and alignment; ``votes`` (repeats, n) are between 0 and 1."""
    n = grades.n
    if not grades.fails.any():
        return dict.fromkeys(NAMES, not_measurable("there are no outputs that people failed", n))
    if grades.fails.all():
        return dict.fromkeys(NAMES, not_measurable("there are no outputs that people passed", n))
    repeats = np.array([_figures(grades.cells(failed).sum(axis=0)) for failed in votes])
    cells = grades.cells(votes.mean(axis=0))
    value = repeats.mean(axis=0)
    why = None
    if len(again) < FEWEST_DRAWN:
        why = Wording("no interval: there was no time to see how much the choice varies")
    elif grades.shared is not None and grades.shared < _FEWEST_SOURCES:
        why = few_sources(grades.shared, _FEWEST_SOURCES)
    if why:
        return {
            name: Rate(value=float(figure), low=None, high=None, n=n, method=METHOD, why_not=why)
            for name, figure in zip(NAMES, value, strict=True)
        }
    prior = 1.0 if grades.weights is None else float(typical_weight(grades.weights))
    drawn = _figures(resampling.replicates(cells[:, None], seed=seed, prior=prior)[:, 0])
    choice = np.array([_figures(grades.cells(failed).sum(axis=0)) for failed in again]).var(0, ddof=1)
    choice = choice * resampling.for_few(len(again)) ** 2  # told from so few draws
    split = repeats.var(axis=0, ddof=1) if len(votes) > 1 else choice
    more = (choice * (1 + 1 / _SETS) + split / len(votes)) / np.maximum(drawn.var(axis=0), _TINY)
    wider = np.sqrt(1 + more) * resampling.for_few(grades.shared)
    low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975], axis=0)
    low = np.clip(middle - wider * (middle - low), 0, value)
    high = np.clip(middle + wider * (high - middle), value, 1)
    return {
        name: Rate(value=float(value[k]), low=float(low[k]), high=float(high[k]), n=n, method=METHOD)
        for k, name in enumerate(NAMES)
    }


def _figures(cells: Floats) -> Floats:
    """The figures of `NAMES` in the last axis, from cells (..., 4)."""
    coverage, sensitivity = tnr_of(cells), tpr_of(cells)
    alignment = 2 * coverage * sensitivity / np.maximum(coverage + sensitivity, _TINY)
    return np.stack([coverage, 1 - sensitivity, alignment], axis=-1)

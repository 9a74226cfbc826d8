"""Graded outputs with the judge's verdicts and their weights, and what they say of the pool alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.stats.prevalence.weighing import Posterior, effective, group_number, posterior, typical_weight
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.wording import Wording

_EVEN = 0.95
_FEWEST_GROUPS = 20
FEW_GROUPS = Wording(
    "the graded outputs come from fewer than {fewest} groups that share a source", fewest=_FEWEST_GROUPS
)
METHOD = "weighted, Jeffreys at the effective number"


@dataclass(frozen=True)
class Graded:
    """Arrays over graded outputs in the last axis, with any axes (runs of a simulation) before it.

    ``verdicts``: 1 pass, 0 fail, nan where the judge abstained or has not decided. ``weights``: one
    over the inclusion probability; None where each output had the same chance. ``groups``: numbers
    from 0 up, equal for outputs of one source; None where each stands alone.
    """

    passes: Bools
    verdicts: Floats
    weights: Floats | None = None
    groups: Ints | None = None

    @property
    def weighed(self) -> Floats:
        """The weights, ones where all are equal."""
        return np.ones(self.passes.shape) if self.weights is None else self.weights

    @property
    def n(self) -> int:
        """How many graded outputs there are in each run."""
        return int(self.passes.shape[-1])

    @property
    def effective(self) -> Floats:
        """Kish's effective number of grades."""
        return effective(self.weighed)

    @property
    def even(self) -> bool:
        """Whether the outputs had (nearly) the same chance to be drawn."""
        return bool(np.all(self.effective >= _EVEN * self.n))

    @property
    def few_groups(self) -> bool:
        """Whether outputs share groups, and there are too few groups to tell how much they differ."""
        return self.groups is not None and bool(np.any(group_number(self.groups) < _FEWEST_GROUPS))

    def part(self, inside: Bools) -> Graded:
        """Those ``inside`` (n,) of one run; without groups where each of them has one."""
        groups = None
        if self.groups is not None:
            names, groups = np.unique(self.groups[inside], return_inverse=True)
            groups = None if len(names) == len(groups) else groups
        weights = None if self.weights is None else self.weights[inside]
        return Graded(self.passes[inside], self.verdicts[inside], weights, groups)

    def by_verdict(self) -> tuple[Posterior, Posterior, Posterior]:
        """People's share of passes where the judge passes, fails, and abstains."""
        passed, failed, silent = self.verdicts == 1, self.verdicts == 0, np.isnan(self.verdicts)
        within = self._share
        return within(self.passes, passed), within(self.passes, failed), within(self.passes, silent)

    def by_grade(self) -> tuple[Posterior, Posterior]:
        """The judge's TPR and TNR on the outputs that it decided."""
        decided = ~np.isnan(self.verdicts)
        passed = self.verdicts == 1
        return self._share(passed, self.passes & decided), self._share(~passed, ~self.passes & decided)

    def youden(self) -> Floats:
        """TPR + TNR - 1, weighted; nan where a class has no decided output."""
        decided = ~np.isnan(self.verdicts)
        right = self.verdicts == self.passes
        return self._mean(right, self.passes & decided) + self._mean(right, ~self.passes & decided) - 1

    def _mean(self, values: Bools, inside: Bools) -> Floats:
        weighed = self.weighed * inside
        total = weighed.sum(axis=-1)
        return np.where(total > 0, (weighed * values).sum(axis=-1) / np.where(total > 0, total, 1), np.nan)

    def _share(self, passes: Bools, inside: Bools) -> Posterior:
        return posterior(passes, inside, self.weighed, self.groups)


@dataclass(frozen=True)
class PoolVerdicts:
    """The judge's verdicts on everything, in numbers."""

    passes: int
    fails: int
    abstains: int = 0

    @property
    def n(self) -> int:
        """All outputs of the pool."""
        return self.passes + self.fails + self.abstains


def people_only(graded: Graded) -> Rate:
    """Wilson for even chances; else, or where outputs share a group, see `share_of_passes`.

    Holds when the graded outputs were drawn from the pool with known probabilities.
    """
    if graded.n == 0:
        return not_measurable("there are no graded outputs")
    if graded.few_groups:
        return not_measurable(FEW_GROUPS, graded.n)
    if graded.even and graded.groups is None:
        return proportion(int(graded.passes.sum()), graded.n, what="graded outputs")
    weights = graded.weighed
    value = float((weights * graded.passes).sum() / weights.sum())
    low, high = (float(end) for end in share_of_passes(graded).interval())
    return Rate(value=value, low=min(value, low), high=max(value, high), n=graded.n, method=METHOD)


def share_of_passes(graded: Graded) -> Posterior:
    """Of all grades together. The prior's two halves lean to the weight of the heaviest grade: where
    a draw took few outputs of the common kind, what it has not seen weighs most.
    """
    weights = graded.weighed
    prior = (weights.max(axis=-1) + typical_weight(weights)) / 2
    everywhere = np.ones(graded.passes.shape, dtype=bool)
    return posterior(graded.passes, everywhere, weights, graded.groups, prior=prior)


def effective_grades(graded: Graded) -> float:
    """How many evenly drawn grades these are worth (Kish)."""
    return float(graded.effective)

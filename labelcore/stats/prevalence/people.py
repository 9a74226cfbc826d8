"""The pass rate of a pool from people's grades alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labelcore.stats.prevalence.graded import FEWEST_GROUPS, Graded
from labelcore.stats.prevalence.weighing import Floats, Posterior, effective, posterior, typical_weight
from labelcore.stats.rate import Rate, not_measurable, proportion

FEW_GROUPS = f"the graded outputs come from fewer than {FEWEST_GROUPS} groups that share a source"
METHOD = "weighted, Jeffreys at the effective number"


def weighted_pass_rate(passes: npt.NDArray[np.bool_], probabilities: Floats) -> Rate:
    """People's pass rate weighted by one over the inclusion probability (Hájek)."""
    return people_only(Graded(passes, np.full(len(passes), np.nan), 1 / probabilities))


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
    low, high = share_of_passes(graded).interval()
    return Rate(
        value=value, low=min(value, float(low)), high=max(value, float(high)), n=graded.n, method=METHOD
    )


def share_of_passes(graded: Graded) -> Posterior:
    """Of all grades together. The prior's two halves lean to the weight of the heaviest grade: where
    a draw took few outputs of the common kind, what it has not seen weighs most.
    """
    everywhere = np.ones(graded.passes.shape, dtype=bool)
    weights = graded.weighed
    prior = (weights.max(axis=-1) + typical_weight(weights)) / 2
    return posterior(graded.passes, everywhere, weights, graded.groups, prior=prior)


def effective_grades(graded: Graded) -> float:
    """How many evenly drawn grades these are worth (Kish)."""
    return float(effective(graded.weighed))

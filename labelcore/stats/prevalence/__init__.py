"""The pass rate of a whole pool: people only, the judge as it is, and corrected for its errors.

Every estimate says which assumption it rests on, and is refused with a reason where it would not
hold: see `ASSUMPTIONS` and `corrected`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labelcore.stats.measures.confusion import Counts
from labelcore.stats.prevalence import inverting, powering, stratifying
from labelcore.stats.prevalence.graded import Graded, PoolVerdicts, of_counts
from labelcore.stats.prevalence.interval import Interval
from labelcore.stats.prevalence.people import FEW_GROUPS, effective_grades, people_only, weighted_pass_rate
from labelcore.stats.prevalence.weighing import Bools
from labelcore.stats.rate import Rate, not_measurable, proportion

__all__ = [
    "ASSUMPTIONS",
    "METHODS",
    "Graded",
    "PoolVerdicts",
    "as_is",
    "corrected",
    "effective_grades",
    "of_counts",
    "offered",
    "people_only",
    "post_stratified",
    "prediction_powered",
    "refusal",
    "rogan_gladen",
    "weighted_pass_rate",
]

ASSUMPTIONS = {
    "post-stratified": stratifying.ASSUMPTION,
    "Rogan-Gladen": inverting.ASSUMPTION,
    "PPI++": powering.ASSUMPTION,
}
_DRAWS = 20_000
_NO_INFORMATION = 0.1
"""Below this Youden index (TPR + TNR - 1) a correction would divide by noise."""
_FEWEST_EFFECTIVE = 15.0
_SHARE_EFFECTIVE = 0.4

Estimate = Callable[[Graded, PoolVerdicts, np.random.Generator, int, float], Interval]
METHODS: dict[str, Estimate] = {
    "post-stratified": stratifying.post_stratified_interval,
    "Rogan-Gladen": inverting.rogan_gladen_interval,
    "PPI++": lambda graded, pool, _random, _draws, level: powering.prediction_powered_interval(
        graded, pool, level
    ),
}


def as_is(pool: PoolVerdicts) -> Rate:
    """The share that the judge passes of what it decides: nobody's correction, nobody's assumption."""
    return proportion(pool.passes, pool.passes + pool.fails, what="judged outputs")


def corrected(
    graded: Graded, pool: PoolVerdicts, method: str = "post-stratified", seed: int = 0, level: float = 0.95
) -> Rate:
    """The pool's pass rate by one of `METHODS`, or why it is refused."""
    if refused := refusal(graded, pool, method):
        return not_measurable(refused, graded.n)
    interval = METHODS[method](graded, pool, np.random.default_rng(seed), _DRAWS, level)
    if np.isnan(interval.middle):
        return not_measurable("the judge carries too little information to correct with", graded.n)
    return Rate(
        value=float(interval.middle),
        low=float(interval.low),
        high=float(interval.high),
        n=graded.n,
        method=method,
    )


def refusal(graded: Graded, pool: PoolVerdicts, method: str) -> str | None:
    """Why a correction is not offered here; None where it is."""
    if pool.passes + pool.fails == 0:
        return "the judge has decided no outputs of the pool"
    decided = ~np.isnan(graded.verdicts)
    if not decided.any():
        return "no graded output has a verdict of pass or fail"
    for word, outputs in (("passed", graded.passes), ("failed", ~graded.passes)):
        if not (outputs & decided).any():
            return f"there are no outputs that people {word}"
    if float(graded.youden()) < _NO_INFORMATION:
        return "the judge carries no information: TPR + TNR is close to 1 or below"
    return _uneven(graded, method)


def offered(graded: Graded, method: str) -> Bools:
    """For runs of a simulation: where `refusal` has nothing against the graded outputs."""
    youden, worth = graded.youden(), graded.effective
    fine = ~np.isnan(youden) & (np.nan_to_num(youden) >= _NO_INFORMATION)
    fine &= worth >= min(_FEWEST_EFFECTIVE, graded.n)
    if method == "Rogan-Gladen":
        fine &= worth >= _SHARE_EFFECTIVE * graded.n
    possible = method != "PPI++" or (graded.even and graded.groups is None)
    return np.asarray(fine & possible & (not graded.few_groups))


def _uneven(graded: Graded, method: str) -> str | None:
    worth = float(graded.effective)
    if graded.few_groups:
        return FEW_GROUPS
    if method == "PPI++" and graded.groups is not None:
        return "PPI++ is offered for single outputs only; these share groups"
    if method == "PPI++" and not graded.even:
        return "PPI++ is offered for even draws only; these outputs had different chances"
    if worth < min(_FEWEST_EFFECTIVE, graded.n):
        return f"the draw was so uneven that {graded.n} grades are worth {worth:.0f}: draw some at random"
    if method == "Rogan-Gladen" and worth < _SHARE_EFFECTIVE * graded.n:
        return f"the draw was so uneven that {graded.n} grades are worth {worth:.0f} for this method"
    return None


def post_stratified(counts: Counts, judge_pass: int, judge_fail: int, seed: int = 0) -> Rate:
    """`corrected` from the counts on evenly drawn outputs and the verdicts on the whole pool."""
    return corrected(of_counts(counts), PoolVerdicts(judge_pass, judge_fail), "post-stratified", seed)


def rogan_gladen(counts: Counts, judge_pass: int, judge_fail: int, seed: int = 0) -> Rate:
    """`corrected` by trusting only the judge's TPR and TNR."""
    return corrected(of_counts(counts), PoolVerdicts(judge_pass, judge_fail), "Rogan-Gladen", seed)


def prediction_powered(counts: Counts, judge_pass: int, judge_fail: int) -> Rate:
    """`corrected` by PPI++."""
    return corrected(of_counts(counts), PoolVerdicts(judge_pass, judge_fail), "PPI++")

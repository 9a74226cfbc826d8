"""The pass rate of a whole pool: people only, the judge as it is, and corrected for its errors.

Every estimate says which assumption it rests on, and is refused with a reason where it would not hold.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labelcore.arrays import Bools
from labelcore.stats.prevalence import methods
from labelcore.stats.prevalence.graded import FEW_GROUPS, Graded, PoolVerdicts, effective_grades, people_only
from labelcore.stats.prevalence.methods import ASSUMPTIONS
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.wording import Wording

_DRAWS = 20_000
_NO_INFORMATION = 0.1
"""Below this Youden index (TPR + TNR - 1) a correction would divide by noise."""
_FEWEST_EFFECTIVE = 15.0
_SHARE_EFFECTIVE = 0.4

Estimate = Callable[[Graded, PoolVerdicts, np.random.Generator, int, float], methods.Interval]
METHODS: dict[str, Estimate] = {
    "post-stratified": methods.post_stratified,
    "Rogan-Gladen": methods.rogan_gladen,
    "PPI++": lambda graded, pool, _random, _draws, level: methods.prediction_powered(graded, pool, level),
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
    low, middle, high = float(interval.low), float(interval.middle), float(interval.high)
    return Rate(value=middle, low=low, high=high, n=graded.n, method=method)


def unless_worse(correction: Rate, people: Rate) -> Rate:
    """A correction that needs no known draw, or why people's rate says more."""
    if correction.low is None or correction.high is None or people.low is None or people.high is None:
        return correction
    if correction.low <= 0 or correction.high >= 1:
        return not_measurable("the correction runs into 0 or 1", correction.n)
    if correction.high - correction.low > people.high - people.low:
        return not_measurable("the correction is less sure than people's grades alone", correction.n)
    return correction


def refusal(graded: Graded, pool: PoolVerdicts, method: str) -> Wording | None:
    """Why a correction is not offered here; None where it is."""
    if pool.passes + pool.fails == 0:
        return Wording("the judge has decided no outputs of the pool")
    decided = ~np.isnan(graded.verdicts)
    if not decided.any():
        return Wording("no graded output has a verdict of pass or fail")
    if not (graded.passes & decided).any():
        return Wording("there are no outputs that people passed")
    if not (~graded.passes & decided).any():
        return Wording("there are no outputs that people failed")
    if float(graded.youden()) < _NO_INFORMATION:
        return Wording(
            "on these outputs alone the judge is no better than a coin: TPR + TNR is close to 1 or below"
        )
    return _uneven(graded, method)


def _uneven(graded: Graded, method: str) -> Wording | None:
    worth = float(graded.effective)
    if graded.few_groups:
        return FEW_GROUPS
    if method == "PPI++" and graded.groups is not None:
        return Wording("PPI++ is offered for single outputs only; these share groups")
    if method == "PPI++" and not graded.even:
        return Wording("PPI++ is offered for even draws only; these outputs had different chances")
    if worth < min(_FEWEST_EFFECTIVE, graded.n):
        return Wording(
            "the draw was so uneven that {n} grades tell as much as {worth:.0f}: draw some at random",
            n=graded.n,
            worth=worth,
        )
    if method == "Rogan-Gladen" and worth < _SHARE_EFFECTIVE * graded.n:
        return Wording(
            "the draw was so uneven that for this method {n} grades tell as much as {worth:.0f}",
            n=graded.n,
            worth=worth,
        )
    return None


def offered(graded: Graded, method: str) -> Bools:
    """For runs of a simulation: where `refusal` has nothing against the graded outputs."""
    youden, worth = graded.youden(), graded.effective
    fine = ~np.isnan(youden) & (np.nan_to_num(youden) >= _NO_INFORMATION)
    fine &= worth >= min(_FEWEST_EFFECTIVE, graded.n)
    if method == "Rogan-Gladen":
        fine &= worth >= _SHARE_EFFECTIVE * graded.n
    possible = method != "PPI++" or (graded.even and graded.groups is None)
    return np.asarray(fine & possible & (not graded.few_groups))

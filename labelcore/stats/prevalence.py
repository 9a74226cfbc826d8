"""The pass rate of a whole pool, corrected for what the judge gets wrong.

Post-stratified on the verdict (default): q is the share that the judge passes in the pool; the
share of passes among the graded outputs is estimated apart for those that the judge passes and
fails, each with a Beta(1/2, 1/2) prior, and p = q·PPV + (1-q)·P(pass | judge fails). Holds when the
graded outputs are a known-probability sample of the same pool.

Rogan-Gladen (Am. J. Epidemiol. 1978): p = (q + TNR - 1) / (TPR + TNR - 1), with Jeffreys draws of
TPR and TNR. Holds when TPR and TNR are the same in the pool as on the graded outputs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labelcore.stats.counts import Counts, tnr, tpr
from labelcore.stats.rate import Rate, not_measurable

Floats = npt.NDArray[np.float64]
_DRAWS = 20_000
_NO_INFORMATION = 0.1
"""Below this Youden index (TPR + TNR - 1) a correction would divide by noise."""

ASSUMPTIONS = {
    "post-stratified": "the graded outputs are a known-probability sample of this pool",
    "Rogan-Gladen": "the judge's TPR and TNR are the same in the pool as on the graded outputs",
}


def post_stratified(counts: Counts, judge_pass: int, judge_fail: int, seed: int = 0) -> Rate:
    """Corrected pass rate from the counts on graded outputs and the verdicts on the whole pool."""
    if refused := _refusal(counts, judge_pass + judge_fail):
        return not_measurable(refused, counts.n)
    random = np.random.default_rng(seed)
    q = _beta(random, judge_pass, judge_fail)
    passed = _beta(random, counts.true_pass, counts.false_pass)
    failed = _beta(random, counts.false_fail, counts.true_fail)
    return _summary(q * passed + (1 - q) * failed, counts.n, "post-stratified")


def rogan_gladen(counts: Counts, judge_pass: int, judge_fail: int, seed: int = 0) -> Rate:
    """Corrected pass rate that trusts only the judge's TPR and TNR."""
    if refused := _refusal(counts, judge_pass + judge_fail):
        return not_measurable(refused, counts.n)
    random = np.random.default_rng(seed)
    q = _beta(random, judge_pass, judge_fail)
    sensitivity = _beta(random, counts.true_pass, counts.false_fail)
    specificity = _beta(random, counts.true_fail, counts.false_pass)
    youden = sensitivity + specificity - 1
    informative = youden > _NO_INFORMATION / 2
    draws = (q + specificity - 1)[informative] / youden[informative]
    return _summary(np.clip(draws, 0, 1), counts.n, "Rogan-Gladen")


def weighted_pass_rate(passes: npt.NDArray[np.bool_], probabilities: Floats) -> Rate:
    """People's pass rate weighted by inclusion probability (Hájek); Wilson at Kish's n."""
    if len(passes) == 0:
        return not_measurable("there are no graded outputs")
    weights = 1 / probabilities
    share = float((weights * passes).sum() / weights.sum())
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    return _wilson_at(share, effective, len(passes))


def _wilson_at(share: float, effective: float, n: int) -> Rate:
    from labelcore.stats.rate import Z95

    scale = 1 + Z95**2 / effective
    centre = (share + Z95**2 / (2 * effective)) / scale
    spread = share * (1 - share) / effective + Z95**2 / (4 * effective**2)
    half = Z95 / scale * float(np.sqrt(spread))
    low, high = max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))
    return Rate(value=share, low=low, high=high, n=n, method="weighted, Wilson at effective n")


def _refusal(counts: Counts, pool: int) -> str | None:
    if pool == 0:
        return "the judge has decided no outputs of the pool"
    one, other = tpr(counts), tnr(counts)
    if one.value is None or other.value is None:
        return one.why_not or other.why_not
    if one.value + other.value - 1 < _NO_INFORMATION:
        return "the judge carries no information: TPR + TNR is close to 1 or below"
    return None


def _beta(random: np.random.Generator, successes: int, failures: int) -> Floats:
    return random.beta(successes + 0.5, failures + 0.5, size=_DRAWS)


def _summary(draws: Floats, n: int, method: str) -> Rate:
    if len(draws) < _DRAWS // 2:
        return not_measurable("the judge carries too little information to correct with", n)
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return Rate(value=float(middle), low=float(low), high=float(high), n=n, method=method)

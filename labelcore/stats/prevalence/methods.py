"""The corrections, each an estimate of the pool's share of passes with the assumption that it rests on.

post-stratified (the default): outputs fall into strata by what the judge says (pass, fail, abstain); the
strata's shares of the pool are known, people's share of passes within each is estimated: p = Σ q_s · p_s.
A judge that knows little makes it no narrower than people's grades alone, but not wrong.

Rogan-Gladen (Am. J. Epidemiol. 1978): what the judge passes, turned back by its TPR and TNR,
p = (q + TNR - 1) / (TPR + TNR - 1). Needs no sample of the pool.

PPI++ (Angelopoulos et al. 2023): p = ȳ + λ(q - f̄) with grades y and verdicts f of the graded outputs, and
λ chosen for the least variance (power tuning), cut to [0, 1]. The plain normal interval covers too little
with few grades (our simulation: 84 % at worst with 30), so Jeffreys' prior is added: half an output to
each of the four cells. Offered only for even draws: with uneven weights it covers too much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcore.arrays import Floats
from labelcore.stats.prevalence.graded import Graded, PoolVerdicts
from labelcore.stats.rate import quantile

ASSUMPTIONS = {
    "post-stratified": "the graded outputs are a known-probability sample of this pool",
    "Rogan-Gladen": "the judge's TPR and TNR are the same in the pool as on the graded outputs",
    "PPI++": "the graded outputs are an even random sample of this pool",
}
_SMALLEST = 0.05
"""Draws with a Youden index (TPR + TNR - 1) below this would divide by noise."""


@dataclass(frozen=True)
class Interval:
    """Median and interval; arrays over runs. nan where too few draws mean anything."""

    low: Floats
    middle: Floats
    high: Floats


def summary(draws: Floats, level: float = 0.95) -> Interval:
    """Quantiles over the last axis. Undefined draws are nan; more than half of them, and so is all."""
    ordered = np.sort(draws, axis=-1)  # nan is sorted to the end
    counts = draws.shape[-1] - np.isnan(draws).sum(axis=-1)
    few = counts < draws.shape[-1] / 2

    def at(share: float) -> Floats:
        place = np.clip(np.floor(share * counts).astype(int), 0, np.maximum(counts - 1, 0))
        values = np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0]
        return np.where(few, np.nan, values)

    tail = (1 - level) / 2
    return Interval(at(tail), at(0.5), at(1 - tail))


def post_stratified(
    graded: Graded, pool: PoolVerdicts, random: np.random.Generator, draws: int, level: float
) -> Interval:
    """By Jeffreys draws of each stratum's share of passes and of the strata's shares."""
    strata = (pool.passes, pool.fails, pool.abstains)
    present = [at for at, size in enumerate(strata) if size > 0]
    shares = random.dirichlet([strata[at] + 0.5 for at in present], size=draws)
    inside = graded.by_verdict()
    total: Floats = np.zeros(())
    for k, at in enumerate(present):
        total = total + shares[:, k] * inside[at].at(level).draw(random, draws)
    return summary(total, level)


def rogan_gladen(
    graded: Graded, pool: PoolVerdicts, random: np.random.Generator, draws: int, level: float
) -> Interval:
    """Of the outputs of the pool that the judge decides, by Jeffreys draws of q, TPR and TNR."""
    q = random.beta(pool.passes + 0.5, pool.fails + 0.5, size=draws)
    of_pass, of_fail = graded.by_grade()
    tpr, tnr = of_pass.at(level).draw(random, draws), of_fail.at(level).draw(random, draws)
    youden = tpr + tnr - 1
    usable = youden > _SMALLEST
    shares = (q + tnr - 1) / np.where(usable, youden, 1.0)
    return summary(np.where(usable, np.clip(shares, 0, 1), np.nan), level)


def prediction_powered(graded: Graded, pool: PoolVerdicts, level: float = 0.95) -> Interval:
    """A closed form; abstentions count as half a pass, in the sample and in the pool."""
    verdicts = np.where(np.isnan(graded.verdicts), 0.5, graded.verdicts)
    grades = graded.passes.astype(np.float64)
    n = graded.n + 2.0
    y, f = (grades.sum(axis=-1) + 1) / n, (verdicts.sum(axis=-1) + 1) / n
    q = (pool.passes + 0.5 * pool.abstains) / pool.n
    spread = q - q * q - 0.25 * pool.abstains / pool.n
    together = ((grades * verdicts).sum(axis=-1) + 0.5) / n - y * f
    of_f = ((verdicts**2).sum(axis=-1) + 1) / n - f * f
    # Pool and sample vary apart: the pool's part of the variance is spread / N.
    tuned = np.clip(together / (of_f + n / pool.n * spread), 0, 1)
    middle = y + tuned * (q - f)
    variance = (y * (1 - y) + tuned**2 * of_f - 2 * tuned * together) / n + tuned**2 * spread / pool.n
    half = quantile(level) * np.sqrt(variance)
    return Interval(np.clip(middle - half, 0, 1), np.clip(middle, 0, 1), np.clip(middle + half, 0, 1))

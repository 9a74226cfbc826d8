"""Post-stratified on the verdict: the default correction.

Outputs fall into strata by what the judge says (pass, fail, abstain); the strata's shares of the
pool are known, people's share of passes within each is estimated from the graded outputs:
p = Σ q_s · p_s. Holds when the graded outputs are a known-probability sample of the same pool. A
judge that knows little makes it no narrower than people's grades alone, but not wrong.
"""

from __future__ import annotations

import numpy as np

from labelcore.stats.prevalence.graded import Graded, PoolVerdicts
from labelcore.stats.prevalence.interval import Interval, summary
from labelcore.stats.prevalence.weighing import Floats

ASSUMPTION = "the graded outputs are a known-probability sample of this pool"


def post_stratified_interval(
    graded: Graded, pool: PoolVerdicts, random: np.random.Generator, draws: int, level: float = 0.95
) -> Interval:
    """Jeffreys draws of each stratum's share of passes and of the strata's shares."""
    strata = (pool.passes, pool.fails, pool.abstains)
    present = [at for at, size in enumerate(strata) if size > 0]
    shares = random.dirichlet([strata[at] + 0.5 for at in present], size=draws)
    inside = graded.by_verdict()
    total: Floats = np.zeros(())
    for k, at in enumerate(present):
        total = total + shares[:, k] * inside[at].at(level).draw(random, draws)
    return summary(total, level)

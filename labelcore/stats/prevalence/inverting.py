"""Rogan-Gladen: what the judge passes, turned back by its TPR and TNR (Am. J. Epidemiol. 1978).

p = (q + TNR - 1) / (TPR + TNR - 1), with Jeffreys draws of all three. Needs no sample of the pool,
but holds only when TPR and TNR are the same in the pool as on the graded outputs.
"""

from __future__ import annotations

import numpy as np

from labelcore.stats.prevalence.graded import Graded, PoolVerdicts
from labelcore.stats.prevalence.interval import Interval, summary

ASSUMPTION = "the judge's TPR and TNR are the same in the pool as on the graded outputs"
_SMALLEST = 0.05
"""Draws with a Youden index (TPR + TNR - 1) below this would divide by noise."""


def rogan_gladen_interval(
    graded: Graded, pool: PoolVerdicts, random: np.random.Generator, draws: int, level: float = 0.95
) -> Interval:
    """Of the outputs of the pool that the judge decides."""
    q = random.beta(pool.passes + 0.5, pool.fails + 0.5, size=draws)
    of_pass, of_fail = graded.by_grade()
    tpr, tnr = of_pass.at(level).draw(random, draws), of_fail.at(level).draw(random, draws)
    youden = tpr + tnr - 1
    usable = youden > _SMALLEST
    found = (q + tnr - 1) / np.where(usable, youden, 1.0)
    return summary(np.where(usable, np.clip(found, 0, 1), np.nan), level)

"""The four counts of a judge against people's grades, and the figures that follow from them.

Pass is the positive class: a true pass is an output that both the judge and people pass.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from labelcore.models import Frozen
from labelcore.stats.rate import Rate, wilson

Floats = npt.NDArray[np.float64]


class Counts(Frozen):
    """How a judge's verdicts meet people's grades. ``abstained`` outputs are in no other count."""

    true_pass: int
    false_pass: int
    true_fail: int
    false_fail: int
    abstained: int = 0

    @property
    def n(self) -> int:
        """Outputs with a grade and a verdict of pass or fail."""
        return self.true_pass + self.false_pass + self.true_fail + self.false_fail

    @property
    def human_passes(self) -> int:
        """Outputs that people passed and the judge decided."""
        return self.true_pass + self.false_fail

    @property
    def human_fails(self) -> int:
        """Outputs that people failed and the judge decided."""
        return self.true_fail + self.false_pass


def count(judge_passes: Floats, human_passes: npt.NDArray[np.bool_]) -> Counts:
    """Count verdicts (1 pass, 0 fail, nan abstain; shape (n,)) against grades (shape (n,))."""
    decided = ~np.isnan(judge_passes)
    judge = judge_passes[decided] > 0
    human = human_passes[decided]
    return Counts(
        true_pass=int((judge & human).sum()),
        false_pass=int((judge & ~human).sum()),
        true_fail=int((~judge & ~human).sum()),
        false_fail=int((~judge & human).sum()),
        abstained=int((~decided).sum()),
    )


def tpr(counts: Counts) -> Rate:
    """Share of people's passes that the judge passes (recall of pass)."""
    return wilson(counts.true_pass, counts.human_passes, what="outputs that people passed")


def tnr(counts: Counts) -> Rate:
    """Share of people's fails that the judge fails (specificity)."""
    return wilson(counts.true_fail, counts.human_fails, what="outputs that people failed")


def ppv(counts: Counts) -> Rate:
    """Share of the judge's passes that people pass (precision of pass)."""
    judged = counts.true_pass + counts.false_pass
    return wilson(counts.true_pass, judged, what="outputs that the judge passes")


def npv(counts: Counts) -> Rate:
    """Share of the judge's fails that people fail."""
    judged = counts.true_fail + counts.false_fail
    return wilson(counts.true_fail, judged, what="outputs that the judge fails")


def balanced_accuracy(counts: Counts) -> float | None:
    """Mean of TPR and TNR; None when either is not measurable."""
    one, other = tpr(counts).value, tnr(counts).value
    return None if one is None or other is None else (one + other) / 2


def mcc(counts: Counts) -> float | None:
    """Matthews correlation coefficient (Matthews 1975); None when a margin is empty."""
    c = counts
    margins = (
        (c.true_pass + c.false_pass) * c.human_passes * c.human_fails * (c.true_fail + c.false_fail)
    )
    if margins == 0:
        return None
    return (c.true_pass * c.true_fail - c.false_pass * c.false_fail) / math.sqrt(margins)


def kappa(counts: Counts) -> float | None:
    """Cohen's kappa (Cohen 1960): agreement beyond chance; None when chance explains all."""
    c = counts
    if c.n == 0:
        return None
    observed = (c.true_pass + c.true_fail) / c.n
    judge_passes = (c.true_pass + c.false_pass) / c.n
    human_passes = c.human_passes / c.n
    chance = judge_passes * human_passes + (1 - judge_passes) * (1 - human_passes)
    return None if chance == 1 else (observed - chance) / (1 - chance)


def constant_answer(counts: Counts) -> float | None:
    """Accuracy of always giving the more frequent grade: what a judge must beat."""
    return max(counts.human_passes, counts.human_fails) / counts.n if counts.n else None


def coverage(counts: Counts) -> Rate:
    """Share of people's fails that a judge set fails: its TNR, in EvalGen's word."""
    return tnr(counts)


def false_failure_rate(counts: Counts) -> Rate:
    """Share of people's passes that a judge set fails: 1 - TPR."""
    return wilson(counts.false_fail, counts.human_passes, what="outputs that people passed")


def evalgen_alignment(cov: float | None, ffr: float | None) -> float | None:
    """2·cov·(1-FFR) / (cov + 1-FFR), EvalGen's harmonic mean (arXiv 2404.12272)."""
    if cov is None or ffr is None:
        return None
    kept = 1 - ffr
    return 0.0 if cov + kept == 0 else 2 * cov * kept / (cov + kept)

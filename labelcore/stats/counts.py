"""The four counts of a judge against people's grades, and the figures that follow from them.

Pass is the positive class. Undefined is None with its reason, never 0. The ``…_of`` functions take cells in
the last axis (true pass, false pass, true fail, false fail; counts or weights), with any axes before it
(judges, bootstrap replicates), and answer nan where they are undefined.
"""

from __future__ import annotations

import math

import numpy as np

from labelcore.arrays import Bools, Floats
from labelcore.models import Frozen
from labelcore.stats.rate import Rate, not_measurable, proportion


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
        return self.human_passes + self.human_fails

    @property
    def human_passes(self) -> int:
        """Outputs that people passed and the judge decided."""
        return self.true_pass + self.false_fail

    @property
    def human_fails(self) -> int:
        """Outputs that people failed and the judge decided."""
        return self.true_fail + self.false_pass

    @property
    def judge_passes(self) -> int:
        """Graded outputs that the judge passes."""
        return self.true_pass + self.false_pass

    @property
    def judge_fails(self) -> int:
        """Graded outputs that the judge fails."""
        return self.true_fail + self.false_fail


def count(judge_passes: Floats, human_passes: Bools) -> Counts:
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


def cells_of(counts: Counts) -> Floats:
    """The counts as an array, shape (4,)."""
    cells = (counts.true_pass, counts.false_pass, counts.true_fail, counts.false_fail)
    return np.array(cells, dtype=np.float64)


def _share(part: Floats, whole: Floats) -> Floats:
    """``part / whole``, nan where the whole is empty."""
    empty = whole == 0
    return np.where(empty, np.nan, part / np.where(empty, 1.0, whole))


def _known(value: Floats) -> float | None:
    return None if np.isnan(value) else float(value)


def tpr(counts: Counts) -> Rate:
    """TP / (TP + FN), the recall of pass: the share of people's passes that the judge passes."""
    return proportion(counts.true_pass, counts.human_passes, what="decided outputs that people passed")


def tnr(counts: Counts) -> Rate:
    """TN / (TN + FP), the specificity: the share of people's fails that the judge fails."""
    return proportion(counts.true_fail, counts.human_fails, what="decided outputs that people failed")


def ppv(counts: Counts) -> Rate:
    """TP / (TP + FP), the precision of pass: the share of the judge's passes that people pass."""
    return proportion(counts.true_pass, counts.judge_passes, what="outputs that the judge passes")


def npv(counts: Counts) -> Rate:
    """TN / (TN + FN), the precision of fail: the share of the judge's fails that people fail."""
    return proportion(counts.true_fail, counts.judge_fails, what="outputs that the judge fails")


def tpr_of(cells: Floats) -> Floats:
    """TP / (TP + FN)."""
    return _share(cells[..., 0], cells[..., 0] + cells[..., 3])


def tnr_of(cells: Floats) -> Floats:
    """TN / (TN + FP)."""
    return _share(cells[..., 2], cells[..., 2] + cells[..., 1])


def ppv_of(cells: Floats) -> Floats:
    """TP / (TP + FP)."""
    return _share(cells[..., 0], cells[..., 0] + cells[..., 1])


def npv_of(cells: Floats) -> Floats:
    """TN / (TN + FN)."""
    return _share(cells[..., 2], cells[..., 2] + cells[..., 3])


def balanced_accuracy(counts: Counts) -> float | None:
    """Mean of TPR and TNR, so that the frequent class does not decide; None when either is undefined."""
    return balanced_accuracy_rate(counts).value


def balanced_accuracy_rate(counts: Counts) -> Rate:
    """With an interval that squares and adds the Wilson distances of both shares (Newcombe 1998)."""
    passes, fails = tpr(counts), tnr(counts)
    if passes.value is None or passes.low is None or passes.high is None:
        return not_measurable(passes.why_not or "TPR is not known", counts.n)
    if fails.value is None or fails.low is None or fails.high is None:
        return not_measurable(fails.why_not or "TNR is not known", counts.n)
    value = (passes.value + fails.value) / 2
    down = math.hypot(passes.value - passes.low, fails.value - fails.low) / 2
    up = math.hypot(passes.high - passes.value, fails.high - fails.value) / 2
    return Rate(value=value, low=value - down, high=value + up, n=counts.n, method="Newcombe")


def balanced_accuracy_of(cells: Floats) -> Floats:
    """(TPR + TNR) / 2."""
    return (tpr_of(cells) + tnr_of(cells)) / 2


def mcc(counts: Counts) -> float | None:
    """The correlation of verdicts and grades (Matthews 1975), in [-1, 1]; None when a margin is empty."""
    return _known(mcc_of(cells_of(counts)))


def mcc_of(cells: Floats) -> Floats:
    """(TP·TN - FP·FN) / √((TP+FP)(TP+FN)(TN+FP)(TN+FN))."""
    tp, fp, tn, fn = np.moveaxis(cells, -1, 0)
    spread = np.sqrt((tp + fp) * (tn + fn) * (tp + fn) * (tn + fp))
    return _share(tp * tn - fp * fn, spread)


def kappa(counts: Counts) -> float | None:
    """Kappa of judge and people (Cohen 1960); None when chance explains all."""
    return _known(kappa_of(cells_of(counts)))


def kappa_of(cells: Floats) -> Floats:
    """(p_o - p_e) / (1 - p_e), where both keep their habits by chance."""
    tp, fp, tn, fn = np.moveaxis(cells, -1, 0)
    n = tp + fp + tn + fn
    by_chance = (tp + fp) * (tp + fn) + (tn + fn) * (tn + fp)
    return _share((tp + tn) * n - by_chance, n * n - by_chance)


def ac1(counts: Counts) -> float | None:
    """Gwet's AC1 of a judge and people, see `agreement.gwet_ac`; None without a decided output."""
    return _known(ac1_of(cells_of(counts)))


def ac1_of(cells: Floats) -> Floats:
    """(p_o - p_e) / (1 - p_e) with p_e = 2π(1 - π) for the mean share π of passes."""
    tp, fp, tn, fn = np.moveaxis(cells, -1, 0)
    n = tp + fp + tn + fn
    passes = _share(tp + (fp + fn) / 2, n)
    by_chance = 2 * passes * (1 - passes)
    return (_share(tp + tn, n) - by_chance) / (1 - by_chance)


def constant_answer(counts: Counts) -> float | None:
    """What a judge must beat: the accuracy of always giving the more frequent grade; None without grades."""
    return max(counts.human_passes, counts.human_fails) / counts.n if counts.n else None


def coverage(counts: Counts) -> Rate:
    """Share of people's fails that a judge set fails: its TNR, in EvalGen's word."""
    return tnr(counts)


def false_failure_rate(counts: Counts) -> Rate:
    """Share of people's passes that a judge set fails: 1 - TPR."""
    return proportion(counts.false_fail, counts.human_passes, what="decided outputs that people passed")


def evalgen_alignment(cov: float | None, ffr: float | None) -> float | None:
    """2·cov·(1-FFR) / (cov + 1-FFR), EvalGen's harmonic mean (arXiv 2404.12272)."""
    if cov is None or ffr is None:
        return None
    passed = 1 - ffr
    return 0.0 if cov + passed == 0 else 2 * cov * passed / (cov + passed)

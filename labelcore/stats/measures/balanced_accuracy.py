"""Balanced accuracy: the mean of TPR and TNR, so that the frequent class does not decide it."""

from __future__ import annotations

import math

from labelcore.stats.measures.confusion import Counts, Floats
from labelcore.stats.measures.tnr import tnr, tnr_of
from labelcore.stats.measures.tpr import tpr, tpr_of
from labelcore.stats.rate import Rate, not_measurable


def balanced_accuracy(counts: Counts) -> float | None:
    """Mean of TPR and TNR; None when either is not measurable."""
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
    """The same for cells, shape (..., 4)."""
    return (tpr_of(cells) + tnr_of(cells)) / 2

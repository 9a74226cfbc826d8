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
    one, other = tpr(counts), tnr(counts)
    if one.value is None or one.low is None or one.high is None:
        return not_measurable(one.why_not or "TPR is not known", counts.n)
    if other.value is None or other.low is None or other.high is None:
        return not_measurable(other.why_not or "TNR is not known", counts.n)
    value = (one.value + other.value) / 2
    down = math.hypot(one.value - one.low, other.value - other.low) / 2
    up = math.hypot(one.high - one.value, other.high - other.value) / 2
    return Rate(value=value, low=value - down, high=value + up, n=counts.n, method="Newcombe")


def balanced_accuracy_of(cells: Floats) -> Floats:
    """The same for cells, shape (..., 4)."""
    return (tpr_of(cells) + tnr_of(cells)) / 2

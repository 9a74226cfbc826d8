"""MCC, the correlation of verdicts and grades (Matthews 1975)."""

from __future__ import annotations

import numpy as np

from labelcore.stats.measures.confusion import Counts, Floats, cells_of, known, share


def mcc(counts: Counts) -> float | None:
    """(TP·TN - FP·FN) / √((TP+FP)(TP+FN)(TN+FP)(TN+FN)), in [-1, 1]; None when a margin is empty."""
    return known(mcc_of(cells_of(counts)))


def mcc_of(cells: Floats) -> Floats:
    """The same for cells, shape (..., 4)."""
    tp, fp, tn, fn = np.moveaxis(cells, -1, 0)
    spread = np.sqrt((tp + fp) * (tn + fn) * (tp + fn) * (tn + fp))
    return share(tp * tn - fp * fn, spread)

"""TNR, the specificity: the share of people's fails that the judge fails."""

from __future__ import annotations

from labelcore.stats.measures.confusion import Counts, Floats, share
from labelcore.stats.rate import Rate, proportion


def tnr(counts: Counts) -> Rate:
    """TN / (TN + FP) with Wilson's interval."""
    return proportion(counts.true_fail, counts.human_fails, what="decided outputs that people failed")


def tnr_of(cells: Floats) -> Floats:
    """The same for cells, shape (..., 4)."""
    return share(cells[..., 2], cells[..., 2] + cells[..., 1])

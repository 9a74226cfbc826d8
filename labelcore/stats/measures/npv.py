"""NPV, the precision of fail: the share of the judge's fails that people fail."""

from __future__ import annotations

from labelcore.stats.measures.confusion import Counts, Floats, share
from labelcore.stats.rate import Rate, proportion


def npv(counts: Counts) -> Rate:
    """TN / (TN + FN) with Wilson's interval."""
    return proportion(counts.true_fail, counts.judge_fails, what="outputs that the judge fails")


def npv_of(cells: Floats) -> Floats:
    """The same for cells, shape (..., 4)."""
    return share(cells[..., 2], cells[..., 2] + cells[..., 3])

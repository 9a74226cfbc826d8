"""TPR, the recall of pass: the share of people's passes that the judge passes."""

from __future__ import annotations

from labelcore.stats.measures.confusion import Counts, Floats, share
from labelcore.stats.rate import Rate, proportion


def tpr(counts: Counts) -> Rate:
    """TP / (TP + FN) with Wilson's interval."""
    return proportion(counts.true_pass, counts.human_passes, what="decided outputs that people passed")


def tpr_of(cells: Floats) -> Floats:
    """The same for cells, shape (..., 4)."""
    return share(cells[..., 0], cells[..., 0] + cells[..., 3])

"""PPV, the precision of pass: the share of the judge's passes that people pass."""

from __future__ import annotations

from labelcore.stats.measures.confusion import Counts, Floats, share
from labelcore.stats.rate import Rate, proportion


def ppv(counts: Counts) -> Rate:
    """TP / (TP + FP) with Wilson's interval."""
    return proportion(counts.true_pass, counts.judge_passes, what="outputs that the judge passes")


def ppv_of(cells: Floats) -> Floats:
    """The same for cells, shape (..., 4)."""
    return share(cells[..., 0], cells[..., 0] + cells[..., 1])

"""The best constant answer: what a judge must beat."""

from __future__ import annotations

from labelcore.stats.measures.confusion import Counts


def constant_answer(counts: Counts) -> float | None:
    """Accuracy of always giving the more frequent grade; None without a decided output."""
    return max(counts.human_passes, counts.human_fails) / counts.n if counts.n else None

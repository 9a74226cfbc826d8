"""The rates of a set of judges, in EvalGen's and SPADE's words."""

from __future__ import annotations

from labelcore.stats.measures.confusion import Counts
from labelcore.stats.measures.tnr import tnr
from labelcore.stats.rate import Rate, proportion


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
    kept = 1 - ffr
    return 0.0 if cov + kept == 0 else 2 * cov * kept / (cov + kept)

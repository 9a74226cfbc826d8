"""Graded outputs from four counts alone."""

from __future__ import annotations

import numpy as np

from labelcore.stats.counts import Counts
from labelcore.stats.prevalence import Graded


def of_counts(counts: Counts) -> Graded:
    """Equal weights, from the four counts alone; abstentions carry no grade here."""
    times = [counts.true_pass, counts.false_pass, counts.true_fail, counts.false_fail]
    return Graded(
        passes=np.repeat(np.array([True, False, False, True]), times),
        verdicts=np.repeat(np.array([1.0, 1.0, 0.0, 0.0]), times),
    )

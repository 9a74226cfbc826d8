"""From draws of an estimate to its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcore.stats.prevalence.weighing import Floats


@dataclass(frozen=True)
class Interval:
    """Median and interval; arrays over runs. nan where too few draws mean anything."""

    low: Floats
    middle: Floats
    high: Floats


def summary(draws: Floats, level: float = 0.95) -> Interval:
    """Quantiles over the last axis. Undefined draws are nan; more than half of them, and so is all."""
    ordered = np.sort(draws, axis=-1)  # nan is sorted to the end
    kept = draws.shape[-1] - np.isnan(draws).sum(axis=-1)
    few = kept < draws.shape[-1] / 2

    def at(share: float) -> Floats:
        place = np.clip(np.floor(share * kept).astype(int), 0, np.maximum(kept - 1, 0))
        found = np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0]
        return np.where(few, np.nan, found)

    tail = (1 - level) / 2
    return Interval(at(tail), at(0.5), at(1 - tail))

"""Figures of judges on graded outputs, over sources where outputs share them: the one way to estimate them.

A share of outputs that share no source has Wilson's interval; else it has the one over sources, never a
narrower one, and none over too few.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from labelcore.stats import counts, resampling
from labelcore.stats.counts import Floats
from labelcore.stats.rate import Rate, few_sources

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def figures_over(
    verdicts: Floats, passes: Bools, groups: Ints | None, names: Sequence[str]
) -> list[dict[str, Rate]]:
    """Figures with intervals of each judge, a column of ``verdicts`` (n, judges): 1 pass, 0 fail, nan none.

    ``groups`` (n,): numbers of sources from 0 up; None where no two outputs share one.
    """
    if groups is None:
        together = np.zeros(len(passes), dtype=np.int64)
        cells = resampling.cells_by_group(verdicts, passes, together).sum(axis=0)
        return resampling.intervals(cells, resampling.replicates_of_counts(cells), names)
    by_group = resampling.cells_by_group(verdicts, passes, groups)
    number, replicates = len(by_group), resampling.replicates(by_group)
    rated = resampling.intervals(by_group.sum(axis=0), replicates, names, groups=number)
    if number >= resampling.FEWEST_GROUPS:
        return rated
    none = {"low": None, "high": None, "why_not": few_sources(number, resampling.FEWEST_GROUPS)}
    return [
        {name: rate if rate.value is None else rate.model_copy(update=none) for name, rate in rates.items()}
        for rates in rated
    ]


def over_sources(plain: Rate, by_source: Rate | None) -> Rate:
    """A share with Wilson's interval, or with the one over sources (``by_source``), whichever is wider."""
    if by_source is None or plain.value is None:
        return plain
    if by_source.low is None or by_source.high is None or plain.low is None or plain.high is None:
        return plain.model_copy(update={"low": None, "high": None, "why_not": by_source.why_not})
    low, high = min(plain.low, by_source.low), max(plain.high, by_source.high)
    return plain.model_copy(update={"low": low, "high": high, "method": by_source.method})


def tpr_and_tnr(verdicts: Floats, passes: Bools, groups: Ints | None) -> list[tuple[Rate, Rate]]:
    """Both rates of each judge, a column of ``verdicts`` (n, judges); an abstention (nan) is in neither."""
    by_source = [dict[str, Rate]()] * verdicts.shape[1]
    if groups is not None and verdicts.size:
        by_source = figures_over(verdicts, passes, groups, ("tpr", "tnr"))
    pairs = []
    for votes, rates in zip(verdicts.T, by_source, strict=True):
        cells = counts.count(votes, passes)
        tpr = over_sources(counts.tpr(cells), rates.get("tpr"))
        pairs.append((tpr, over_sources(counts.tnr(cells), rates.get("tnr"))))
    return pairs

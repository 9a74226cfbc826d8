"""Cohen's kappa: agreement of two graders beyond what their habits alone would give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from labelcore.stats.measures.confusion import Counts, Floats, cells_of, known, share

Weights = Literal["none", "linear", "quadratic"]


def kappa(counts: Counts) -> float | None:
    """Kappa of judge and people (Cohen 1960); None when chance explains all."""
    return known(kappa_of(cells_of(counts)))


def kappa_of(cells: Floats) -> Floats:
    """(p_o - p_e) / (1 - p_e) for cells, shape (..., 4)."""
    tp, fp, tn, fn = np.moveaxis(cells, -1, 0)
    n = tp + fp + tn + fn
    by_chance = (tp + fp) * (tp + fn) + (tn + fn) * (tn + fp)
    return share((tp + tn) * n - by_chance, n * n - by_chance)


def distances(size: int, weights: Weights) -> Floats:
    """How much a disagreement between two of ``size`` ordered levels weighs, shape (size, size)."""
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    return {"none": (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]


def weighted_kappa(table: npt.ArrayLike, weights: Weights = "quadratic") -> float | None:
    """1 - Σ w·O / Σ w·E of a square table of two graders on ordered levels (Cohen 1968).

    ``table`` (k, k): how often the first gave the row's level and the second the column's. None
    for an empty table, or when chance explains all.
    """
    observed = np.asarray(table, dtype=np.float64)
    n = observed.sum()
    if n == 0:
        return None
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / n
    apart = distances(len(observed), weights)
    by_chance = float((apart * expected).sum())
    return None if by_chance == 0 else 1 - float((apart * observed).sum()) / by_chance


def table_of(first: Sequence[int], second: Sequence[int], levels: Sequence[int]) -> Floats:
    """How often two graders gave which pair of ``levels``, shape (levels, levels)."""
    place = {level: at for at, level in enumerate(levels)}
    table = np.zeros((len(levels), len(levels)))
    for row, column in zip(first, second, strict=True):
        table[place[row], place[column]] += 1
    return table

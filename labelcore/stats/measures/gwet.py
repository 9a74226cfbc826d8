"""Gwet's AC1 and AC2: agreement that stays high where one grade is rare.

A secondary figure: on lopsided data it looks good for a judge that misses nearly every fail.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labelcore.stats.measures.confusion import Counts, Floats, share
from labelcore.stats.measures.kappa import Weights, distances


def gwet_ac(counts: npt.NDArray[np.int64], weights: Weights = "none") -> float | None:
    """AC1 (weights "none") or AC2 from ``counts``, shape (outputs, values); missing grades allowed.

    (p_a - p_e) / (1 - p_e) with p_e = T_w / (q(q-1)) · Σ π_k(1-π_k), where q is the number of
    values that can be given, π_k the mean share of value k over outputs, T_w the sum of the
    weights (Gwet, Br. J. Math. Stat. Psychol. 2008; Handbook of Inter-Rater Reliability, 2014).
    None when fewer than two values can be given or no output has two grades.
    """
    graded = counts[counts.sum(axis=1) > 0]
    each = graded.sum(axis=1)
    values = counts.shape[1]
    if values < 2 or not (each >= 2).any():
        return None
    apart = distances(values, weights)
    credit = 1 - apart / apart.max()
    pairs = graded[each >= 2]
    many = pairs.sum(axis=1)
    same = (pairs * (pairs @ credit - 1)).sum(axis=1) / (many * (many - 1))
    shares = (graded / each[:, None]).mean(axis=0)
    by_chance = credit.sum() / (values * (values - 1)) * float((shares * (1 - shares)).sum())
    return float((same.mean() - by_chance) / (1 - by_chance))


def ac1(counts: Counts) -> float | None:
    """AC1 of a judge and people; None without a decided output."""
    table = np.repeat(
        [[0, 2], [1, 1], [2, 0]],
        [counts.true_pass, counts.false_pass + counts.false_fail, counts.true_fail],
        axis=0,
    )
    return gwet_ac(table)


def ac1_of(cells: Floats) -> Floats:
    """The same for cells, shape (..., 4)."""
    tp, fp, tn, fn = np.moveaxis(cells, -1, 0)
    n = tp + fp + tn + fn
    passes = share(tp + (fp + fn) / 2, n)
    by_chance = 2 * passes * (1 - passes)
    return (share(tp + tn, n) - by_chance) / (1 - by_chance)

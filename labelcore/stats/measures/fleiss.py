"""Fleiss' kappa: several graders, the same number of grades for every output."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def fleiss_kappa(counts: npt.NDArray[np.int64]) -> float | None:
    """(P̄ - P̄_e) / (1 - P̄_e) (Fleiss 1971) from ``counts``, shape (outputs, values).

    None when outputs have different numbers of grades or fewer than two (Krippendorff's alpha
    allows both), or when everybody gave the same value everywhere.
    """
    if not fleiss_applies(counts):
        return None
    each = counts[0].sum()
    same = ((counts**2).sum(axis=1) - each) / (each * (each - 1))
    shares = counts.sum(axis=0) / counts.sum()
    by_chance = float((shares**2).sum())
    return None if by_chance == 1 else (float(same.mean()) - by_chance) / (1 - by_chance)


def fleiss_applies(counts: npt.NDArray[np.int64]) -> bool:
    """Whether every output has the same number of grades, at least two."""
    grades = counts.sum(axis=1)
    return bool(len(grades) and grades[0] >= 2 and (grades == grades[0]).all())

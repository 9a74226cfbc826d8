"""How much the best of several versions flatters itself on the outputs that it was chosen on.

The best of k measured figures is too high by about σσ' / √(σ² + τ²) · E[max of k standard normals], where σ
is the usual noise of a version's figure that the others do not share, σ' that of the best, and τ how much the
versions really differ (Blom 1958 for the expected maximum). What all share on the same outputs cancels out.
``tests/bench/workbench_simulations.py`` measures how right that is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, variance

from labelcore.stats.changes import Change

_BLOM = 0.375


def optimism(figures: Sequence[float], noise: Sequence[float]) -> float:
    """By how much the best of the figures is expected to be less on new outputs; 0 for fewer than two.

    ``noise``: the standard deviation of each figure that it does not share with the others.
    """
    if len(figures) < 2:
        return 0.0
    best = max(range(len(figures)), key=figures.__getitem__)
    usual = fmean(sigma**2 for sigma in noise)
    apart = max(0.0, variance(figures) - usual)
    total = math.sqrt(usual + apart)
    return noise[best] * math.sqrt(usual) / total * expected_maximum(len(figures)) if total else 0.0


def expected_maximum(k: int) -> float:
    """Of k independent standard normals (Blom's approximation)."""
    return NormalDist().inv_cdf((k - _BLOM) / (k + 1 - 2 * _BLOM)) if k > 1 else 0.0


def unshared_noise(change: Change) -> float | None:
    """Of the mean of TPR and TNR: half of the paired difference's variance is each version's."""
    if change.balanced.low is None or change.balanced.high is None:
        return None
    wide = change.balanced.high - change.balanced.low
    return wide / (2 * NormalDist().inv_cdf(0.975)) / math.sqrt(2)

"""Krippendorff's alpha: several graders, any number of grades for an output, levels or plain values.

alpha = 1 - D_o / D_e (Krippendorff, Content Analysis, 2004, ch. 11): observed disagreement within
outputs over the disagreement expected if all grades were shuffled.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def krippendorff_alpha(counts: Ints, *, ordinal: bool = False) -> float | None:
    """Alpha from how many people gave each output each value: ``counts``, shape (outputs, values).

    With ``ordinal`` the columns are levels in their order, and a disagreement weighs the more, the
    more grades lie between its two levels. Outputs with fewer than two grades say nothing and are
    left out. None when everybody gave the same value everywhere, or no output has two grades.
    """
    counts = counts[counts.sum(axis=1) >= 2]
    of_value = counts.sum(axis=0)
    total = int(of_value.sum())
    distance = _ordinal_distance(of_value) if ordinal else 1.0 - np.eye(len(of_value))
    expected = float(of_value @ distance @ of_value)
    if total == 0 or expected == 0:
        return None
    within = np.einsum("uc,ck,uk->u", counts, distance, counts)
    observed = float((within / (counts.sum(axis=1) - 1)).sum())
    return 1 - observed * (total - 1) / expected


def alphas(counts: Ints, times: Ints, *, ordinal: bool = False) -> list[float]:
    """Alpha of each replicate: ``times`` (replicates, outputs) says how often an output is drawn.

    The same formula as `krippendorff_alpha`, for all replicates at once; undefined ones are left out.
    """
    together = np.einsum("uc,uk->uck", counts, counts) / (counts.sum(axis=1) - 1)[:, None, None]
    within = np.tensordot(times, together, axes=1)
    of_value = times @ counts
    if ordinal:
        below = np.cumsum(of_value, axis=1) - of_value / 2
        distance = (below[:, :, None] - below[:, None, :]) ** 2
    else:
        distance = np.broadcast_to(1.0 - np.eye(counts.shape[1]), within.shape)
    observed = (within * distance).sum(axis=(1, 2))
    expected = np.einsum("rc,rck,rk->r", of_value, distance, of_value)
    measurable = expected > 0
    total = of_value.sum(axis=1)
    found = 1 - observed[measurable] * (total[measurable] - 1) / expected[measurable]
    return [float(alpha) for alpha in found]


def _ordinal_distance(of_value: Ints) -> npt.NDArray[np.float64]:
    """Squared: the number of grades from one level to the other, each end counted half."""
    below = np.cumsum(of_value) - of_value / 2
    found: npt.NDArray[np.float64] = (below[:, None] - below[None, :]) ** 2
    return found

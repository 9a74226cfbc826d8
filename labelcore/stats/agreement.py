"""Agreement between people: Krippendorff's alpha for grades and levels, with a bootstrap interval.

alpha = 1 - D_o / D_e (Krippendorff, Content Analysis, 2004, ch. 11): observed disagreement within
outputs over the disagreement expected if all grades were shuffled. Missing grades are allowed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from labelcore.models import Frozen

Ints = npt.NDArray[np.int64]
_REPLICATES = 2_000
_CELLS = 2_000_000
"""Replicates times outputs that are drawn at once, to bound the memory."""


class Agreement(Frozen):
    """Alpha with its 95 % interval over outputs, and on how much it rests."""

    alpha: float | None
    low: float | None
    high: float | None
    n_annotators: int
    n_outputs: int
    why_not: str | None = None


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


def _ordinal_distance(of_value: Ints) -> npt.NDArray[np.float64]:
    """Squared: the number of grades from one level to the other, each end counted half."""
    below = np.cumsum(of_value) - of_value / 2
    found: npt.NDArray[np.float64] = (below[:, None] - below[None, :]) ** 2
    return found


def agreement(
    by_annotator: Mapping[str, Mapping[str, int]], *, ordinal: bool = False, seed: int = 0
) -> Agreement:
    """Alpha over all outputs that at least two people graded; interval by bootstrap of outputs.

    ``by_annotator``: person -> output -> value (True and False for pass and fail, or a level).
    """
    seen: dict[str, list[int]] = {}
    for own in by_annotator.values():
        for output_id, value in own.items():
            seen.setdefault(output_id, []).append(int(value))
    shared = {key: votes for key, votes in sorted(seen.items()) if len(votes) > 1}
    values = sorted({vote for votes in shared.values() for vote in votes})
    counts = np.array(
        [[votes.count(value) for value in values] for votes in shared.values()], dtype=np.int64
    ).reshape(len(shared), len(values))
    alpha = krippendorff_alpha(counts, ordinal=ordinal)
    low, high = _interval(counts, ordinal=ordinal, seed=seed) if alpha is not None else (None, None)
    return Agreement(
        alpha=alpha, low=low, high=high, n_annotators=len(by_annotator), n_outputs=len(shared),
        why_not=None if alpha is not None else _why_not(len(by_annotator), len(shared)),
    )  # fmt: skip


def _why_not(n_annotators: int, n_outputs: int) -> str:
    if n_annotators < 2:
        return "agreement needs a second annotator"
    if n_outputs == 0:
        return "no output was graded by two people"
    return "everybody gave the same grade everywhere, so agreement beyond chance is undefined"


def _interval(counts: Ints, *, ordinal: bool, seed: int) -> tuple[float | None, float | None]:
    random = np.random.default_rng(seed)
    n, per_round = len(counts), max(1, _CELLS // len(counts))
    alphas: list[float] = []
    for start in range(0, _REPLICATES, per_round):
        draws = random.integers(0, n, size=(min(per_round, _REPLICATES - start), n))
        times = np.stack([np.bincount(draw, minlength=n) for draw in draws])
        alphas += _alphas(counts, times, ordinal=ordinal)
    if len(alphas) < _REPLICATES // 2:
        return None, None
    low, high = np.quantile(alphas, [0.025, 0.975])
    return float(low), float(high)


def _alphas(counts: Ints, times: Ints, *, ordinal: bool) -> list[float]:
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
    known = expected > 0
    total = of_value.sum(axis=1)
    found = 1 - observed[known] * (total[known] - 1) / expected[known]
    return [float(own) for own in found]

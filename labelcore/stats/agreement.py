"""Agreement between people: Krippendorff's alpha for grades and levels, with a bootstrap interval.

Fleiss' kappa and Gwet's AC1 (AC2 on levels) stand beside it as secondary figures.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from labelcore.models import Frozen
from labelcore.stats.measures.alpha import Ints, alphas, krippendorff_alpha
from labelcore.stats.measures.fleiss import fleiss_kappa
from labelcore.stats.measures.gwet import gwet_ac

__all__ = ["Agreement", "agreement", "krippendorff_alpha"]

_REPLICATES = 2_000
_CELLS = 2_000_000
"""Replicates times outputs that are drawn at once, to bound the memory."""


class Agreement(Frozen):
    """Alpha with its 95 % interval over outputs, and on how much it rests.

    ``fleiss``: only where every shared output has the same number of grades. ``ac``: Gwet's AC1, on
    levels AC2 with quadratic weights; it stays high where one grade is rare, so it decides nothing.
    """

    alpha: float | None
    low: float | None
    high: float | None
    n_annotators: int
    n_outputs: int
    why_not: str | None = None
    fleiss: float | None = None
    ac: float | None = None


def agreement(
    by_annotator: Mapping[str, Mapping[str, int]], *, ordinal: bool = False, seed: int = 0
) -> Agreement:
    """Alpha over all outputs that at least two people graded; interval by bootstrap of outputs.

    ``by_annotator``: person -> output -> value (True and False for pass and fail, or a level).
    """
    seen: dict[str, list[int]] = {}
    for grades in by_annotator.values():
        for output_id, value in grades.items():
            seen.setdefault(output_id, []).append(int(value))
    shared = {key: votes for key, votes in sorted(seen.items()) if len(votes) > 1}
    values = sorted({vote for votes in shared.values() for vote in votes})
    counts = np.array(
        [[votes.count(value) for value in values] for votes in shared.values()], dtype=np.int64
    ).reshape(len(shared), len(values))
    # With one output, observed and expected disagreement are the same: alpha would always be 0.
    alpha = krippendorff_alpha(counts, ordinal=ordinal) if len(shared) > 1 else None
    low, high = _interval(counts, ordinal=ordinal, seed=seed) if alpha is not None else (None, None)
    return Agreement(
        alpha=alpha,
        low=low,
        high=high,
        n_annotators=len(by_annotator),
        n_outputs=len(shared),
        why_not=None if alpha is not None else _why_not(len(by_annotator), len(shared)),
        fleiss=fleiss_kappa(counts) if alpha is not None else None,
        ac=gwet_ac(counts, "quadratic" if ordinal else "none") if alpha is not None else None,
    )


def _why_not(n_annotators: int, n_outputs: int) -> str:
    if n_annotators < 2:
        return "agreement needs a second annotator"
    if n_outputs == 0:
        return "no output was graded by two people"
    if n_outputs == 1:
        return "only one output was graded by two people; agreement beyond chance needs more"
    return "everybody gave the same grade everywhere, so agreement beyond chance is undefined"


def _interval(counts: Ints, *, ordinal: bool, seed: int) -> tuple[float | None, float | None]:
    # Drawing outputs is drawing how often each of the few kinds of rows occurs: the same chances,
    # at a cost that does not grow with the outputs.
    kinds, often = np.unique(counts, axis=0, return_counts=True)
    chances = often / len(counts)
    random, per_round = np.random.default_rng(seed), max(1, _CELLS // len(kinds))
    found: list[float] = []
    for start in range(0, _REPLICATES, per_round):
        rounds = min(per_round, _REPLICATES - start)
        times = random.multinomial(len(counts), chances, size=rounds)
        found += alphas(kinds, times, ordinal=ordinal)
    if len(found) < _REPLICATES // 2:
        return None, None
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)

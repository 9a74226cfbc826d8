"""Agreement between people: Krippendorff's alpha for nominal grades, with a bootstrap interval.

alpha = 1 - D_o / D_e (Krippendorff, Content Analysis, 2004, ch. 11): observed disagreement within
outputs over the disagreement expected if all grades were shuffled. Missing grades are allowed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labelcore.models import Frozen

Ints = npt.NDArray[np.int64]
_REPLICATES = 2_000


class Agreement(Frozen):
    """Alpha with its 95 % interval over outputs, and on how much it rests."""

    alpha: float | None
    low: float | None
    high: float | None
    n_annotators: int
    n_outputs: int
    why_not: str | None = None


def krippendorff_alpha(passes: Ints, fails: Ints) -> float | None:
    """Alpha from how many people passed and failed each output (both shape (n,)).

    Outputs with fewer than two grades say nothing and are left out. None when everybody gave the
    same grade everywhere, or when no output has two grades.
    """
    raters = passes + fails
    pairable = raters >= 2
    passes, fails, raters = passes[pairable], fails[pairable], raters[pairable]
    total = int(raters.sum())
    all_passes, all_fails = int(passes.sum()), int(fails.sum())
    if total == 0 or all_passes == 0 or all_fails == 0:
        return None
    observed = float((2 * passes * fails / (raters - 1)).sum()) / total
    expected = 2 * all_passes * all_fails / (total * (total - 1))
    return 1 - observed / expected


def agreement(by_annotator: dict[str, dict[str, bool]], seed: int = 0) -> Agreement:
    """Alpha over all outputs that at least two people graded; interval by bootstrap of outputs."""
    seen: dict[str, list[bool]] = {}
    for own in by_annotator.values():
        for output_id, passed in own.items():
            seen.setdefault(output_id, []).append(passed)
    shared = {key: votes for key, votes in sorted(seen.items()) if len(votes) > 1}
    passes = np.array([sum(votes) for votes in shared.values()], dtype=np.int64)
    fails = np.array([len(votes) - sum(votes) for votes in shared.values()], dtype=np.int64)
    alpha = krippendorff_alpha(passes, fails)
    low, high = _interval(passes, fails, seed) if alpha is not None else (None, None)
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


def _interval(passes: Ints, fails: Ints, seed: int) -> tuple[float | None, float | None]:
    random = np.random.default_rng(seed)
    draws = random.integers(0, len(passes), size=(_REPLICATES, len(passes)))
    found = [krippendorff_alpha(passes[draw], fails[draw]) for draw in draws]
    alphas = [alpha for alpha in found if alpha is not None]
    if len(alphas) < _REPLICATES // 2:
        return None, None
    low, high = np.quantile(alphas, [0.025, 0.975])
    return float(low), float(high)

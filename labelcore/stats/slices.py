"""Pass rates by city, product, language or model, without crying wolf over many slices.

Each slice is set against all others (Fisher's exact test), the p values are adjusted together
(Holm, or Benjamini-Hochberg for a first look), and each rate also has an interval that holds for
all slices at once (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from labelcore.models import Frozen
from labelcore.stats.rate import Rate, difference, wilson

Correction = Literal["holm", "benjamini-hochberg"]
_FEWEST = 5
_ALPHA = 0.05


class SliceRate(Frozen):
    """One slice's pass rate, alone (``rate``), with the others in mind (``together``), against them.

    ``p`` is adjusted for the number of slices; None for a slice too small to be tested.
    """

    name: str
    rate: Rate
    together: Rate
    against_rest: Rate
    p: float | None
    says: str


def by_slice(
    passes: npt.NDArray[np.bool_], names: Sequence[str], *, correction: Correction = "holm"
) -> list[SliceRate]:
    """The slices of n items, the worst first. ``passes`` (n,) and ``names`` are parallel."""
    own = np.asarray(names, dtype=object)
    kinds = sorted(set(names))
    inside = {name: own == name for name in kinds}
    tested = [name for name in kinds if _testable(inside[name])]
    raw = [_fisher(passes, inside[name]) for name in tested]
    adjusted = dict(zip(tested, adjust(raw, correction), strict=True))
    level = NormalDist().inv_cdf(1 - _ALPHA / (2 * max(1, len(kinds))))
    found = [_slice(name, passes, inside[name], adjusted.get(name), level) for name in kinds]
    return sorted(found, key=lambda one: (one.rate.value or 0.0, one.name))


def adjust(raw: Sequence[float], correction: Correction) -> list[float]:
    """P values adjusted for their number (Holm 1979; Benjamini and Hochberg 1995)."""
    if not raw:
        return []
    if correction == "benjamini-hochberg":
        return [float(p) for p in stats.false_discovery_control(raw)]
    order = np.argsort(raw)
    steps = np.asarray(raw)[order] * (len(raw) - np.arange(len(raw)))
    found = np.empty(len(raw))
    found[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return [float(p) for p in found]


def _testable(inside: npt.NDArray[np.bool_]) -> bool:
    return bool(inside.sum() >= _FEWEST and (~inside).sum() >= _FEWEST)


def _fisher(passes: npt.NDArray[np.bool_], inside: npt.NDArray[np.bool_]) -> float:
    table = np.array(
        [[int((passes & part).sum()), int((~passes & part).sum())] for part in (inside, ~inside)]
    )
    return float(stats.fisher_exact(table).pvalue)


def _slice(
    name: str, passes: npt.NDArray[np.bool_], inside: npt.NDArray[np.bool_], p: float | None,
    level: float,
) -> SliceRate:  # fmt: skip
    good, n = int((passes & inside).sum()), int(inside.sum())
    rate = wilson(good, n)
    rest = wilson(int((passes & ~inside).sum()), int((~inside).sum()), what="other outputs")
    return SliceRate(
        name=name, rate=rate, together=wilson(good, n, z=level), against_rest=difference(rate, rest),
        p=p, says=_says(rate, rest, p, n),
    )  # fmt: skip


def _says(rate: Rate, rest: Rate, p: float | None, n: int) -> str:
    if p is None:
        return f"too few outputs to tell ({n})" if n < _FEWEST else "nothing to set it against"
    if p > _ALPHA:
        return "no difference that is more than chance"
    return (
        "worse than the rest" if (rate.value or 0) < (rest.value or 0) else "better than the rest"
    )

"""Pass rates by city, product, language or model, without crying wolf over many slices.

Each slice is set against all others; the p values are adjusted together (Holm, or Benjamini-Hochberg for a
first look), and each rate also has an interval that holds for all slices at once (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from labelcore.models import Frozen
from labelcore.stats.prevalence import Graded
from labelcore.stats.rate import Rate
from labelcore.stats.subsamples import Subsample, against
from labelcore.wording import Wording

Correction = Literal["holm", "benjamini-hochberg"]
_ALPHA = 0.05


class SliceRate(Frozen):
    """A slice's pass rate by people, alone, ``together`` with the others, and less that of the others.

    ``p`` is adjusted for the number of slices; None where a slice cannot be tested (see ``says``). ``size``:
    of the slice in the pool. ``corrected``: by its verdicts and grades; None without chosen judges.
    """

    name: str
    rate: Rate
    together: Rate
    against_rest: Rate
    p: float | None
    says: Wording
    size: int | None = None
    corrected: Rate | None = None
    corrected_together: Rate | None = None


def by_slice(graded: Graded, names: Sequence[str], *, correction: Correction = "holm") -> list[SliceRate]:
    """The slices of n graded outputs, the worst first. ``names`` (n,) in their order."""
    slice_of = np.asarray(names, dtype=object)
    parts = {
        name: (Subsample(graded, slice_of == name), Subsample(graded, slice_of != name))
        for name in sorted(set(names))
    }
    compared = {name: against(*pair) for name, pair in parts.items()}
    raw = {name: p for name, (_, p) in compared.items() if p is not None}
    adjusted = dict(zip(raw, adjust(list(raw.values()), correction), strict=True))
    level = together(len(parts))
    rows = [
        SliceRate(
            name=name,
            rate=part.rate(),
            together=part.rate(level),
            against_rest=compared[name][0],
            p=adjusted.get(name),
            says=_says(part, rest, adjusted.get(name)),
        )
        for name, (part, rest) in parts.items()
    ]
    # Rounded, so that equal rates stand by name whatever the order of the rows that they are summed in.
    return sorted(rows, key=lambda row: (round(row.rate.value or 0.0, 12), row.name))


def together(slices: int) -> float:
    """The level of each interval so that so many of them hold at once at 95 % (Bonferroni)."""
    return 1 - _ALPHA / max(1, slices)


def adjust(raw: Sequence[float], correction: Correction) -> list[float]:
    """P values adjusted for their number (Holm 1979; Benjamini and Hochberg 1995)."""
    from scipy import stats

    if not raw:
        return []
    if correction == "benjamini-hochberg":
        return [float(p) for p in stats.false_discovery_control(raw)]
    order = np.argsort(raw)
    steps = np.asarray(raw)[order] * (len(raw) - np.arange(len(raw)))
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return [float(p) for p in adjusted]


def _says(part: Subsample, rest: Subsample, p: float | None) -> Wording:
    if p is None:
        if not rest.graded.n:
            return Wording("nothing to set it against")
        return part.untestable or Wording("the others have {few}", few=rest.untestable)
    if p > _ALPHA:
        return Wording("no difference that is more than chance")
    return Wording("worse than the rest" if part.value < rest.value else "better than the rest")

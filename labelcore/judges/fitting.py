"""Thresholds fitted to grades, shrunk so that sixteen grades do not mislead.

For a threshold, a = share of failed outputs that it fails and b = share of passed outputs that it
fails, both shrunk towards the share that it fails of all: (count + m·base) / (size + m). The gain
is a - b. A detector that the notes talk about is shrunk less (a smaller m).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelcore.judges.code_judge import CodeSpec, Side
from labelcore.judges.detectors import REGISTRY
from labelcore.judges.features import Column, FeatureTable, Floats
from labelcore.text.reading import words

Bools = npt.NDArray[np.bool_]
SHRINK = 6.0
SHRINK_WITH_TOPIC = 2.0


@dataclass(frozen=True)
class Stump:
    """A fitted threshold on one column, with its shrunk gain."""

    column: int
    side: Side
    threshold: float
    gain: float


def topic_match(column: Column, talk: Iterable[str]) -> float:
    """How many of the notes (0..1) talk about what a detector measures."""
    topics = REGISTRY[column.detector].topics
    notes = list(talk)
    if not notes:
        return 0.0
    hits = sum(_mentions(note, topics) for note in notes)
    return hits / len(notes)


def _mentions(note: str, topics: Sequence[str]) -> bool:
    own = words(note)
    text = note.lower()
    return any(
        (topic in text) if not topic.isascii() else any(word.startswith(topic) for word in own)
        for topic in topics
    )


def shrinkage(topic: float) -> float:
    """The weight m of the prior: less where the notes talk about what is measured."""
    return SHRINK + (SHRINK_WITH_TOPIC - SHRINK) * min(1.0, 2 * topic)


def fit_stump(values: Floats, fails: Bools, column: int, bad: str, shrink: float) -> Stump | None:
    """The best threshold of one column on the sides that are allowed, or None if nothing helps.

    ``values`` has shape (n,), nan where the detector does not apply (such outputs never fail).
    """
    best: Stump | None = None
    sides: tuple[Side, ...] = {"high": ("above",), "low": ("below",)}.get(bad, ("above", "below"))  # type: ignore[assignment]  # literals
    for side in sides:
        found = _best_threshold(values if side == "above" else -values, fails, shrink)
        if found and (best is None or found[1] > best.gain):
            threshold = found[0] if side == "above" else -found[0]
            best = Stump(column, side, threshold, found[1])
    return best


def _best_threshold(values: Floats, fails: Bools, shrink: float) -> tuple[float, float] | None:
    """(threshold, gain) of failing what lies above, by one pass over the sorted values."""
    known = ~np.isnan(values)
    own, bad = values[known], fails[known]
    if len(own) < 4 or own.min() == own.max():
        return None
    order = np.argsort(-own, kind="stable")
    own, bad = own[order], bad[order]
    cuts = np.flatnonzero(np.diff(own) < 0)
    caught = np.cumsum(bad)[cuts].astype(float)
    wrong = np.cumsum(~bad)[cuts].astype(float)
    gains = _gain(caught, wrong, int(fails.sum()), int((~fails).sum()), shrink)
    at = int(np.argmax(gains))
    if gains[at] <= 0:
        return None
    return _between(float(own[cuts[at] + 1]), float(own[cuts[at]])), float(gains[at])


def _gain(caught: Floats, wrong: Floats, n_fail: int, n_pass: int, shrink: float) -> Floats:
    base = (caught + wrong) / (n_fail + n_pass)
    coverage = (caught + shrink * base) / (n_fail + shrink)
    false_failures = (wrong + shrink * base) / (n_pass + shrink)
    return np.asarray(coverage - false_failures, dtype=float)


def _between(low: float, high: float) -> float:
    """The roundest number in [low, high): a threshold that people can read."""
    middle = (low + high) / 2
    for digits in range(-3, 6):
        rounded = round(middle, digits)
        if low <= rounded < high:
            return rounded
    return middle


def fit_all(
    table: FeatureTable, fails: Bools, topics: Floats, columns: Iterable[int] | None = None
) -> list[Stump]:
    """Every column's best stump, the largest gain first. ``topics`` has shape (d,), 0..1."""
    found = []
    for column in range(len(table.columns)) if columns is None else columns:
        bad = REGISTRY[table.columns[column].detector].bad
        shrink = shrinkage(float(topics[column]))
        if stump := fit_stump(table.values[:, column], fails, column, bad, shrink):
            found.append(stump)
    return sorted(found, key=lambda stump: (-stump.gain, stump.column))


def votes(stump: Stump, table: FeatureTable) -> Bools:
    """Which outputs the stump fails, shape (n,)."""
    values = table.values[:, stump.column]
    with np.errstate(invalid="ignore"):
        return values > stump.threshold if stump.side == "above" else values < stump.threshold


def spec_of(stump: Stump, table: FeatureTable) -> CodeSpec:
    """The stump as a judge's specification."""
    column = table.columns[stump.column]
    return CodeSpec(
        detector=column.detector, parameters=dict(column.parameters), side=stump.side,
        threshold=stump.threshold,
    )  # fmt: skip

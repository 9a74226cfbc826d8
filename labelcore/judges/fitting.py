"""Thresholds fitted to grades, shrunk so that sixteen grades do not mislead.

The gain of a threshold is the share of failed outputs that it fails less that of passed ones, both shrunk
towards the share that it fails of all: (count + m·base) / (size + m), with a smaller m where the notes talk
about the quantity. A *guided* fit learns from the failed outputs whose note talks about it and leaves
out the others: an output that failed for its tone says nothing about lengths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.judges.detectors import REGISTRY
from labelcore.judges.features import GradedRows, TrainingData

Side = Literal["above", "below"]
SHRINK = 6.0
SHRINK_WITH_TOPIC = 2.0
_COMMON = 0.5
_FEWEST = 4  # values that a threshold takes
_SIDES: tuple[tuple[Side, str], ...] = (("above", "low"), ("below", "high"))  # side, not where so bad
GUIDES = 2  # so many notes must talk about a quantity before a threshold is fitted to them alone


@dataclass(frozen=True)
class Stump:
    """A fitted threshold on one column, with its shrunk gain."""

    column: int
    side: Side
    threshold: float
    gain: float
    guided: bool = False


@dataclass(frozen=True)
class PhraseCheck:
    """A phrase that tells failed from passed outputs: bad where it stands, or where it is missing."""

    phrase: int
    bad_when_shown: bool
    gain: float


@dataclass(frozen=True)
class ColumnPriors:
    """The c columns sought for: numbers, which end fails (high, low, either), weight of the prior."""

    columns: Ints
    bad: Sequence[str]
    shrink: Floats


def fit_all(data: TrainingData, graded: GradedRows, *, guided: bool) -> list[Stump]:
    """Every column's best threshold, the largest gain first."""
    columns = np.arange(len(data.table.columns))
    if guided:
        columns = np.flatnonzero(data.mentions[graded.failed].sum(axis=0) >= GUIDES)
    fitted = fit_columns(data, columns, graded, guided=guided)
    return sorted((stump for stump in fitted if stump), key=lambda stump: (-stump.gain, stump.column))


def fit_columns(
    data: TrainingData, columns: Ints, graded: GradedRows, *, guided: bool, bad: Sequence[str] | None = None
) -> list[Stump | None]:
    """The best threshold of each of these columns, all at once.

    ``bad``: the end of each column that fails (high, low, either), the detector's if it is not given.
    """
    bad = bad or [REGISTRY[data.table.columns[int(column)].detector].bad for column in columns]
    values = data.table.values[np.ix_(graded.rows, columns)]
    wrong = np.broadcast_to(graded.fails[:, None], values.shape)
    if not guided:
        talk = np.minimum(1.0, 2 * data.talked_about(graded.failed)[columns])
        shrink = SHRINK + (SHRINK_WITH_TOPIC - SHRINK) * talk
        return fit_stumps(values, wrong, ColumnPriors(columns, bad, shrink))
    noted = data.mentions[np.ix_(graded.rows, columns)] & wrong
    usable = (noted | ~wrong) & (noted.sum(axis=0) >= GUIDES)
    shrink = np.full(len(columns), SHRINK_WITH_TOPIC)
    stumps = fit_stumps(values, noted, ColumnPriors(columns, bad, shrink), usable)
    return [stump and replace(stump, guided=True) for stump in stumps]


def phrases(data: TrainingData, graded: GradedRows, limit: int, *, guided: bool) -> list[PhraseCheck]:
    """The phrases that tell failed from passed outputs best, pointed out by the notes or the grades."""
    if guided:
        return _noted_phrases(data, graded, limit)
    checks = []
    for place in data.incidence.best(graded.rows, graded.fails, limit):
        uses = data.incidence.shown[graded.rows, place]
        in_passes = uses[~graded.fails].mean()
        gain = float(uses[graded.fails].mean() - in_passes)
        if gain > 0 or in_passes > _COMMON:
            checks.append(PhraseCheck(place, gain > 0, abs(gain)))
    return checks


def _noted_phrases(data: TrainingData, graded: GradedRows, limit: int) -> list[PhraseCheck]:
    """Phrases of the notes that the outputs use too, by how well they tell the noted fails."""
    rows, fails = graded.rows, graded.fails
    noted = data.noted[rows] & fails[:, None]
    places = np.flatnonzero(noted.sum(axis=0) >= GUIDES)
    uses = data.incidence.shown[np.ix_(rows, places)]
    base = uses.mean(axis=0) * SHRINK_WITH_TOPIC
    noted_fails = noted[:, places]
    caught = ((uses & noted_fails).sum(axis=0) + base) / (noted_fails.sum(axis=0) + SHRINK_WITH_TOPIC)
    wrong = (uses[~fails].sum(axis=0) + base) / ((~fails).sum() + SHRINK_WITH_TOPIC)
    gain = caught - wrong
    # A phrase is missed only where most good outputs have it.
    gain = np.where((gain > 0) | (uses[~fails].mean(axis=0) > _COMMON), gain, 0.0)
    ranked = places[np.argsort(-np.abs(gain), kind="stable")]
    at = {int(place): k for k, place in enumerate(places)}
    best = data.incidence.different(ranked[: 10 * limit], limit)
    return [PhraseCheck(k, bool(gain[at[k]] > 0), abs(float(gain[at[k]]))) for k in best]


def fit_stumps(
    values: Floats, fails: Bools, sought: ColumnPriors, known: Bools | None = None
) -> list[Stump | None]:
    """The best threshold of each column on the sides that are allowed, or None if nothing helps. ``values``
    and ``fails`` (n, c), nan where the detector does not apply; a column is fitted to its ``known`` rows
    only.
    """
    known = np.ones_like(fails) if known is None else known
    values = np.where(known, values, np.nan)
    sizes = np.stack([(fails & known).sum(axis=0), (~fails & known).sum(axis=0)])
    best: list[Stump | None] = [None] * len(sought.columns)
    for side, left_out in _SIDES:
        which = np.array([k for k, end in enumerate(sought.bad) if end != left_out], dtype=np.int64)
        if not len(which):
            continue
        sign = 1.0 if side == "above" else -1.0
        cuts = _best_thresholds(
            sign * values[:, which], fails[:, which], sizes[:, which], sought.shrink[which]
        )
        for k, (threshold, gain) in zip(which.tolist(), cuts, strict=True):
            before = best[k]
            if gain > 0 and (before is None or gain > before.gain):
                best[k] = Stump(int(sought.columns[k]), side, sign * threshold, gain)
    return best


def _best_thresholds(values: Floats, fails: Bools, sizes: Ints, shrink: Floats) -> list[tuple[float, float]]:
    """(threshold, gain) of failing what lies above; gain 0 is none; ``sizes`` (2, c), ``shrink`` (c,)."""
    if len(values) < 2:
        return [(0.0, 0.0)] * values.shape[1]
    order = np.argsort(-values, axis=0, kind="stable")  # nan comes last
    ordered = np.take_along_axis(values, order, axis=0)
    bad = np.take_along_axis(fails, order, axis=0)
    caught = np.cumsum(bad, axis=0, dtype=float)[:-1]
    wrong = np.cumsum(~bad, axis=0, dtype=float)[:-1]
    base = shrink * ((caught + wrong) / np.maximum(sizes.sum(axis=0), 1))
    coverage, false_failures = (caught + base) / (sizes[0] + shrink), (wrong + base) / (sizes[1] + shrink)
    gains = np.where(ordered[1:] < ordered[:-1], coverage - false_failures, 0.0)
    gains[:, (~np.isnan(values)).sum(axis=0) < _FEWEST] = 0.0
    at = np.argmax(gains, axis=0)
    return [
        (_between(float(ordered[row + 1, k]), float(ordered[row, k])), float(gains[row, k]))
        if gains[row, k] > 0
        else (0.0, 0.0)
        for k, row in enumerate(at.tolist())
    ]


def _between(low: float, high: float) -> float:
    """The roundest number in [low, high): a threshold that people can read."""
    middle = (low + high) / 2
    rounder = (round(middle, digits) for digits in range(-3, 6))
    return next((number for number in rounder if low <= number < high), middle)


def votes(side: Side, threshold: float, values: Floats) -> Bools:
    """Which outputs a threshold fails; ``values`` (n,) are its column's."""
    with np.errstate(invalid="ignore"):
        return values > threshold if side == "above" else values < threshold


def phrase_votes(check: PhraseCheck, data: TrainingData, rows: Ints) -> Bools:
    """Which rows the phrase check fails, shape (len(rows),)."""
    uses = data.incidence.shown[rows, check.phrase]
    return np.asarray(uses if check.bad_when_shown else ~uses, dtype=bool)

"""Thresholds fitted to grades, shrunk so that sixteen grades do not mislead.

For a threshold, a = share of failed outputs that it fails and b = share of passed outputs that it
fails, both shrunk towards the share that it fails of all: (count + m·base) / (size + m). The gain
is a - b. A detector that the notes talk about is shrunk less (a smaller m). A *guided* fit learns
from the failed outputs whose own note talks about the detector's quantity, and leaves out the
others: an output that failed for its tone says nothing about lengths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from labelcore.judges.code_judge import CodeSpec, Side
from labelcore.judges.detectors import REGISTRY
from labelcore.judges.features import Column, Floats
from labelcore.judges.lessons import Bools, Ints, Lessons

SHRINK = 6.0
SHRINK_WITH_TOPIC = 2.0
_COMMON = 0.5
GUIDES = 2
"""So many notes must talk about a quantity before a threshold is fitted to them alone."""


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


def shrinkage(topic: float) -> float:
    """The weight m of the prior: less where the notes talk about what is measured."""
    return SHRINK + (SHRINK_WITH_TOPIC - SHRINK) * min(1.0, 2 * topic)


def fit_column(
    lessons: Lessons, column: int, rows: Ints, fails: Bools, *, guided: bool, bad: str | None = None
) -> Stump | None:
    """The best threshold of one column on ``rows`` with their grades ``fails``, both (m,)."""
    values = lessons.table.values[rows, column]
    bad = bad or REGISTRY[lessons.table.columns[column].detector].bad
    if not guided:
        return fit_stump(values, fails, column, bad, shrinkage(lessons.topic(column, rows[fails])))
    own = lessons.mentions[rows, column] & fails
    if own.sum() < GUIDES:
        return None
    seen = own | ~fails
    found = fit_stump(values[seen], own[seen], column, bad, SHRINK_WITH_TOPIC)
    return found and Stump(column, found.side, found.threshold, found.gain, guided=True)


def fit_all(lessons: Lessons, rows: Ints, fails: Bools, *, guided: bool) -> list[Stump]:
    """Every column's best threshold, the largest gain first."""
    columns: Iterable[int] = range(len(lessons.table.columns))
    if guided:
        columns = np.flatnonzero(lessons.mentions[rows[fails]].sum(axis=0) >= GUIDES).tolist()
    fitted = (fit_column(lessons, column, rows, fails, guided=guided) for column in columns)
    return sorted((own for own in fitted if own), key=lambda own: (-own.gain, own.column))


def noted_phrases(lessons: Lessons, rows: Ints, fails: Bools, limit: int) -> list[PhraseCheck]:
    """Phrases of the notes that the outputs use too, by how well they tell the noted fails."""
    noted = lessons.noted[rows] & fails[:, None]
    places = np.flatnonzero(noted.sum(axis=0) >= GUIDES)
    shown = lessons.incidence.shown[np.ix_(rows, places)]
    base = shown.mean(axis=0) * SHRINK_WITH_TOPIC
    own = noted[:, places]
    caught = ((shown & own).sum(axis=0) + base) / (own.sum(axis=0) + SHRINK_WITH_TOPIC)
    wrong = (shown[~fails].sum(axis=0) + base) / ((~fails).sum() + SHRINK_WITH_TOPIC)
    gain = caught - wrong
    # A phrase is missed only where most good outputs have it.
    gain = np.where((gain > 0) | (shown[~fails].mean(axis=0) > _COMMON), gain, 0.0)
    ranked = places[np.argsort(-np.abs(gain), kind="stable")]
    at = {int(place): k for k, place in enumerate(places)}
    kept = lessons.incidence.different(ranked[: 10 * limit], limit)
    return [PhraseCheck(k, bool(gain[at[k]] > 0), abs(float(gain[at[k]]))) for k in kept]


def mined_phrases(lessons: Lessons, rows: Ints, fails: Bools, limit: int) -> list[PhraseCheck]:
    """Phrases that the grades alone point out, whatever the notes say."""
    found = []
    for place in lessons.incidence.best(rows, fails, limit):
        shown = lessons.incidence.shown[rows, place]
        gain = float(shown[fails].mean() - shown[~fails].mean())
        if gain < 0 and shown[~fails].mean() <= _COMMON:
            continue
        found.append(PhraseCheck(place, gain > 0, abs(gain)))
    return found


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


def votes(stump: Stump, values: Floats) -> Bools:
    """Which outputs the stump fails; ``values`` (n,) is its column."""
    with np.errstate(invalid="ignore"):
        return values > stump.threshold if stump.side == "above" else values < stump.threshold


def phrase_votes(check: PhraseCheck, lessons: Lessons, rows: Ints) -> Bools:
    """Which rows the phrase check fails, shape (len(rows),)."""
    shown = lessons.incidence.shown[rows, check.phrase]
    return np.asarray(shown if check.bad_when_shown else ~shown, dtype=bool)


def spec_of(stump: Stump, column: Column) -> CodeSpec:
    """The stump as a judge's specification."""
    return CodeSpec(
        detector=column.detector, parameters=dict(column.parameters), side=stump.side,
        threshold=stump.threshold, guided=stump.guided,
    )  # fmt: skip


def phrase_spec(check: PhraseCheck, lessons: Lessons, *, guided: bool) -> CodeSpec:
    """The phrase check as a judge's specification."""
    phrase = list(lessons.incidence.phrases[check.phrase])
    side: Side = "above" if check.bad_when_shown else "below"
    threshold = 0.0 if check.bad_when_shown else 1.0
    return CodeSpec(
        detector="phrase", parameters={"phrase": phrase}, side=side, threshold=threshold, guided=guided
    )  # fmt: skip

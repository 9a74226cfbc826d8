"""Grades and verdicts that contradict the score beside them, and scores that are on two scales."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from labelcore.models import Fact, fact
from labelcore.stages.importing.mapping import OVERALL
from labelcore.stages.importing.meanings import FAIL, PASS, SignalReading, number_of, polarity
from labelcore.store import remarks
from labelcore.store.formats.base import Staging

_FEWEST = 3
_APART = 10.0
"""Where the numbers above 1 begin, if those up to 1 are shares and the others per cent."""


class Pair(NamedTuple):
    """A score, how many rows have it beside this meaning, the first of them, and the tool's threshold."""

    score: float
    rows: int
    first: int
    threshold: float | None = None


Pairs = dict[str, list[Pair]]


def contradictions(
    cursor: Any,
    staged: Staging,
    readings: Iterable[SignalReading],
    offers: Iterable[tuple[remarks.Signal, SignalReading]],
) -> Iterator[Fact]:
    """For each column of scores that was not taken: the grades that it contradicts, as a warning."""
    overall = next(
        (reading for reading in readings if (reading.kind, reading.name) == ("grade", OVERALL)), None
    )
    for signal, _ in offers if overall and overall.known else ():
        numbers = [number_of(value.value) for value in signal.values]
        if len(numbers) < _FEWEST or None in numbers or polarity(signal.name) < 0:
            continue
        pairs = _pairs(cursor, staged, signal.name, overall.values if overall else {})
        if odd := list(_beyond(pairs, 1)):
            rows = sum(pair.rows for pair in odd)
            yield fact("contradicted", column=signal.name, n=rows, row=min(pair.first for pair in odd))


def tool_contradictions(cursor: Any, readings: Iterable[SignalReading]) -> Iterator[Fact]:
    """What a tool says that contradicts the score it puts beside it, as a warning for each of its metrics.

    Of most metrics more is better; less is where the name blames, or where all that was said fits only so.
    """
    known = {(told.kind, told.name): told for told in readings if told.known}
    for key, found in itertools.groupby(remarks.scores(cursor), key=lambda row: row[:2]):
        pairs: Pairs = {PASS: [], FAIL: []}
        for *_, word, score, threshold, rows, first in found:
            meaning = known[key].values.get(word) if key in known else None
            if meaning in pairs:
                pairs[str(meaning)].append(Pair(score, rows, first, threshold))
        odd = _odd(key[1], pairs)
        if odd:
            rows, row = sum(pair.rows for pair in odd), min(pair.first for pair in odd)
            yield fact("score_contradicted", column=key[1] or "overall", n=rows, row=row)


def two_scales(signals: Iterable[remarks.Signal], columns: Mapping[tuple[str, str], str]) -> Iterator[Fact]:
    """For each column of numbers of which some are shares of 1 and the others per cent: where they part."""
    for signal in signals:
        numbers = {value: number_of(value.value) for value in signal.values}
        known = [(number, value.rows) for value, number in numbers.items() if number is not None]
        low = [(number, rows) for number, rows in known if 0 <= number <= 1]
        high = [(number, rows) for number, rows in known if number > 1]
        shares = any(0 < number < 1 for number, _ in low)
        if shares and high and min(high)[0] > _APART and max(high)[0] <= 10 * _APART:
            yield fact(
                "two_scales",
                column=columns.get((signal.kind, signal.name), signal.name),
                low=sum(rows for _, rows in low),
                high=sum(rows for _, rows in high),
                n=sum(rows for _, rows in known),
            )


def _odd(name: str, pairs: Pairs) -> list[Pair]:
    way = (
        _by_threshold if any(pair.threshold is not None for pair in (*pairs[PASS], *pairs[FAIL])) else _beyond
    )
    up, down = list(way(pairs, 1)), list(way(pairs, -1))
    if (sign := polarity(name)) < 0:
        return up if len(up) < len(down) else down
    less_is_better = sign == 0 and pairs[PASS] and pairs[FAIL] and not down
    return [] if less_is_better else up


def _by_threshold(pairs: Pairs, sign: int) -> Iterator[Pair]:
    """Passes on the wrong side of their threshold, and fails on the right one."""
    for meaning, found in pairs.items():
        for pair in found:
            if pair.threshold is not None and pair.score != pair.threshold:
                passes = sign * pair.score > sign * pair.threshold
                if passes is not (meaning == PASS):
                    yield pair


def _pairs(cursor: Any, staged: Staging, column: str, meanings: dict[str, str]) -> Pairs:
    cells = remarks.beside(cursor, staged, ("grade", OVERALL), column)
    pairs: Pairs = {PASS: [], FAIL: []}
    for word, cell, count, first in cells:
        number = number_of(cell or "")
        if number is not None and (meaning := meanings.get(word)) in pairs:
            pairs[str(meaning)].append(Pair(number, count, first))
    return pairs


def _beyond(pairs: Pairs, sign: int) -> Iterator[Pair]:
    """Passes below the middle of the fails, and fails above the middle of the passes."""
    passed, failed = pairs[PASS], pairs[FAIL]
    if passed and failed:
        low, high = sign * _middle(failed), sign * _middle(passed)
        yield from (pair for pair in passed if sign * pair.score < low)
        yield from (pair for pair in failed if sign * pair.score > high)


def _middle(pairs: Sequence[Pair]) -> float:
    return float(median(pair.score for pair in pairs for _ in range(pair.rows)))

"""Grades that contradict the score beside them: a pass where others failed, a fail where others passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Any

from labelcore.models import Fact, fact
from labelcore.stages.importing.mapping import OVERALL
from labelcore.stages.importing.meanings import FAIL, PASS, SignalReading, number_of, polarity
from labelcore.store import staging
from labelcore.store.formats.base import Staging

_FEWEST = 3
Pair = tuple[float, int, int]
"""A score, how many rows have it with this grade, and the first of them."""


def contradictions(
    cursor: Any,
    staged: Staging,
    readings: Iterable[SignalReading],
    offers: Iterable[tuple[staging.Signal, SignalReading]],
) -> Iterator[Fact]:
    """For each column of scores that was not taken: the grades that it contradicts, as a warning."""
    overall = next((told for told in readings if (told.kind, told.name) == ("grade", OVERALL)), None)
    for signal, _ in offers if overall and overall.known else ():
        numbers = [number_of(value.value) for value in signal.values]
        if len(numbers) < _FEWEST or None in numbers or polarity(signal.name) < 0:
            continue
        pairs = _pairs(cursor, staged, signal.name, overall.values if overall else {})
        odd = list(_odd(pairs[PASS], pairs[FAIL]))
        if odd:
            rows = sum(count for _, count, _ in odd)
            yield fact("contradicted", column=signal.name, n=rows, row=min(first for *_, first in odd))


def _pairs(cursor: Any, staged: Staging, column: str, meant: dict[str, str]) -> dict[str, list[Pair]]:
    found = staging.beside(cursor, staged, ("grade", OVERALL), column)
    pairs: dict[str, list[Pair]] = {PASS: [], FAIL: []}
    for word, cell, count, first in found:
        number = number_of(cell or "")
        if number is not None and (meaning := meant.get(word)) in pairs:
            pairs[str(meaning)].append((number, count, first))
    return pairs


def _odd(passed: Sequence[Pair], failed: Sequence[Pair]) -> Iterator[Pair]:
    """Passes below the middle of the fails, and fails above the middle of the passes."""
    if passed and failed:
        low, high = _middle(failed), _middle(passed)
        yield from (pair for pair in passed if pair[0] < low)
        yield from (pair for pair in failed if pair[0] > high)


def _middle(pairs: Sequence[Pair]) -> float:
    return float(median(score for score, count, _ in pairs for _ in range(count)))

"""Columns, and values within their JSON, that look like grades and are not taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from labelcore.models import Fact, GradingRules, fact
from labelcore.stages.importing import cell_notes, feedback, meanings, nested
from labelcore.stages.importing.mapping import OVERALL, Grading, Mapping, has
from labelcore.stages.importing.meanings import SignalReading
from labelcore.stages.importing.names import NAMES, is_anyone, is_named, is_note
from labelcore.store import remarks, staging
from labelcore.store.formats.base import Staging, literal

MOST_OFFERED, MOST_LEVELS, _MOST_READ = 8, 12, 40
_MEASURES = set(
    "grade grades graded label rating ratings rated score scores scored verdict star stars nps csat quality "
    "relevance helpfulness faithfulness groundedness coherence fluency completeness clarity politeness "
    "overall bewertung schulnote punkte qualität nota calificación puntuación appréciation".split()
)
_WITHIN = {"scores", "ratings", "grades"}
"""Objects of which every value is a measure, whatever it is called."""
_MOST_ENTRIES = 5
_ENTRY = re.compile(r"\[\d+\]")
_CHINESE = re.compile("评分|得分|打分|质量|評価|点数|品質")
_ASKING = re.compile(
    r"\bhow (good|well|bad|helpful|useful|accurate|satisfied|likely|would you rate)\b|^(please )?rate\b|"
    r"\bwould you rate\b|\bwie (gut|hilfreich|zufrieden|nützlich|richtig)\b",
    re.IGNORECASE,
)
"""What a question asks whose answers grade."""
_NAMING = frozenset("key id url link title name span spans query queries".split())
"""Texts under these name or ask something and grade nothing ("Issue key")."""
_LONGEST_SIGNAL = 40
"""What users did is said in fewer letters; a longer text is what they did it to ("edited answer")."""
_COUNTS = set(
    "epoch attempt attempts retry retries try turn turns step steps round run index idx seed fold split "
    "token tokens position order rank page count number id ids uuid start end offset length span "
    "duration preference preferred ratio karma".split()
)
"""Numbers under these count or compare and grade nothing, but where a measure comes last ("turn_rating")."""


def offers(
    cursor: Any, staged: Staging, mapping: Mapping, places: Sequence[str], rules: GradingRules
) -> Iterator[tuple[remarks.Signal, SignalReading]]:
    """Columns that look like grades, with what their values would count as."""
    for place in places[:MOST_OFFERED]:
        measure = signal(cursor, staged, place, mapping)._replace(name=place)
        yield measure, meanings.read(measure, meanings.GivenMeanings(), rules, place)


def signal(cursor: Any, staged: Staging, column: str, mapping: Mapping) -> remarks.Signal:
    """The values of a column over the whole file, as if it were taken as the grade."""
    values = column_values(cursor, staged, column, mapping)
    if rows := _speaking_blanks(cursor, staged, Grading(column=column, annotator=mapping.annotator), values):
        blank = remarks.count_blank(cursor, staged, column, rows)
        values += (remarks.Value(meanings.EMPTY_CELL, blank, None, ()),) if blank else ()
    return remarks.Signal("grade", OVERALL, values, ())


def column_values(
    cursor: Any, staged: Staging, column: str, mapping: Mapping, criterion: str = OVERALL
) -> tuple[remarks.Value, ...]:
    """The values of a column over the whole file, without the texts behind verdicts."""
    form = cell_notes.form(cursor, staged, column, mapping.said.words(criterion))
    return remarks.values(cursor, staged, column, mapping.note or mapping.output, form)


def empty_cell(cursor: Any, staged: Staging, grading: Grading, mapping: Mapping) -> str:
    """The SQL of what an empty cell says; where several columns grade one criterion, it says nothing."""
    if len({other.column for other in mapping.all_gradings() if other.criterion == grading.criterion}) > 1:
        return "''"
    values = column_values(cursor, staged, grading.column, mapping, grading.criterion)
    rows = _speaking_blanks(cursor, staged, grading, values)
    return f"CASE WHEN {rows} THEN {literal(meanings.EMPTY_CELL)} ELSE '' END" if rows else "''"


def _speaking_blanks(cursor: Any, staged: Staging, grading: Grading, values: Sequence[remarks.Value]) -> str:
    """The SQL of the rows in which an empty cell may say no, "" where there are none.

    It may in a column of nothing but ticks, where somebody looked at the row.
    """
    if not meanings.are_ticks([value.value for value in values]):
        return ""
    person = _person(staged, grading.column, grading.annotator)
    return remarks.signature(cursor, staged, grading.column, person)


def _person(staged: Staging, column: str, who: str | None) -> str | None:
    """The column of who graded another one: the one that was said, or that is named so."""
    if who and who != column and has(who, staged.names):
        return who
    return next((c for c in staged.names if c != column and _is_person(c) and not is_anyone(c)), None)


def _is_person(column: str) -> bool:
    return any(is_named(column, name) for name in NAMES["annotator"])


def is_score(signal: remarks.Signal, readings: Sequence[SignalReading]) -> bool:
    """Whether it is the number that a tool put beside what it said."""
    scores = [" ".join(filter(None, (told.name, "score"))) for told in readings]
    return signal.name.startswith(tuple(f"details.{score}" for score in scores))


def is_mark(column: str | None, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether a column of notes holds numbers: in several languages that is the word for a mark."""
    cells = [meanings.plain(str(row[column])) for row in rows if column and row.get(column)]
    return bool(column and is_named(column, "note") and cells) and are_numbers(cells)


def offered_places(
    cursor: Any, staged: Staging, mapping: Mapping, rows: Sequence[dict[str, Any]]
) -> list[str]:
    """The columns that look like grades, then the paths: by their name, or by words for good and bad.

    One that says only one of the words of another comes along, as does one on the levels of another.
    """
    values_of: dict[str, set[str]] = {}
    read = 0  # whole columns, each of which takes its time
    for place, cells in _free(cursor, staged, mapping, rows).items():
        values = {meanings.plain(str(cell)) for cell in cells if cell not in {None, ""}}
        values_of[place] = values
        late = not values and is_measure(place) and not any(row.get(place) for row in rows)
        if read < _MOST_READ and (late or cell_notes.are_parted(values)):
            read += 1
            values_of[place] = {value.value for value in column_values(cursor, staged, place, mapping)}
    marks = {name for name in staged.names if is_mark(name, rows)}
    places = [
        place
        for place, values in values_of.items()
        if values and _is_offered(place, values, named=place in marks or is_measure(place))
    ]
    words = {value for place in places for value in values_of[place] if meanings.by_word(value) is not None}
    levels = [values_of[place] for place in places if is_measure(place)]
    if mapping.grade:
        values = {meanings.plain(str(row[mapping.grade])) for row in rows if row.get(mapping.grade)}
        levels.append({*map(cell_notes.word, values)})
    places = [
        place
        for place, values in values_of.items()
        if place in places or (values and values <= words) or _is_beside(place, values, levels)
    ]
    return sorted(places, key=lambda place: place not in staged.names)


def without_entries(places: Sequence[str], rows: Sequence[dict[str, Any]]) -> tuple[list[str], list[Fact]]:
    """The places that stand for themselves, and what is to be said of entries of lists that hold several.

    Which entry a person would mean is not known: each may be somebody else's, or of another answer.
    """
    entries: dict[str, set[str]] = {}
    for path in nested.cells(rows):
        for entry in _ENTRY.finditer(path):
            entries.setdefault(path[: entry.start()], set()).add(entry[0])
    alone: list[str] = []
    inside: dict[str, list[str]] = {}
    for place in places:
        lists = (place[: entry.start()] for entry in _ENTRY.finditer(place))
        several = next((name for name in lists if len(entries.get(name, ())) > 1), None)
        if several is None or place in (rows[0] if rows else ()):
            alone.append(place)
        else:
            inside.setdefault(several, []).append(place)
    return alone, [
        fact("offered_entries", column=name, columns=some[:_MOST_ENTRIES], first=some[0])
        for name, some in inside.items()
    ]


def _free(
    cursor: Any, staged: Staging, mapping: Mapping, rows: Sequence[dict[str, Any]]
) -> dict[str, list[Any]]:
    """The places that mean nothing yet, with the values of the first rows; none within a text."""
    cells_of: dict[str, list[Any]] = {name: [] for name in staged.names} | nested.cells(rows)
    texts = mapping.texts().values()
    for column in staging.with_json(cursor, staged):
        if column not in texts:
            late = nested.cells({column: cell} for cell in staging.shapes(cursor, staged, column))
            cells_of |= {path: [] for path in late if path not in cells_of}
    used, within = mapping.used(), tuple(f"{text}{mark}" for text in texts for mark in ".[")
    return {
        place: cells
        for place, cells in cells_of.items()
        if place not in used and not place.startswith(within)
    }


def _is_offered(place: str, values: set[str], *, named: bool) -> bool:
    numbers, words = are_numbers(values), _words(place)
    if _is_person(place):
        return False
    votes = feedback.is_signal(place) and all(meanings.by_word(value) is not None for value in values)
    if not numbers and ((is_note(nested.telling(place)) and not votes) or not _NAMING.isdisjoint(words[-1:])):
        return False
    if numbers and _COUNTS & set(words) and words[-1] not in _MEASURES:
        return False
    nameless = numbers and not words and 1 < len(values) <= MOST_LEVELS  # "2024"
    tells = named or nameless or bool(meanings.polarity(place))
    ticks = tells and meanings.are_ticks([*values])
    if not ticks and not (numbers and tells) and not (0 if named else 1) < len(values) <= MOST_LEVELS:
        return False
    is_signal = feedback.is_signal(place) and max(map(len, values)) <= _LONGEST_SIGNAL
    return tells or is_signal or _are_answers(place, values)


def _is_beside(place: str, values: set[str], levels: Sequence[set[str]]) -> bool:
    """Whether a column is on the levels of one that measures, and counts nothing."""
    within = any(values <= level and len(level) <= MOST_LEVELS for level in levels)
    words = _words(place)
    names = not are_numbers(values) and not _NAMING.isdisjoint(words[-1:])
    idle = names or not _COUNTS.isdisjoint(words) or is_note(nested.telling(place))
    return within and len(values) > 1 and not idle


def is_measure(place: str) -> bool:
    """Whether a name is that of grades, or asks for them."""
    name = nested.telling(place)
    is_grade = any(is_named(name, word) for word in NAMES["grade"])
    if not _WITHIN.isdisjoint(re.split(r"[.\[\]]", place.lower())[:-1]):
        return True
    asks = bool(_CHINESE.search(name) or _ASKING.search(name))
    return is_grade or asks or not _MEASURES.isdisjoint(_words(place))


def _words(place: str) -> list[str]:
    """The words of its name, in any way of writing it."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", nested.telling(place))
    return re.findall(r"[^\W\d_]+", split.lower())


def _are_answers(place: str, values: set[str]) -> bool:
    """Whether they are words for good and bad, or for yes and no; in JSON a yes or no is often a setting."""
    if re.search(r"[.\[]", place):
        return any(meanings.by_word(value) in {meanings.PASS, meanings.FAIL} for value in values)
    return meanings.are_answers(values) or meanings.are_lights(values)


def are_numbers(values: Iterable[str]) -> bool:
    """Whether all are numbers but those that say that there is no grade."""
    answers = [value for value in values if meanings.by_word(value) != meanings.NOTHING]
    return bool(answers) and all(meanings.number_of(value) is not None for value in answers)

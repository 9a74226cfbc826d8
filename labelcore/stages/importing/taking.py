"""Which column of grades is taken unasked: one that people gave, and whose every value has a meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from labelcore.models import GradingRules
from labelcore.stages.importing import cell_notes, meanings
from labelcore.stages.importing.mapping import OVERALL, Mapping
from labelcore.stages.importing.meanings import SignalReading
from labelcore.stages.importing.names import NAMES, is_named, is_note
from labelcore.stages.importing.offering import (
    MOST_LEVELS,
    are_numbers,
    column_values,
    is_mark,
    is_measure,
    offered_places,
    signal,
)
from labelcore.store.formats.base import Staging
from labelcore.store.remarks import pairs

_JUDGE = re.compile(
    r"(llm|auto|ai)?[ _-]?(judge|evaluator|scorer|eval|grader(?!.name))[ _-](model|name|llm|prompt)|"
    r"(llm|auto|ai)[ _-](judge|evaluator|grader|rater|annotator)|judge$|judged[ _-]by",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"(gpt|claude|gemini|llama|mistral|mixtral|qwen|deepseek|grok)[-_ ]?\w*[-_ .]?\d|"
    r"(?<![a-z])(phi|command[-_ ]?[ar])[-_ ]?\d|"  # Sophie and Philip have numbers too
    r"\b(llm|gpt)\b|llm[-_ ]|\b(auto|ai)[-_ ]?(grader|judge|rater)|\bo\d(-mini)?\b",
    re.IGNORECASE,
)

_PROPERTIES = ("good", "is_good", "is_correct", "correct", "korrekt")
"""Names of grades that ask about one thing, beside one of the whole."""
_OF_JUDGES = (*_PROPERTIES, "verdict")
_REASONS = ("reason", "explanation", "rationale")
"""Notes that a program which judges writes as well as a person."""
_LEVELS = ("等级", "评级", "标注结果", "评测结果", "评估结果", "评价结果")
"""Names of levels and results, perhaps a judge's: grades only where nothing else looks like one."""
_LABELS = re.compile(r"(?<![^\W_])labels?(?![^\W_])", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?<![^\W_])(?:(overall|gesamt\w*)|final|consensus|adjudicat(?:ed|ion)|gold)(?![^\W_])|"
    r"(总体|整体|総合|総評)|最终",
    re.IGNORECASE,
)
"""What a column says that grades an output as a whole (a group), or for all who graded: beside it others do
not."""


def known_grade(
    cursor: Any, staged: Staging, mapping: Mapping, rows: Sequence[dict[str, Any]], rules: GradingRules
) -> Mapping:
    """The first column named like grades whose every value has a meaning; none where there is none.

    Numbers are none, though they fit the project's scale: which end is good is for a person to say. So it is
    where another such column says the contrary of an output, but by a name that asks about one thing.
    """
    readings: dict[str, SignalReading] = {}
    for column in _named_grades(cursor, staged, mapping, rows):
        told = signal(cursor, staged, column, mapping)
        known = meanings.read(told, mapping.said, rules, column)
        on_scale = known.why == "scale" and any(meanings.number_of(value) for value in known.values)
        other = _is_of_the_text(column, mapping) or _is_reference(column, mapping, rows)
        if told.values and known.known and not on_scale and not other:
            readings[column] = known
    found = [
        column
        for column, known in readings.items()
        if not _is_lone(column, known, mapping, rows)
        and not _is_level_beside(cursor, staged, column, mapping, rows)
    ]
    rivals = [column for column in readings if not any(is_named(column, name) for name in _PROPERTIES)]
    if not found or any(_contradict(cursor, staged, mapping, readings, (found[0], one)) for one in rivals):
        return without_grade(mapping)
    note = None if is_mark(mapping.note, rows) else mapping.note
    return mapping.model_copy(update={"grade": found[0], "note": note})


def _contradict(
    cursor: Any,
    staged: Staging,
    mapping: Mapping,
    readings: dict[str, SignalReading],
    columns: tuple[str, str],
) -> bool:
    """Whether some output passes by the first column and fails by the other one, or the other way round."""
    first, rival = columns
    if rival == first:
        return False
    said = mapping.said.words(OVERALL)
    forms = {column: cell_notes.form(cursor, staged, column, said) for column in columns}
    meant = (
        (readings[first].values.get(a), readings[rival].values.get(b))
        for a, b in pairs(cursor, staged, forms)
    )
    return any({*pair} == {meanings.PASS, meanings.FAIL} for pair in meant)


def without_grade(mapping: Mapping) -> Mapping:
    """The mapping without the column of grades that was found by its name, and what stands beside it."""
    return mapping.model_copy(
        update={"grade": None, "note": None, "annotator": None, "grade_is_guess": False}
    )


def _named_grades(
    cursor: Any, staged: Staging, mapping: Mapping, rows: Sequence[dict[str, Any]]
) -> list[str]:
    """The columns named like grades; where some are said to be people's those, and none that a model gave."""
    free = [column for column in staged.names if column not in mapping.texts().values()]
    named = [c for name in NAMES["grade"] for c in free if is_named(c, name)]
    wholes = [column for column in free if _is_whole(cursor, staged, column, mapping)]
    if wholes := [column for column in wholes if not _is_reference(column, mapping, rows)]:
        return [column for column in named if column in wholes]
    people = [column for column in named if _is_of_people(column)]
    who = {str(row.get(mapping.annotator or "") or "") for row in rows}
    if not people and (any(map(_JUDGE.match, free)) or any(map(_MODEL.search, who))):
        return []
    return people or named


def _is_whole(cursor: Any, staged: Staging, column: str, mapping: Mapping) -> bool:
    """Whether a column grades outputs as a whole: by its name, and by values on few levels or in numbers.

    A reference, an address or a date is called final or gold as well, and grades nothing.
    """
    if not (found := _WHOLE.search(column)) or is_note(column):
        return False
    words = [value.value for value in column_values(cursor, staged, column, mapping)]
    values = [word for word in words if meanings.by_word(word) != meanings.NOTHING]
    numbers, few = are_numbers(values), 0 < len(values) <= MOST_LEVELS
    if is_measure(column) and not _LABELS.search(column):  # a label may be a class of what was answered
        return numbers or few
    return few and ((numbers and any(found.groups())) or None not in map(meanings.by_word, values))


def _is_of_the_text(column: str, mapping: Mapping) -> bool:
    """Whether a label may tell a text's mood, as it does in sets of texts that answer nothing."""
    asked = mapping.input or mapping.context or mapping.conversation
    return is_named(column, "label") and not asked


def _is_lone(column: str, known: SignalReading, mapping: Mapping, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether a column of yes and no may be a program's: its values are no words for good and bad.

    It is a person's where it says so, or a person or a remark stands beside it; a judge that says whether
    something is correct gives its reason too.
    """
    if mapping.annotator or mapping.annotator_name != Mapping().annotator_name or _is_of_people(column):
        return False
    if any(is_named(column, name) for name in _OF_JUDGES) and any(
        is_named(str(mapping.note), name) for name in _REASONS
    ):
        return True
    return known.why == "name" and not (mapping.note and not is_mark(mapping.note, rows))


def _is_level_beside(
    cursor: Any, staged: Staging, column: str, mapping: Mapping, rows: Sequence[dict[str, Any]]
) -> bool:
    """Whether a column tells a level or a result beside another one that looks like grades."""
    if not any(is_named(column, name) for name in _LEVELS):
        return False
    return offered_places(cursor, staged, mapping.model_copy(update={"grade": None}), rows) != [column]


def _is_of_people(column: str) -> bool:
    return bool(re.match("human|expert", column.lower()))


def _is_reference(column: str, mapping: Mapping, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether a column may hold what should have been answered: some outputs say the same words."""
    graded, answered = (
        {meanings.plain(str(row.get(name or "") or "")) for row in rows} - {""}
        for name in (column, mapping.output)
    )
    return bool(graded & answered)

"""The columns of grades, verdicts and feedback, taken out of a file's rows."""

from __future__ import annotations

from typing import Any

from labelcore.models import Fact, fact, name_key, tidy_name
from labelcore.stages.importing import cell_notes, offering
from labelcore.stages.importing.mapping import Grading, Mapping, has
from labelcore.store import remarks, staging
from labelcore.store.formats.base import Staging, literal
from labelcore.store.remarks import ValueColumn

Names = dict[tuple[str, str], str]


def take(cursor: Any, staged: Staging, mapping: Mapping) -> tuple[Names, list[Fact]]:
    """Make the mapped columns remarks.

    Returns the column of each kind and name, and of which columns the cells hold notes behind their values.
    """
    names: Names = {}
    forms: dict[str, remarks.Form | None] = {}

    def take_one(kind: str, name: str, column: str, **beside: Any) -> None:
        form = cell_notes.form(cursor, staged, column, mapping.said.words(name))
        remarks.take_column(cursor, staged, kind, name, ValueColumn(column, form=form, **beside))
        names[kind, name], forms[column] = column, form

    for grading in mapping.all_gradings():
        take_one("grade", grading.criterion, grading.column, **_graded(cursor, staged, grading, mapping))
        if grading.only:
            names["grade", grading.criterion] = f"{grading.criterion} {grading.column}"
    beside = {} if mapping.all_gradings() else _event(staged, mapping)
    for name, column in mapping.verdicts.items():
        take_one("verdict", name, column)
    for name, column in mapping.feedback.items():
        take_one("feedback", name, column, **beside)
    spelled: dict[str, str] = {}
    remarks.spell(cursor, lambda name: spelled.setdefault(name_key(name), tidy_name(name) or name))
    return names, [fact("cell_notes", column=column) for column, form in forms.items() if form]


def _graded(cursor: Any, staged: Staging, grading: Grading, mapping: Mapping) -> dict[str, Any]:
    """Who graded and why, and what an empty cell says."""
    who, person = grading.annotator or mapping.annotator_name, literal(mapping.annotator_name)
    is_column = staging.is_place(cursor, staged, who) and who != grading.column  # which bears a rater's name
    name = f"coalesce(nullif(trim({staging.expression(staged, who)}), ''), {person})" if is_column else ""
    return {
        "who": name or literal(who),
        "reason": staging.written(staged, grading.note) if grading.note else "''",
        "only": grading.only,
        "empty": offering.empty_cell(cursor, staged, grading, mapping),
    }


def _event(staged: Staging, mapping: Mapping) -> dict[str, Any]:
    """Where nobody graded, a row's person, remark and time are those of its feedback."""

    def text(column: str | None) -> str:
        return f"coalesce(trim({staging.expression(staged, column)}), '')" if column else "''"

    who = mapping.annotator if has(mapping.annotator or "", staged.names) else None
    return {"who": text(who), "reason": text(mapping.note), "moment": text(mapping.at)}

"""Prodigy: annotated tasks, accepted, rejected or ignored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import Said, annotated, each, entries, first, graded, made, plain, task

_ANSWERS = {"accept", "reject", "ignore"}
_MARKS = {"_input_hash", "_task_hash", "_session_id", "_annotator_id", "_view_id"}
_BESIDE = set(
    "answer accept options label meta comment notes user_input config html style view_id versions sessions "
    "default".split()
)
_JUDGMENT = {"answer", "accept", "comment", "notes", "user_input", "_timestamp"}
"""What a reviewer said of a task, and nobody whose version was reviewed."""
_WITHIN = {"spans", "relations", "tokens", "arcs"}
_UNNAMED = re.compile(r"\d{4}-\d\d-\d\d[_T ]\d\d-\d\d-\d\d")
"""A session that nobody named is called by its time, another one after each restart."""


def _is_task(record: Record) -> bool:
    answer = record.get("answer")
    return isinstance(answer, str) and answer in _ANSWERS and bool(_MARKS & record.keys())


def _data(record: Record) -> Record:
    return {
        key: value
        for key, value in record.items()
        if isinstance(key, str) and key not in _BESIDE and not key.startswith("_")
    }


@tool(
    "prodigy",
    "Prodigy annotations",
    get="Run prodigy db-out DATASET > annotations.jsonl. For several annotators, give the data set of "
    "each, or one in which their sessions are named.",
    brings="Each task becomes an output with its other fields and its input's hash as id. Each annotator's"
    " answer (accept, reject, or the options that were chosen) comes as that person's grade; under a "
    "label accept says yes to it. Ignored tasks, rejected choices and marks in a text bring no grade.",
    recognise=annotated(_is_task, _data),
)
@each(_is_task)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each answer of an annotator."""
    yield made(
        number,
        task(_data(record)),
        id=first(record, "_input_hash"),
        details={"meta": record.get("meta")},
        remarks=_grades(record),
        raw=record,
    )


def _grades(record: Record) -> list[Remark]:
    """The annotator's answer; where it reviews those of others, theirs too."""
    base = {key: value for key, value in record.items() if key not in _JUDGMENT}
    others = (
        ({**base, **version}, session)
        for version in entries(record.get("versions"))
        for session in _sessions(version.get("sessions"))
    )
    who = first(record, "_annotator_id", "_session_id")
    return [grade for task, session in [(record, who), *others] for grade in _grade(task, plain(session))]


def _sessions(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _grade(record: Record, who: str) -> list[Remark]:
    answer, label = record.get("answer"), plain(record.get("label"))
    if answer not in ("accept", "reject"):
        return []
    value: Any = answer
    if "options" in record:  # a task that was rejected says of none of them that it is so
        value = _chosen(record) if answer == "accept" else None
    elif label:  # what is accepted is that the label fits, and it may blame
        value = "yes" if answer == "accept" else "no"
    elif _WITHIN & record.keys():  # what is accepted are marks within the text
        return []
    return graded(
        [(label, value)],
        who="" if _UNNAMED.match(who) else who,
        reason=first(record, "comment", "notes", "user_input"),
        at=first(record, "_timestamp"),
    )


def _chosen(record: Record) -> Any:
    """The options that were chosen, by their ids; by their texts where an id is a mere number."""
    texts = {plain(option.get("id")): plain(option.get("text")) for option in entries(record.get("options"))}
    chosen = record.get("accept")
    if not isinstance(chosen, list):
        return chosen
    return [(plain(item).isdecimal() and texts.get(plain(item))) or item for item in chosen]

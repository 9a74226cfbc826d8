"""Prodigy: annotated tasks, accepted, rejected or ignored."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import Said, annotated, each, first, graded, made, plain, task

_ANSWERS = {"accept", "reject", "ignore"}
_MARKS = {"_input_hash", "_task_hash", "_session_id", "_annotator_id", "_view_id"}
_BESIDE = {"answer", "accept", "options", "label", "meta", "comment", "notes", "config", "html", "style"}


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
    "label accept says yes to it. Ignored tasks and rejected choices bring no grade.",
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
    answer = record.get("answer")
    if answer == "ignore":
        return []
    label, value = plain(record.get("label")), answer
    if "options" in record:  # a task that was rejected says of none of them that it is so
        value = record.get("accept") if answer == "accept" else None
    elif label:  # what is accepted is that the label fits, and it may blame
        value = "yes" if answer == "accept" else "no"
    return graded(
        [(label, value)],
        who=first(record, "_annotator_id", "_session_id"),
        reason=first(record, "comment", "notes"),
        at=first(record, "_timestamp"),
    )

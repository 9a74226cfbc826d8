"""Crowd platforms: what workers of MTurk, Toloka and Surge said of items, an assignment each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import (
    Said,
    annotated,
    each,
    entries,
    first,
    graded,
    loaded,
    made,
    plain,
    task,
)
from labelcore.wording import in_chinese

_REFUSED = "rejected"
_WRITTEN = {"summary", "translation"}
_CALLED = {"summary": "output", "translation": "output", "article": "context", "source_text": "context"}
"""What is graded, and what it was made from, where a task does not ask a question."""


class _Shape(NamedTuple):
    """How a platform names the columns of an item and of the answers, and who answered which item when."""

    item: str
    answer: str
    id: str
    who: str
    status: str
    at: str


_SHAPES = (
    _Shape("Input.", "Answer.", "HITId", "WorkerId", "AssignmentStatus", "SubmitTime"),
    _Shape(
        "INPUT:",
        "OUTPUT:",
        "ASSIGNMENT:task_id",
        "ASSIGNMENT:worker_id",
        "ASSIGNMENT:status",
        "ASSIGNMENT:submitted",
    ),
)


def _shape(record: Record) -> _Shape | None:
    for shape in _SHAPES:
        has = (any(str(key).startswith(start) for key in record) for start in (shape.item, shape.answer))
        if all(has) and shape.who in record:
            return shape
    return None


def _is_surge(record: Record) -> bool:
    responses = entries(record.get("responses"))
    told = all(isinstance(one.get("data"), dict) and "worker_id" in one for one in responses)
    return isinstance(record.get("fields"), dict) and bool(responses) and told


def _is_answered(record: Record) -> bool:
    return _shape(record) is not None or _is_surge(record)


def _item(record: Record) -> Record:
    shape = _shape(record)
    if shape is None:
        fields: Record = record["fields"]
        return fields
    starts = (key for key in record if str(key).startswith(shape.item))
    item = {key.removeprefix(shape.item): plain(record[key]) for key in starts}
    return {_CALLED.get(name, name): text for name, text in item.items()} if _WRITTEN & item.keys() else item


@tool(
    "crowd",
    "Crowd workers' answers (MTurk, Toloka, Surge)",
    get="MTurk: open the batch, Review results, Download CSV. Toloka: open the pool and download the results "
    "as TSV. Surge: the project's tasks with their responses, as JSON.",
    brings="Each item becomes an output with what else was shown and its id. Each worker's answers come as "
    "grades, one for each question and worker; those of assignments that were rejected stay out.",
    recognise=annotated(_is_answered, _item),
)
@each(_is_answered)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each assignment, of Surge for each item."""
    shape = _shape(record)
    parts = task(_item(record))
    if shape is None:
        remarks = [
            grade
            for one in entries(record.get("responses"))
            for grade in graded(
                first(one, "data").items(), who=one.get("worker_id"), at=one.get("completed_at")
            )
        ]
        yield made(number, parts, id=first(record, "id"), remarks=remarks, raw=record)
        return
    taken = plain(record.get(shape.status)).lower() != _REFUSED
    answers = _answers(record, shape) if taken else []
    yield made(
        number,
        parts,
        id=record.get(shape.id),
        remarks=graded(answers, who=record.get(shape.who), at=record.get(shape.at)) if answers else [],
        raw=record,
    )


def _answers(record: Record, shape: _Shape) -> list[tuple[str, Any]]:
    """The answers by their questions; a choice that is written as a column for each option is one."""
    given = {
        key.removeprefix(shape.answer): loaded(record[key])
        for key in record
        if str(key).startswith(shape.answer)
    }
    form = entries(given.pop("taskAnswers", None))
    given |= {name: value for answer in form for name, value in answer.items()}
    options: dict[str, dict[str, Any]] = {}
    answers: list[tuple[str, Any]] = []
    for name, value in given.items():
        question, _, option = name.rpartition(".")
        if isinstance(value, dict):
            answers.append((name, value.get("label") or _chosen(value) or plain(value)))
        elif option == "label":
            answers.append((question, value))
        elif question and plain(value).lower() in {"true", "false"}:
            of, choice = ("answer", question) if option == "on" else (question, option)
            options.setdefault(of, {})[choice] = value
        elif value not in (None, "", []):
            answers.append((name, value))
    return answers + [(name, _chosen(marks)) for name, marks in options.items() if _chosen(marks)]


def _chosen(marks: Record) -> str:
    return ", ".join(str(option) for option, mark in marks.items() if plain(mark).lower() == "true")


in_chinese(
    {
        "Crowd workers' answers (MTurk, Toloka, Surge)": "众包人员的回答（MTurk、Toloka、Surge）",
        "MTurk: open the batch, Review results, Download CSV. Toloka: open the pool and download the results "
        "as TSV. Surge: the project's tasks with their responses, as JSON.": (
            "MTurk：打开批次，Review results，Download CSV。Toloka：打开任务池，下载 TSV 结果。"
            "Surge：项目的任务及其回答，JSON 格式。"
        ),
        "Each item becomes an output with what else was shown and its id. Each worker's answers come as "
        "grades, one for each question and worker; those of assignments that were rejected stay out.": (
            "每个条目成为一条输出，附带同时显示的内容和编号。每人对每个问题的回答各成为一条评分；"
            "被拒绝的作业的回答不导入。"
        ),
    }
)

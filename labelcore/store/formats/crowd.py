"""Crowd platforms: what workers of MTurk, Toloka and Surge said of items, an assignment each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from labelcore.store.formats.base import Record, Source, tool
from labelcore.store.formats.fields import (
    Said,
    annotated,
    entries,
    first,
    graded,
    is_exchange,
    loaded,
    made,
    plain,
    read,
    task,
)
from labelcore.wording import in_chinese

_REFUSED = "rejected"
_WRITTEN = {"summary", "translation"}
_SOURCES = {"article", "source_text"}
"""What is graded, and what it was made from, where nothing is named as an input or an output is."""
_FLAGS = {"true", "false"}


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
    written, sources = _WRITTEN & item.keys(), _SOURCES & item.keys()
    if len(written) != 1 or is_exchange(item):
        return item
    called = dict.fromkeys(written, "output")
    if len(sources) == 1 and "context" not in item:
        called |= dict.fromkeys(sources, "context")
    return {called.get(name, name): text for name, text in item.items()}


@tool(
    "crowd",
    "Crowd workers' answers (MTurk, Toloka, Surge)",
    get="MTurk: open the batch, Review results, Download CSV. Toloka: open the pool and download the results "
    "as TSV. Surge: the project's tasks with their responses, as JSON.",
    brings="Each item becomes an output with what else was shown and its id. Each worker's answers come as "
    "grades, one for each question and worker; those of assignments that were rejected stay out.",
    recognise=annotated(_is_answered, _item),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each assignment, of Surge for each item."""
    is_choice = _is_choice(source)
    yield from read(
        source, _is_answered, lambda number, record: _of_item(number, record, is_choice=is_choice)
    )


def _is_choice(source: Source) -> bool:
    """Whether just one box of several is ticked wherever some are written, as with radio buttons."""
    records = (record for _, record in source.records() if isinstance(record, dict))
    boxes = (_boxes(record, shape) for record in records if (shape := _taken(record)))
    return all(len(found) > 1 and list(found.values()).count("true") == 1 for found in boxes if found)


def _boxes(record: Record, shape: _Shape) -> dict[str, str]:
    """Which boxes are ticked, where each is a column."""
    keys = (key for key in record if str(key).startswith(shape.answer) and str(key).endswith(".on"))
    marks = {
        key.removeprefix(shape.answer).removesuffix(".on"): plain(record[key]).strip().lower() for key in keys
    }
    return {name: mark for name, mark in marks.items() if mark in _FLAGS}


def _taken(record: Record) -> _Shape | None:
    """How an assignment is written, None where it was rejected or is none."""
    shape = _shape(record)
    return shape if shape and plain(record.get(shape.status)).lower() != _REFUSED else None


def _of_item(number: int, record: Record, *, is_choice: bool) -> Iterator[Said]:
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
    answers = _answers(record, shape, is_choice=is_choice) if _taken(record) else []
    yield made(
        number,
        parts,
        id=record.get(shape.id),
        remarks=graded(answers, who=record.get(shape.who), at=record.get(shape.at)) if answers else [],
        raw=record,
    )


def _answers(record: Record, shape: _Shape, *, is_choice: bool) -> list[tuple[str, Any]]:
    """The answers by their questions; a choice that is written as a column for each option is one.

    A box alone is a question; boxes of which one is ticked in every row (`_is_choice`) are one choice.
    """
    given = {
        key.removeprefix(shape.answer): loaded(record[key])
        for key in record
        if str(key).startswith(shape.answer)
    }
    form = entries(given.pop("taskAnswers", None))
    given |= {name: value for answer in form for name, value in answer.items()}
    boxes = _boxes(record, shape)
    options: dict[str, dict[str, Any]] = {"answer": dict(boxes)} if is_choice else {}
    answers: list[tuple[str, Any]] = [] if is_choice else list(boxes.items())
    for name, value in given.items():
        question, _, option = name.rpartition(".")
        if isinstance(value, dict):
            answers.append((name, _said(value)))
        elif option == "label":
            answers.append((question, value))
        elif option == "on" and plain(value).strip().lower() in _FLAGS:
            answers += [] if question in boxes else [(question, plain(value).strip().lower())]
        elif question and plain(value).lower() in _FLAGS:
            options.setdefault(question, {})[option] = value
        elif value not in (None, "", []):
            answers.append((name, value))
    return answers + [(name, _chosen(marks)) for name, marks in options.items() if _chosen(marks)]


def _said(value: Record) -> Any:
    """What the fields of one question say: a box whether it is ticked, choices which of them are made."""
    flags = all(plain(mark).lower() in _FLAGS for mark in value.values())
    if value.keys() == {"on"} and flags:
        return plain(value["on"]).lower()
    return value["label"] if "label" in value else _chosen(value) if flags else plain(value)


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

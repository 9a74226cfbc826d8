"""Argilla: records with their fields, people's responses and models' suggestions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Said,
    annotated,
    each,
    entries,
    first,
    graded,
    made,
    plain,
    remark,
    task,
    worded,
)

_WRAPPINGS = ("", "items", "records")
_BESIDE = (
    "_server_id",
    "id",
    "external_id",
    "status",
    "vectors",
    "metadata",
    "score",
    "inserted_at",
    "updated_at",
)
_ANSWERS, _WHO, _STATUS = ".responses", ".responses.users", ".responses.status"


def _is_nested(record: Record) -> bool:
    others = any("worker_id" in answer for answer in entries(record.get("responses")))
    known = bool({"responses", "suggestions"} & record.keys())
    return isinstance(record.get("fields"), dict) and known and not others


def _is_flat(record: Record) -> bool:
    return any(isinstance(key, str) and key.endswith((_WHO, ".suggestion.agent")) for key in record)


def _is_record(record: Record) -> bool:
    return _is_nested(record) or _is_flat(record)


def _data(record: Record) -> Record:
    if _is_nested(record):
        fields: Record = record["fields"]
        return fields
    marks = (".responses", ".suggestion")
    return {
        key: value
        for key, value in record.items()
        if isinstance(key, str) and key not in _BESIDE and not any(mark in key for mark in marks)
    }


@tool(
    "argilla",
    "Argilla records",
    get="In Python: dataset.records(with_responses=True, with_suggestions=True).to_json('records.json'). "
    "What was pushed to the Hugging Face Hub, or written with to_datasets, is read too.",
    brings="Each record becomes an output with its other fields and id. Each person's submitted response "
    "comes as a grade, one for each question and person, suggestions as verdicts; drafts and "
    "discarded ones stay out.",
    recognise=annotated(_is_record, _data, *_WRAPPINGS),
)
@each(_is_record, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each record."""
    nested = _is_nested(record)
    remarks = [*_responses(record.get("responses")), *_suggestions(record)] if nested else _flat(record)
    yield made(
        number,
        task(_data(record)),
        id=first(record, "external_id", "id", "_server_id"),
        at=first(record, "inserted_at"),
        details={"metadata": record.get("metadata")},
        remarks=remarks,
        raw=record,
    )


def _responses(value: Any) -> list[Remark]:
    """People's responses: newer ones by question, older ones by person."""
    answers: list[tuple[str, Any, Any, Any]] = []
    if isinstance(value, dict):
        for name, values in value.items():
            for answer in entries(values):
                who = plain(first(answer, "user_id", "user"))
                answers.append((who, name, answer.get("value"), answer.get("status")))
    for response in entries(value):
        values = response.get("values")
        who, status = plain(first(response, "user_id", "user")), response.get("status")
        for name, answer in values.items() if isinstance(values, dict) else ():
            reply = answer.get("value") if isinstance(answer, dict) else answer
            answers.append((who, name, reply, status))
    return by_person(answers)


def by_person(answers: list[tuple[str, Any, Any, Any]]) -> list[Remark]:
    """The grades of (person, question, value, status): what was submitted, and is of the whole."""
    people: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for who, name, value, status in answers:
        if status in (None, "", "submitted"):
            people[who].append((name, of_whole(value)))
    return [entry for who, answers_of in people.items() for entry in graded(answers_of, who=who)]


def of_whole(value: Any) -> Any:
    """An answer, a ranking as its best to its last; marked stretches of a text say nothing of the whole."""
    items = entries(value)
    if any("start" in item for item in items):
        return None
    if items and all("rank" in item for item in items):
        ranked = sorted(items, key=lambda item: plain(item["rank"]).zfill(9))
        return " > ".join(plain(item.get("value")) for item in ranked)
    return value


def _flat(record: Record) -> list[Remark]:
    """Responses and suggestions in columns: ``label.responses``, ``label.suggestion``."""
    answers: list[tuple[str, Any, Any, Any]] = []
    remarks: list[Remark] = []
    for key, values in record.items():
        if key.endswith(_ANSWERS) and isinstance(values, list):
            name = key.removesuffix(_ANSWERS)
            who, status = (record.get(f"{name}{ending}") for ending in (_WHO, _STATUS))
            for place, value in enumerate(values):
                answers.append((plain(_item(who, place)), name, value, _item(status, place)))
        elif key.endswith(".suggestion"):
            remarks += remark("verdict", key.removesuffix(".suggestion"), worded(of_whole(values)))
    return [*by_person(answers), *remarks]


def _item(values: Any, place: int) -> Any:
    return values[place] if isinstance(values, list) and place < len(values) else None


def _suggestions(record: Record) -> list[Remark]:
    value = record.get("suggestions")
    if isinstance(value, dict):
        pairs = [(name, first(suggestion, "value")) for name, suggestion in value.items()]
    else:
        pairs = [
            (first(entry, "question_name", "question.name"), entry.get("value")) for entry in entries(value)
        ]
    return [entry for name, answer in pairs for entry in remark("verdict", name, worded(of_whole(answer)))]

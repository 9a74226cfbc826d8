"""Label Studio: tasks with their annotations and predictions, and the flat export JSON-MIN or CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, Record, Remark, tool
from labelcore.store.formats.fields import (
    Said,
    annotated,
    each,
    entries,
    first,
    graded,
    made,
    no_words,
    person,
    plain,
    remark,
    task,
    worded,
)
from labelcore.wording import Wording, in_chinese

_BESIDE = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"}
_CHOSEN = ("choices", "rating", "number", "taxonomy")
_LONGEST_CHOICE = 120
_OF_NO_CHAT = Wording("this was said of a task and of no chat that was held in it")


def _is_task(record: Record) -> bool:
    people = first(record, "annotations", "completions")
    return isinstance(record.get("data"), dict) and isinstance(people, list)


def _is_record(record: Record) -> bool:
    return _is_task(record) or record.keys() >= _BESIDE


def _data(record: Record) -> Record:
    if _is_task(record):
        chat = next(filter(None, map(_chat, _annotations(record))), [])
        data: Record = {"messages": chat} if chat else record["data"]
        return data
    return {
        key: value
        for key, value in record.items()
        if key not in _BESIDE and not (isinstance(value, dict) and "choices" in value)
    }


@tool(
    "label_studio",
    "Label Studio tasks",
    get="In the project choose Export and JSON, which holds every annotation with who made it. JSON-MIN"
    " and CSV are read too; they say less.",
    brings="Each task becomes an output with its other data, chats as conversations. Each person's choices"
    " and ratings come as grades, one for each question and person, with their text as the reason; "
    "predictions come as verdicts.",
    recognise=annotated(_is_record, _data),
)
@each(_is_record)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each task, each chat that was held in one, or each annotation of the flat export."""
    if not _is_task(record):
        yield _flat(number, record)
        return
    chats = [annotation for annotation in _annotations(record) if _chat(annotation)]
    name = plain(first(record, "id"))
    for place, annotation in enumerate(chats, 1):
        task_of_one = {**record, "annotations": [annotation], "completions": []}
        if len(chats) > 1:
            task_of_one["predictions"] = []
        yield _task(number, task_of_one, f"{name}/{place}" if len(chats) > 1 else name)
    if chats:
        yield from _of_no_chat(number, record, len(chats))
    else:
        yield _task(number, record, name)


def _of_no_chat(number: int, record: Record, count: int) -> Iterator[Said]:
    """What was said beside the chats of a task and of none of them, kept apart."""
    judgments = [annotation for annotation in _annotations(record) if not _chat(annotation)]
    judgments += entries(record.get("predictions")) if count > 1 else []
    for judgment in judgments:
        if entries(judgment.get("result")):
            yield RejectedRow(row=number, field="", reason=_OF_NO_CHAT, raw=plain(judgment)[:RAW])


def _annotations(record: Record) -> list[Record]:
    """What people said of a task and did not cancel."""
    people = entries(first(record, "annotations", "completions"))
    return [annotation for annotation in people if annotation.get("was_cancelled") is not True]


def _chat(annotation: Record) -> list[Any]:
    """The messages of the chat that an annotator held with a model."""
    values = (first(result, "value.chatmessage") for result in entries(annotation.get("result")))
    return [value for value in values if value]


def _task(number: int, record: Record, name: str) -> Said:
    remarks: list[Remark] = []
    for annotation in _annotations(record):
        when = first(annotation, "updated_at", "created_at")
        remarks += graded(_answers(annotation), who=_who(annotation), at=when, reason=_notes(annotation))
    for prediction in entries(record.get("predictions")):
        for question, value in _answers(prediction):
            remarks += remark("verdict", question, worded(value), reason=_notes(prediction))
    data = _data(record)
    return made(
        number,
        task(data),
        id=name,
        group=first(record, "id") if name != plain(first(record, "id")) else "",
        at=first(record, "created_at"),
        details={
            "meta": record.get("meta"),
            "preferred": _preferred(record),
            **({} if data is record["data"] else record["data"]),
        },
        remarks=remarks,
        trouble=no_words(data),
        raw=record,
    )


def _who(annotation: Record) -> str:
    return person(annotation.get("completed_by")) or plain(annotation.get("created_username"))


def _preferred(record: Record) -> Record:
    """Which of two texts each person preferred; that is no grade of either."""
    return {
        _who(annotation): side
        for annotation in _annotations(record)
        for result in entries(annotation.get("result"))
        if (side := first(result, "value.selected"))
    }


def _answers(annotation: Record) -> list[tuple[Any, Any]]:
    """(question, answer) of what is said of the whole; marked stretches of a text are not."""
    results = ((result.get("from_name"), result.get("value")) for result in entries(annotation.get("result")))
    return [
        (name, value[key])
        for name, value in results
        if isinstance(value, dict) and "start" not in value
        for key in _CHOSEN
        if value.get(key) not in (None, [])
    ]


def _notes(annotation: Record) -> str:
    texts = (
        first(result, "value.text")
        for result in entries(annotation.get("result"))
        if result.get("type") == "textarea"
    )
    return "\n".join(worded(text) for text in texts if text)


def _flat(number: int, record: Record) -> Said:
    """A row whose short values that are no part of the text are taken as what the annotator chose."""
    parts = task(_data(record))
    used = {parts.output, parts.input, parts.context}
    columns = {
        name: value for name, value in record.items() if name not in _BESIDE and plain(value) not in used
    }
    pairs = [(name, _chosen(value)) for name, value in columns.items()]
    answers = [(name, value) for name, value in pairs if value and len(plain(value)) <= _LONGEST_CHOICE]
    names = {name for name, _ in answers}
    return made(
        number,
        parts._replace(rest={key: value for key, value in parts.rest.items() if key not in names}),
        id=first(record, "id"),
        remarks=graded(answers, who=record.get("annotator"), at=first(record, "updated_at")),
        raw=record,
    )


def _chosen(value: Any) -> Any:
    """What a column of the flat export holds where that is a choice or a rating, else None."""
    if isinstance(value, str | int | float):
        return value
    answers = [
        answer[key]
        for answer in ([value] if isinstance(value, dict) else entries(value))
        for key in _CHOSEN
        if answer.get(key)
    ]
    return answers[0] if len(answers) == 1 else answers


in_chinese(
    {"this was said of a task and of no chat that was held in it": "这是对任务的评价，不针对任务中的任何对话"}
)

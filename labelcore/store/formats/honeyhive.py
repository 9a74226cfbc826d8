"""HoneyHive: events of sessions, with their metrics and what users said of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, Source, tool
from labelcore.store.formats.fields import (
    Said,
    exchange,
    first,
    kind_of,
    likeness,
    loaded,
    made,
    place_of,
    plain,
    read,
    remark,
)
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "events")
_TYPES = ("session", "model", "chain", "tool")
_WORDS = {"comment", "comments", "explanation", "notes"}
_REASON = "_explanation"
_EXPECTED = ("feedback.ground_truth", "feedback.ground_truths")
_OF_EVENTS = {"metrics", "feedback", "config", "children_ids"}
_KNOWN = _OF_EVENTS | set(
    "project_id source event_name event_type event_id session_id parent_id inputs outputs error start_time "
    "end_time duration metadata".split()
)


def _is_event(record: Record) -> bool:
    known = {"event_id", "session_id", "outputs"} <= record.keys() and bool(_OF_EVENTS & record.keys())
    return known and record.get("event_type") in _TYPES


def _is_whole(record: Record) -> bool:
    """Whether an event is a session that says what was answered in it."""
    return record.get("event_type") == "session" and bool(loaded(record.get("outputs")))


def _is_answer(record: Record) -> bool:
    return record.get("event_type") == "model"


def _session(record: Record) -> str:
    return plain(record.get("session_id"))


@tool(
    "honeyhive",
    "HoneyHive events",
    get="In Python: client.events.export(…) of HoneyHive's SDK, or POST /events/export; the events as JSON "
    "or a line each.",
    brings="Each session whose outputs are logged becomes an output; of any other session each model event "
    "does, with inputs or conversation, model, time and ids. Metrics come as verdicts, as the file does not "
    "say who gave them; what users said as feedback, the ground truth as what was expected.",
    recognise=likeness(_is_event, *_WRAPPINGS),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each session with outputs, and for each model event of the other ones; a session with
    neither is told once.
    """
    whole: set[str] = set()
    told: set[str] = set()
    for _, record in source.records(place_of(source, _is_event, *_WRAPPINGS)):
        if isinstance(record, dict) and (_is_whole(record) or _is_answer(record)):
            (whole if _is_whole(record) else told).add(_session(record))

    def event(number: int, record: Record) -> Iterator[Said]:
        name = _session(record)
        if _is_whole(record) or (_is_answer(record) and name not in whole):
            yield _row(number, record)
        elif name not in whole | told:
            told.add(name)
            yield made(number, exchange(None, None), trouble=first(record, "error"), raw=record)

    yield from read(source, _is_event, event, *_WRAPPINGS)


def _row(number: int, record: Record) -> Said:
    return made(
        number,
        exchange(record.get("inputs"), record.get("outputs")),
        id=first(record, "event_id"),
        group=first(record, "session_id"),
        model=first(record, "config.model", "metadata.model"),
        at=first(record, "end_time", "start_time"),
        details={
            "name": record.get("event_name"),
            "source": record.get("source"),
            "metadata": record.get("metadata"),
            "expected": plain(first(record, *_EXPECTED)),
            "metrics": _untold(_named(record, "metrics")),
            "feedback": _untold(_named(record, "feedback")),
            **{key: value for key, value in record.items() if key not in _KNOWN},
        },
        remarks=[*_metrics(record), *_feedback(record)],
        trouble=first(record, "error"),
        raw=record,
    )


def _named(record: Record, key: str) -> dict[str, Any]:
    found = loaded(record.get(key))
    return {plain(name): value for name, value in found.items()} if isinstance(found, dict) else {}


def _untold(values: dict[str, Any]) -> dict[str, Any]:
    """What is no remark: lists, objects, and explanations of no value."""

    def is_value(value: Any) -> bool:
        return not isinstance(value, list | dict) and plain(value).strip() != ""

    return {
        name: value
        for name, value in values.items()
        if not (is_value(values.get(name.removesuffix(_REASON))) and is_value(value))
        and not name.startswith("ground_truth")
    }


def _metrics(record: Record) -> Iterator[Remark]:
    metrics = _named(record, "metrics")
    for name, value in metrics.items():
        if not isinstance(value, list | dict) and not name.endswith(_REASON):
            yield from remark(kind_of(name), name, value, reason=metrics.get(f"{name}{_REASON}"))


def _feedback(record: Record) -> list[Remark]:
    """What users said, their words as the reason of what they gave."""
    answers = _named(record, "feedback")
    words = "\n".join(plain(answers[name]) for name in answers if name in _WORDS)
    given = [
        entry
        for name, value in answers.items()
        if name not in _WORDS and not name.startswith("ground_truth") and not isinstance(value, list | dict)
        for entry in remark("feedback", name, value, reason=words)
    ]
    return given or remark("feedback", "", "", reason=words)


in_chinese(
    {
        "HoneyHive events": "HoneyHive 事件",
        "In Python: client.events.export(…) of HoneyHive's SDK, or POST /events/export; the events as JSON "
        "or a line each.": (
            "在 Python 中：用 HoneyHive SDK 的 client.events.export(…)；或 POST /events/export，事件存为 "
            "JSON，或每行一条。"
        ),
        "Each session whose outputs are logged becomes an output; of any other session each model event "
        "does, with inputs or conversation, model, time and ids. Metrics come as verdicts, as the file does "
        "not say who gave them; what users said as feedback, the ground truth as what was expected.": (
            "每个记录了输出的会话成为一条输出；其他会话的每个模型事件各成为一条输出。附带输入或对话、"
            "模型、时间和编号。指标成为判定，因为文件没有写明由谁给出；用户所说的成为反馈，ground truth 成"
            "为期望答案。"
        ),
    }
)

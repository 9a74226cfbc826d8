"""HoneyHive: events of sessions, with their metrics and what users said of them."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, Remark, Source, tool
from labelcore.store.formats.fields import (
    Said,
    exchange,
    first,
    has_roots,
    kind_of,
    likeness,
    loaded,
    made,
    plain,
    read,
    remark,
)
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "events")
_TYPES = ("session", "model", "chain", "tool")
_WORDS = {"comment", "comments", "explanation", "notes"}
_EXPECTED = ("feedback.ground_truth", "feedback.ground_truths")


def _is_event(record: Record) -> bool:
    return {"event_id", "session_id", "outputs"} <= record.keys() and record.get("event_type") in _TYPES


def _is_whole(record: Record) -> bool:
    """Whether an event is a session that says what was answered in it."""
    return record.get("event_type") == "session" and bool(loaded(record.get("outputs")))


def _is_answer(record: Record) -> bool:
    return record.get("event_type") == "model"


@tool(
    "honeyhive",
    "HoneyHive events",
    get="In Python: client.events.export(…) of HoneyHive's SDK, or POST /events/export; the events as JSON "
    "or a line each.",
    brings="Each session whose outputs are logged becomes an output, else each model event, with inputs or "
    "conversation, model, time and ids. Metrics come as verdicts, as the file does not say who gave them; "
    "what users said as feedback, the ground truth as what was expected.",
    recognise=likeness(_is_event, *_WRAPPINGS),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each session with outputs; for each model event where the file holds no such session."""
    by_session = has_roots(source, _is_event, _is_event, _is_whole, *_WRAPPINGS)

    def event(number: int, record: Record) -> Iterator[Said]:
        if _is_whole(record) if by_session else _is_answer(record):
            yield _row(number, record)

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
        },
        remarks=[*_metrics(record), *_feedback(record)],
        trouble=first(record, "error"),
        raw=record,
    )


def _metrics(record: Record) -> Iterator[Remark]:
    metrics = loaded(record.get("metrics"))
    for name, value in metrics.items() if isinstance(metrics, dict) else ():
        if not isinstance(value, list | dict) and not plain(name).endswith("_explanation"):
            reason = metrics.get(f"{plain(name)}_explanation")
            yield from remark(kind_of(plain(name)), name, value, reason=reason)


def _feedback(record: Record) -> list[Remark]:
    """What users said, their words as the reason of what they gave."""
    told = loaded(record.get("feedback"))
    answers = {plain(name): value for name, value in told.items()} if isinstance(told, dict) else {}
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
        "Each session whose outputs are logged becomes an output, else each model event, with inputs or "
        "conversation, model, time and ids. Metrics come as verdicts, as the file does not say who gave "
        "them; what users said as feedback, the ground truth as what was expected.": (
            "每个记录了输出的会话成为一条输出；没有这样的会话时，每个模型事件成为一条输出。附带输入或对话、"
            "模型、时间和编号。指标成为判定，因为文件没有写明由谁给出；用户所说的成为反馈，ground truth 成"
            "为期望答案。"
        ),
    }
)

"""Rasa: what its models understood of users' messages in a test, and conversations with the bot."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import FileHead, Record, tool
from labelcore.store.formats.fields import Exchange, Said, each, entries, first, likeness, made, plain
from labelcore.store.formats.talks import Event, Talk
from labelcore.wording import Wording, in_chinese

_SPOKEN = {"user": "user", "bot": "assistant"}


def _is_understood(record: Record) -> bool:
    """A line of intent_errors.json, intent_successes.json or an extractor's errors."""
    intent = isinstance(record.get("intent_prediction"), dict)
    entities = "predicted_entities" in record and isinstance(record.get("entities"), list)
    return isinstance(record.get("text"), str) and (intent or entities)


def _is_tracker(record: Record) -> bool:
    events = entries(record.get("events"))
    return "sender_id" in record and any(event.get("event") in ("user", "bot") for event in events)


def _is_either(record: Record) -> bool:
    return _is_understood(record) or _is_tracker(record)


def _recognise(head: FileHead) -> float:
    return likeness(_is_either)(head)


@tool(
    "rasa",
    "Rasa tests or conversations",
    get="rasa test nlu writes intent_errors.json and, with --successes, intent_successes.json into "
    "results/. Conversations: GET /conversations/ID/tracker, or the events of a tracker store, one tracker "
    "a line.",
    brings="Of a test each message becomes an input and what was understood of it the output, the right "
    "intent or entities beside it. Of a conversation each answer of the bot before the user writes again "
    "becomes an output.",
    recognise=_recognise,
)
@each(_is_either)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each message that was understood, or for each answer of the bot."""
    if not _is_tracker(record):
        yield _understood(number, record)
        return
    talk = Talk(plain(record.get("sender_id")))
    for event in entries(record.get("events")):
        role, text = _SPOKEN.get(plain(event.get("event"))), plain(event.get("text"))
        if role and text:
            said = Event([{"role": role, "content": text}], at=first(event, "timestamp"))
            yield from talk.add(number, record, said)
    yield from talk.ended()


def _understood(number: int, record: Record) -> Said:
    intent = first(record, "intent_prediction.name")
    output = intent if isinstance(record.get("intent_prediction"), dict) else record.get("predicted_entities")
    expected = record.get("intent") if intent else record.get("entities")
    return made(
        number,
        Exchange(plain(output), plain(record.get("text"))),
        details={"expected": expected, "confidence": first(record, "intent_prediction.confidence")},
        trouble=Wording("nothing was understood of the message"),
        raw=record,
    )


in_chinese(
    {
        "Rasa tests or conversations": "Rasa 测试或对话",
        "rasa test nlu writes intent_errors.json and, with --successes, intent_successes.json into "
        "results/. Conversations: GET /conversations/ID/tracker, or the events of a tracker store, one "
        "tracker a line.": (
            "rasa test nlu 会在 results/ 中写出 intent_errors.json，加 --successes 还会写出 "
            "intent_successes.json。对话：GET /conversations/ID/tracker，或导出 tracker store 的事件，每行一"
            "个 tracker。"
        ),
        "Of a test each message becomes an input and what was understood of it the output, the right "
        "intent or entities beside it. Of a conversation each answer of the bot before the user writes "
        "again becomes an output.": (
            "测试中每条消息是输入，模型的理解是输出，旁边是正确的意图或实体。对话中用户再次发言之前机器人的"
            "最后一个回答成为一条输出。"
        ),
        "nothing was understood of the message": "没有理解出任何内容",
    }
)

"""Botpress: messages of a bot's conversations, whichever end of them the file begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from labelcore.errors import BadInput
from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, Record, Source, tool
from labelcore.store.formats.fields import Said, entries, first, likeness, loaded, moment, place_of, plain
from labelcore.store.formats.talks import Event, Talk
from labelcore.text.chats import Turn
from labelcore.wording import Wording, in_chinese

_WRAPPINGS = ("", "messages")
_ROLES = {"incoming": "user", "outgoing": "assistant"}
_MOST = 200_000_000
"""Characters of messages that are put in order at once."""


class _Message(NamedTuple):
    """What was said, when, and in which conversation; ``number``: its place in the file."""

    at: str
    number: int
    name: str
    turn: Turn
    id: str


def _is_message(record: Record) -> bool:
    known = {"conversationId", "direction", "payload", "createdAt"} <= record.keys()
    return known and plain(record.get("direction")) in _ROLES and isinstance(loaded(record["payload"]), dict)


@tool(
    "botpress",
    "Botpress messages",
    get="With the API: GET /v1/chat/conversations, and for each of them GET /v1/chat/messages?"
    "conversationId=ID; the messages of all as one list or a line each.",
    brings="The bot's last answer before the user writes again becomes an output, with what was said before "
    "it in the same conversation, time and id. Pictures, files and the like stay out.",
    recognise=likeness(_is_message, *_WRAPPINGS),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each time that a user was answered."""
    messages: list[_Message] = []
    size = 0
    for number, record in source.records(place_of(source, _is_message, *_WRAPPINGS)):
        role = _ROLES.get(plain(record.get("direction"))) if isinstance(record, dict) else None
        if role is None:
            reason = Wording("who spoke in this chat is not known")
            yield RejectedRow(row=number, field="direction", reason=reason, raw=plain(record)[:RAW])
            continue
        turn = {"role": role, "content": _text(record)}
        size += len(turn["content"])
        if size > _MOST:
            raise BadInput(
                "The messages are too many to be put in order at once.",
                next_step="Bring the conversations in several files.",
            )
        when, name = moment(first(record, "createdAt")), plain(first(record, "conversationId"))
        messages.append(_Message(when, number, name, turn, plain(first(record, "id"))))
    talks: dict[str, Talk] = {}
    for when, number, name, turn, message in _in_order(messages):
        if turn["content"]:
            talk = talks.setdefault(name, Talk(name))
            yield from talk.add(number, turn, Event([turn], at=when, id=message))
    for talk in talks.values():
        yield from talk.ended()


def _in_order(messages: list[_Message]) -> list[_Message]:
    """The messages by their time; those of one time as in the file, or from its end where their conversation
    begins there. One that does not show it is like the others, where these are all alike.
    """
    before: dict[str, str] = {}
    later: Counter[str] = Counter()
    for message in messages:
        last = before.get(message.name, message.at)
        later[message.name] += (message.at > last) - (message.at < last)
        before[message.name] = message.at
    all_turned = {count > 0 for count in later.values() if count} == {False}
    turned = {name for name, count in later.items() if count < 0 or (not count and all_turned)}
    return sorted(messages, key=lambda one: (one.at, -one.number if one.name in turned else one.number))


def _text(record: Record) -> str:
    """What a message says: its text, and what may be chosen below it or stands on its cards."""
    payload = first(record, "payload")
    items = [*entries(first(payload, "items")), *entries(first(payload, "options"))]
    names = (("text", "markdown", "title", "label"), ("subtitle",))
    texts = [first(part, *keys) for part in (payload, *items) for keys in names]
    return "\n".join(filter(None, map(plain, texts)))


in_chinese(
    {
        "The messages are too many to be put in order at once.": "消息太多，无法一次排好顺序。",
        "Bring the conversations in several files.": "请把对话分成几个文件导入。",
        "Botpress messages": "Botpress 消息",
        "With the API: GET /v1/chat/conversations, and for each of them GET /v1/chat/messages?"
        "conversationId=ID; the messages of all as one list or a line each.": (
            "通过 API：GET /v1/chat/conversations，再对每段对话 GET /v1/chat/messages?conversationId=ID；所"
            "有消息放在一个列表中，或每行一条。"
        ),
        "The bot's last answer before the user writes again becomes an output, with what was said before it "
        "in the same conversation, time and id. Pictures, files and the like stay out.": (
            "用户再次发言之前机器人的最后一个回答成为一条输出，附带同一对话中此前的内容、时间和编号。图片、"
            "文件等不导入。"
        ),
    }
)

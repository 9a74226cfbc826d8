"""Intercom: conversations of a support inbox, with who wrote each part and how the user rated them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    at,
    each,
    entries,
    exchange,
    first,
    likeness,
    made,
    plain,
    remark,
)
from labelcore.store.formats.talks import unmarked
from labelcore.wording import Wording, in_chinese

_WRAPPINGS = ("", "conversations", "data")
_NO_START = Wording("it does not say how the conversation began")
_NO_PARTS = Wording("the answers are not in this list: get each conversation by its id")
_ROLES = {"user": "user", "lead": "user", "contact": "user"}
"""Who writes to a team; whoever else writes, a person or a bot, answers."""
_PUBLIC = {"", "comment", "open", "close", "assignment", "assign_and_reopen", "quick_reply"}
"""The kinds of parts whose words the user reads; notes are between colleagues."""


def _is_conversation(record: Record) -> bool:
    is_listed = record.get("type") == "conversation" and isinstance(at(record, "source.author"), dict)
    return _is_opened(record) and (_has_parts(record) or is_listed)


def _is_opened(record: Record) -> bool:
    source = record.get("source")
    return isinstance(source, dict) and {"author", "body"} <= source.keys()


def _has_parts(record: Record) -> bool:
    return isinstance(record.get("conversation_parts"), dict | list)


@tool(
    "intercom",
    "Intercom conversations",
    get="With the API: GET /conversations/ID, or POST /conversations/search and each of them, a line each.",
    brings="The last answer of each conversation, of a bot or of the team, becomes an output, what was said "
    "before it its conversation, with time and id; notes of the team stay out. The user's rating comes as "
    "feedback with its remark.",
    recognise=likeness(_is_conversation, *_WRAPPINGS),
)
@each(_is_conversation, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each conversation."""
    parts = first(record, "conversation_parts.conversation_parts") or record.get("conversation_parts")
    said = [turn for part in entries([record.get("source"), *entries(parts)]) for turn in _turn(part)]
    missing = _NO_START if not _is_opened(record) else None if _has_parts(record) else _NO_PARTS
    who = first(record, "conversation_rating.contact.id")
    yield made(
        number,
        Exchange() if missing else exchange("", {"messages": said}),
        id=first(record, "id"),
        at=first(record, "updated_at", "created_at"),
        details={"title": record.get("title"), "state": record.get("state")},
        remarks=remark(
            "feedback",
            "rating",
            first(record, "conversation_rating.rating"),
            who=who,
            reason=first(record, "conversation_rating.remark"),
        ),
        trouble=missing or Wording("nobody answers in this chat"),
        raw=record,
    )


def _turn(part: Record) -> list[dict[str, Any]]:
    """What a part says to the user, without its marks."""
    words = unmarked(plain(part.get("body")))
    if not words or plain(part.get("part_type")) not in _PUBLIC:
        return []
    role = _ROLES.get(plain(first(part, "author.type")), "assistant")
    return [{"role": role, "content": words}]


in_chinese(
    {
        "Intercom conversations": "Intercom 对话",
        "With the API: GET /conversations/ID, or POST /conversations/search and each of them, a line each.": (
            "通过 API：GET /conversations/ID，或 POST /conversations/search 后逐个获取，每行一条。"
        ),
        "The last answer of each conversation, of a bot or of the team, becomes an output, what was said "
        "before it its conversation, with time and id; notes of the team stay out. The user's rating comes "
        "as feedback with its remark.": (
            "每段对话中机器人或团队的最后一个回答成为一条输出，此前的内容是其对话，附带时间和编号；团队内部"
            "备注不导入。用户的评价成为反馈，附带备注。"
        ),
        "it does not say how the conversation began": "其中没有说明对话是怎样开始的",
        "the answers are not in this list: get each conversation by its id": (
            "此列表中没有回答：请按编号逐个获取对话"
        ),
    }
)

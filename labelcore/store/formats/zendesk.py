"""Zendesk: tickets with their comments, who wrote them, and how the requester rated the help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    each,
    entries,
    exchange,
    first,
    likeness,
    made,
    moment,
    plain,
    remark,
)
from labelcore.store.formats.talks import unmarked
from labelcore.wording import Wording, in_chinese

_WRAPPINGS = ("", "tickets")
_UNCLEAR = Wording("whether who wrote last is an agent is not known: add the `users` (include=users)")
_RATED = {"good", "bad"}
"""What a requester can say; a score may also tell that nobody was asked, or has not answered."""


def _is_ticket(record: Record) -> bool:
    comments = record.get("comments")
    known = {"subject", "description", "satisfaction_rating", "submitter_id"} & record.keys()
    return (
        "requester_id" in record
        and bool(known)
        and isinstance(comments, list)
        and bool(comments)
        and all(isinstance(comment, dict) and "author_id" in comment for comment in comments)
    )


@tool(
    "zendesk",
    "Zendesk tickets",
    get="With the API: GET /api/v2/tickets, and for each ticket GET /api/v2/tickets/ID/comments?"
    "include=users, whose `comments` and `users` are put into the ticket, a line each.",
    brings="The last public answer of each ticket becomes an output, what was written before it its "
    "conversation, with subject, status, time and id; internal notes stay out. The requester's rating comes "
    "as feedback with its comment.",
    recognise=likeness(_is_ticket, *_WRAPPINGS),
)
@each(_is_ticket, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each ticket."""
    rating = plain(first(record, "satisfaction_rating.score")).removesuffix("_with_comment")
    comments = _comments(record)
    unclear = _is_unclear(record, comments)
    yield made(
        number,
        Exchange() if unclear else exchange("", {"messages": _turns(record, comments)}),
        id=first(record, "id"),
        at=first(record, "updated_at", "created_at"),
        details={key: record.get(key) for key in ("subject", "status", "tags")},
        remarks=remark(
            "feedback",
            "satisfaction",
            rating if rating in _RATED else "",
            who=first(record, "requester_id"),
            reason=first(record, "satisfaction_rating.comment"),
        ),
        trouble=_UNCLEAR if unclear else Wording("nobody answers in this chat"),
        raw=record,
    )


def _comments(record: Record) -> list[tuple[str, str]]:
    """Who wrote in public and what, from the first comment to the last."""
    comments = [note for note in entries(record.get("comments")) if note.get("public") is not False]
    times = [moment(note.get("created_at")) for note in comments]
    if all(times):
        comments = [note for _, note in sorted(zip(times, comments, strict=True), key=lambda pair: pair[0])]
    return [
        (plain(note.get("author_id")), words)
        for note in comments
        if (words := plain(first(note, "body", "plain_body")) or unmarked(plain(note.get("html_body"))))
    ]


def _turns(record: Record, comments: list[tuple[str, str]]) -> list[dict[str, Any]]:
    users = [user for user in entries(record.get("users")) if user.get("role") == "end-user"]
    askers = {plain(record.get("requester_id")), *(plain(user.get("id")) for user in users)} | _copied(record)
    return [
        {"role": "user" if author in askers else "assistant", "content": words} for author, words in comments
    ]


def _is_unclear(record: Record, comments: list[tuple[str, str]]) -> bool:
    """Whether somebody of whom it is just known that they are in copy wrote after the last answer."""
    copied = _copied(record)
    roles = [turn["role"] for turn in _turns(record, comments)]
    last = max((place for place, role in enumerate(roles) if role == "assistant"), default=-1)
    return any(author in copied for author, _ in comments[last + 1 :])


def _copied(record: Record) -> set[str]:
    """Who is in copy, an end user or an agent, as the ticket does not say."""
    copied = [record.get(key) for key in ("collaborator_ids", "email_cc_ids")]
    ids = {plain(name) for names in copied if isinstance(names, list) for name in names}
    known = {plain(user.get("id")) for user in entries(record.get("users")) if user.get("role")}
    return ids - known - {plain(record.get(key)) for key in ("requester_id", "assignee_id")}


in_chinese(
    {
        "Zendesk tickets": "Zendesk 工单",
        "With the API: GET /api/v2/tickets, and for each ticket GET /api/v2/tickets/ID/comments?"
        "include=users, whose `comments` and `users` are put into the ticket, a line each.": (
            "通过 API：GET /api/v2/tickets，再对每张工单 GET /api/v2/tickets/ID/comments?include=users，把其"
            "中的 `comments` 和 `users` 放进工单，每行一张。"
        ),
        "whether who wrote last is an agent is not known: add the `users` (include=users)": (
            "不知道最后的评论是不是客服写的：请加上 `users`（include=users）"
        ),
        "The last public answer of each ticket becomes an output, what was written before it its "
        "conversation, with subject, status, time and id; internal notes stay out. The requester's rating "
        "comes as feedback with its comment.": (
            "每张工单最后一个公开回答成为一条输出，此前的内容是其对话，附带主题、状态、时间和编号；内部备注"
            "不导入。提单人的评价成为反馈，附带评论。"
        ),
    }
)

"""Zendesk: tickets with their comments, who wrote them, and how the requester rated the help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import (
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
_RATED = {"good", "bad"}
"""What a requester can say; a score may also tell that nobody was asked, or has not answered."""


def _is_ticket(record: Record) -> bool:
    comments = record.get("comments")
    known = {"subject", "description", "satisfaction_rating", "submitter_id"} & record.keys()
    return (
        "requester_id" in record
        and bool(known)
        and isinstance(comments, list)
        and all("author_id" in comment for comment in entries(comments))
    )


@tool(
    "zendesk",
    "Zendesk tickets",
    get="With the API: GET /api/v2/tickets, and for each ticket GET /api/v2/tickets/ID/comments, put into "
    "the ticket as `comments`, a line each.",
    brings="The last public answer of each ticket becomes an output, what was written before it its "
    "conversation, with subject, status, time and id; internal notes stay out. The requester's rating comes "
    "as feedback with its comment.",
    recognise=likeness(_is_ticket, *_WRAPPINGS),
)
@each(_is_ticket, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each ticket."""
    rating = plain(first(record, "satisfaction_rating.score")).removesuffix("_with_comment")
    yield made(
        number,
        exchange("", {"messages": _turns(record)}),
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
        trouble=Wording("nobody answers in this chat"),
        raw=record,
    )


def _turns(record: Record) -> list[dict[str, Any]]:
    """What was written in public, from the first comment to the last."""
    comments = [note for note in entries(record.get("comments")) if note.get("public") is not False]
    times = [moment(note.get("created_at")) for note in comments]
    if all(times):
        comments = [note for _, note in sorted(zip(times, comments, strict=True), key=lambda pair: pair[0])]
    askers = _askers(record)
    return [
        {"role": "user" if plain(note.get("author_id")) in askers else "assistant", "content": words}
        for note in comments
        if (words := plain(first(note, "body", "plain_body")) or unmarked(plain(note.get("html_body"))))
    ]


def _askers(record: Record) -> set[str]:
    """Who wrote to the team: the requester, and whoever is known to be an end user or in copy."""
    users = [user for user in entries(record.get("users")) if user.get("role") == "end-user"]
    copied = [record.get(key) for key in ("collaborator_ids", "email_cc_ids")]
    ids = [name for names in copied if isinstance(names, list) for name in names]
    staff = {plain(user.get("id")) for user in entries(record.get("users")) if user.get("role") != "end-user"}
    known = {plain(name) for name in (*ids, *(user.get("id") for user in users))}
    return {plain(record.get("requester_id"))} | known - staff - {plain(record.get("assignee_id"))}


in_chinese(
    {
        "Zendesk tickets": "Zendesk 工单",
        "With the API: GET /api/v2/tickets, and for each ticket GET /api/v2/tickets/ID/comments, put into "
        "the ticket as `comments`, a line each.": (
            "通过 API：GET /api/v2/tickets，再对每张工单 GET /api/v2/tickets/ID/comments，作为 `comments` "
            "放进工单，每行一张。"
        ),
        "The last public answer of each ticket becomes an output, what was written before it its "
        "conversation, with subject, status, time and id; internal notes stay out. The requester's rating "
        "comes as feedback with its comment.": (
            "每张工单最后一个公开回答成为一条输出，此前的内容是其对话，附带主题、状态、时间和编号；内部备注"
            "不导入。提单人的评价成为反馈，附带评论。"
        ),
    }
)

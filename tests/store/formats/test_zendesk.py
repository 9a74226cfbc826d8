"""Zendesk: tickets with their comments, by mail and with who is who."""

from __future__ import annotations

from typing import Any

from labelcore.store.formats import every_tool
from tests.store.formats.source import apart, contents, document, lines, read, said


def comment(author: int, text: str, minute: int, *, public: bool = True) -> dict[str, Any]:
    return {
        "id": minute,
        "type": "Comment",
        "author_id": author,
        "body": text,
        "html_body": f"<p>{text}</p>",
        "plain_body": text,
        "public": public,
        "created_at": f"2026-05-01T10:{minute:02}:00Z",
    }


TICKET: dict[str, Any] = {
    "url": "https://lease.zendesk.com/api/v2/tickets/35436.json",
    "id": 35436,
    "subject": "Rent",
    "description": "Who pays?",
    "status": "solved",
    "requester_id": 11,
    "submitter_id": 11,
    "assignee_id": 22,
    "collaborator_ids": [33, 22],
    "email_cc_ids": [33],
    "tags": ["rent"],
    "created_at": "2026-05-01T10:00:00Z",
    "updated_at": "2026-05-01T11:00:00Z",
    "satisfaction_rating": {"id": 1, "score": "bad", "comment": "no help"},
    "comments": [
        comment(11, "Who pays?", 0),
        comment(33, "And when?", 1),
        comment(22, "Ask the lawyer.", 2, public=False),
        comment(22, "The tenant, on the first.", 3),
    ],
}
PEOPLE = [{"id": 44, "role": "end-user"}, {"id": 33, "role": "agent"}]
NEWEST_FIRST: dict[str, Any] = {
    "tickets": [
        {
            **TICKET,
            "satisfaction_rating": {"score": "unoffered"},
            "comments": [
                {
                    **comment(33, "", 9),
                    "plain_body": "",
                    "html_body": "<div>The tenant &amp; nobody else.</div>",
                },
                comment(44, "Who else?", 8),
            ],
            "users": PEOPLE,
        }
    ],
    "count": 1,
}


def test_the_last_public_answer_is_the_output_and_the_rating_feedback() -> None:
    (row,) = read("zendesk", lines([TICKET]))
    assert (row.output, row.id, row.details["subject"]) == ("The tenant, on the first.", "35436", "Rent")
    assert contents(row) == [("user", "Who pays?"), ("user", "And when?")]
    assert said(row) == [("feedback", "satisfaction", "bad", "", "11")]
    assert row.remarks[0].reason == "no help"


def test_who_is_an_agent_is_known_where_the_people_come_along() -> None:
    (row,) = read("zendesk", document(NEWEST_FIRST))
    assert (row.output, contents(row)) == ("The tenant & nobody else.", [("user", "Who else?")])
    assert said(row) == []


def test_a_ticket_that_nobody_answered_is_kept_apart() -> None:
    bare = {**TICKET, "comments": TICKET["comments"][::2]}
    (failed,) = apart("zendesk", lines([bare]))
    assert "nobody answers" in failed.reason


def test_an_answer_by_somebody_in_copy_is_kept_apart_where_it_is_not_known_who_is_an_agent() -> None:
    last = comment(33, "No, the owner.", 4)
    talk = [*TICKET["comments"], last, comment(11, "Thanks!", 5)]
    (failed,) = apart("zendesk", lines([{**TICKET, "comments": talk}]))
    assert "include=users" in failed.reason
    (row,) = read("zendesk", lines([{**TICKET, "comments": talk, "users": PEOPLE}]))
    assert row.output == "No, the owner."
    users = [{"id": 33, "role": "end-user"}]
    (row,) = read("zendesk", lines([{**TICKET, "comments": talk, "users": users}]))
    assert row.output == "The tenant, on the first."


def test_a_ticket_without_comments_of_authors_is_none() -> None:
    for comments in ([], ["good one"]):
        head = lines([{**TICKET, "comments": comments}]).head
        assert every_tool()["zendesk"].recognise(head) == 0

"""Intercom: conversations of a support inbox."""

from __future__ import annotations

from tests.store.formats.source import contents, document, read, said


def test_the_last_answer_is_the_output_and_the_users_rating_feedback() -> None:
    parts = [
        {"part_type": "comment", "body": "<p>The tenant.<br>Always.</p>", "author": {"type": "bot"}},
        {"part_type": "note", "body": "<p>Check this.</p>", "author": {"type": "admin"}},
        {"part_type": "assignment", "body": None, "author": {"type": "admin"}},
    ]
    conversation = {
        "type": "conversation",
        "id": "k1",
        "created_at": 1790000000,
        "source": {"body": "<p>Who pays &amp; when?</p>", "author": {"type": "user"}},
        "conversation_parts": {"conversation_parts": parts},
        "conversation_rating": {"rating": 1, "remark": "no help"},
    }
    (row,) = read("intercom", document({"conversations": [conversation]}))
    assert (row.output, row.id) == ("The tenant.\nAlways.", "k1")
    assert contents(row) == [("user", "Who pays & when?")]
    assert said(row) == [("feedback", "rating", "1", "", "")] and row.remarks[0].reason == "no help"

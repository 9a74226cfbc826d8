"""Intercom: conversations of a support inbox."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.store.formats import every_tool
from tests.store.formats.source import apart, contents, document, lines, read, said

PARTS: list[dict[str, Any]] = [
    {"part_type": "comment", "body": "<p>The tenant.<br>Always.</p>", "author": {"type": "bot"}},
    {"part_type": "note", "body": "<p>Check this.</p>", "author": {"type": "admin"}},
    {"part_type": "note_and_reopen", "body": "<p>Ask the lawyer.</p>", "author": {"type": "admin"}},
    {"part_type": "conversation_attribute_updated", "body": "Topic: rent", "author": {"type": "bot"}},
    {"part_type": "assignment", "body": None, "author": {"type": "admin"}},
]
CONVERSATION = {
    "type": "conversation",
    "id": "k1",
    "created_at": 1790000000,
    "source": {"body": "<p>Who pays &amp; when?</p>", "author": {"type": "user"}},
    "conversation_parts": {"conversation_parts": PARTS},
    "conversation_rating": {"rating": 1, "remark": "no help"},
}


def test_the_last_answer_is_the_output_and_the_users_rating_feedback() -> None:
    (row,) = read("intercom", document({"conversations": [CONVERSATION]}))
    assert (row.output, row.id) == ("The tenant.\nAlways.", "k1")
    assert contents(row) == [("user", "Who pays & when?")]
    assert said(row) == [("feedback", "rating", "1", "", "")] and row.remarks[0].reason == "no help"


def test_an_answer_that_closes_or_opens_a_conversation_is_one() -> None:
    parts = [
        {"part_type": "open", "body": "And when?", "author": {"type": "user"}},
        {"part_type": "close", "body": "On the first.", "author": {"type": "admin"}},
    ]
    (row,) = read("intercom", lines([{**CONVERSATION, "conversation_parts": [*PARTS, *parts]}]))
    assert (row.output, contents(row)[-1]) == ("On the first.", ("user", "And when?"))


@pytest.mark.parametrize("source", [None, "web", ["web"], {"author": {"type": "user"}}])
def test_a_conversation_without_its_start_is_kept_apart_alone(source: object) -> None:
    file = lines([CONVERSATION, CONVERSATION, {**CONVERSATION, "source": source}])
    assert [row.number for row in read("intercom", file, whole=False)] == [1, 2]
    (failed,) = apart("intercom", file)
    assert failed.row == 3 and "how the conversation began" in failed.reason


def test_a_list_of_conversations_without_their_parts_is_told_to_be_got_whole() -> None:
    bare = {key: value for key, value in CONVERSATION.items() if key != "conversation_parts"}
    for file in (lines([CONVERSATION, bare]), lines([bare])):
        assert len(read("intercom", file, whole=False)) == len(file.head.records) - 1
        (failed,) = apart("intercom", file)
        assert "get each conversation by its id" in failed.reason


def test_a_users_remark_without_a_rating_comes_along() -> None:
    rating = {"rating": None, "remark": "no help"}
    (row,) = read("intercom", lines([{**CONVERSATION, "conversation_rating": rating}]))
    assert (said(row), row.details["notes"]) == ([], "no help")


def test_a_record_whose_author_is_a_text_is_none_of_intercom() -> None:
    record = {"type": "conversation", "source": {"author": "ida", "body": "Who pays?"}, "answer": "You."}
    assert every_tool()["intercom"].recognise(lines([record]).head) == 0

"""Botpress: messages of conversations, from the newest on and as a list of lines."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.errors import BadInput
from labelcore.store.formats import botpress, every_tool
from tests.store.formats.source import apart, contents, document, lines, read


def message(name: str, direction: str, minute: int, text: str, talk: str = "conv_1") -> dict[str, Any]:
    return {
        "id": name,
        "createdAt": f"2026-05-01T10:{minute:02}:00.000Z",
        "updatedAt": f"2026-05-01T10:{minute:02}:00.000Z",
        "type": "text",
        "payload": {"type": "text", "text": text},
        "direction": direction,
        "userId": "user_1",
        "conversationId": talk,
        "tags": {},
    }


CHOICE = {
    "type": "choice",
    "text": "Which one?",
    "options": [{"label": "Rent", "value": "1"}, {"label": "Heat"}],
}
LINES = [
    message("m1", "incoming", 1, "Who pays?"),
    message("m2", "incoming", 2, "Hello", "conv_2"),
    {**message("m3", "outgoing", 3, "", "conv_2"), "type": "choice", "payload": CHOICE},
    message("m4", "outgoing", 4, "The tenant."),
    message("m5", "incoming", 5, "Thanks"),
    {**message("m6", "outgoing", 6, ""), "type": "image", "payload": {"imageUrl": "https://x.org/a.png"}},
]
NEWEST_FIRST = {"messages": LINES[3::-3], "meta": {"nextToken": "abc"}}


def test_each_answer_comes_with_its_conversation() -> None:
    first, second = read("botpress", lines(LINES))
    assert (first.output, first.group, first.id, first.number) == ("The tenant.", "conv_1", "m4", 4)
    assert (second.output, contents(second)) == ("Which one?\nRent\nHeat", [("user", "Hello")])


def test_the_newest_message_may_stand_first() -> None:
    (row,) = read("botpress", document(NEWEST_FIRST))
    assert (row.output, contents(row)) == ("The tenant.", [("user", "Who pays?")])


def test_a_message_of_no_side_is_kept_apart() -> None:
    file = lines([*LINES, {**LINES[0], "direction": None}])
    assert [failed.row for failed in apart("botpress", file)] == [7]


def test_messages_that_are_too_many_to_be_put_in_order_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botpress, "_MOST", 10)
    with pytest.raises(BadInput, match="put in order"):
        read("botpress", lines(LINES))


def test_messages_of_one_time_stand_as_the_file_has_them_from_whichever_end() -> None:
    told = [message("m1", "incoming", 1, "Who pays?"), message("m2", "outgoing", 1, "The tenant.")]
    told += [message("m3", "incoming", 2, "Thanks"), message("m4", "outgoing", 3, "Welcome")]
    for file in (told, told[::-1]):
        rows = read("botpress", lines(file))
        assert [(row.output, len(row.conversation)) for row in rows] == [("The tenant.", 1), ("Welcome", 3)]


def test_each_conversation_says_from_which_end_its_messages_stand() -> None:
    first = [message("m1", "incoming", 1, "Who pays?"), message("m2", "outgoing", 1, "The tenant.")]
    first += [message("m3", "incoming", 2, "Thanks")]
    other = [{**entry, "id": f"n{entry['id']}", "conversationId": "conv_2"} for entry in first]
    alone = [{**entry, "conversationId": "conv_3"} for entry in first[:2]]
    for told in (other[::-1] + first, first[::-1] + other, (first + alone)[::-1]):
        answers = read("botpress", lines(told))
        assert [(row.output, len(row.conversation)) for row in answers] == [("The tenant.", 1)] * 2
    assert len(read("botpress", lines(alone + first[::-1] + other))) == 3


def test_a_card_says_its_title_and_what_stands_below() -> None:
    card = {"type": "card", "title": "Rent", "subtitle": "The tenant pays."}
    many = {"type": "carousel", "items": [card]}
    for payload in (card, many):
        (row,) = read("botpress", lines([LINES[0], {**LINES[3], "payload": payload}]))
        assert row.output == "Rent\nThe tenant pays."


def test_a_table_whose_payload_is_a_text_is_none_of_botpress() -> None:
    head = lines([{**LINES[0], "payload": "Who pays?"}]).head
    assert every_tool()["botpress"].recognise(head) == 0

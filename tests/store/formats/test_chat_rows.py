"""Chat logs with a row for each message: conversations by their id, also where they run into each other."""

from __future__ import annotations

import pytest

from labelcore.store.formats import every_tool, talks
from tests.store.formats.source import apart, contents, lines, read

LOG = [
    {"Session ID": "a", "Sender": "User", "Message": "Hi", "Sent at": "2026-05-01 10:00"},
    {"Session ID": "b", "Sender": "User", "Message": "Price?", "Sent at": "2026-05-01 10:01"},
    {"Session ID": "a", "Sender": "Bot", "Message": "Hello!", "Sent at": "2026-05-01 10:02"},
    {"Session ID": "b", "Sender": "Bot", "Message": "5 euro.", "Sent at": "2026-05-01 10:03"},
    {"Session ID": "a", "Sender": "User", "Message": "Bye", "Sent at": "2026-05-01 10:04"},
    {"Session ID": "a", "Sender": "Bot", "Message": "Bye.", "Sent at": "2026-05-01 10:05"},
    {"Session ID": "c", "Sender": "User", "Message": "Anybody?", "Sent at": "2026-05-01 10:06"},
]


def test_each_answer_comes_with_what_was_said_in_its_conversation() -> None:
    rows = read("chat_rows", lines(LOG), whole=False)
    assert sorted((row.number, row.group, row.output) for row in rows) == [
        (3, "a", "Hello!"),
        (4, "b", "5 euro."),
        (6, "a", "Bye."),
    ]
    (last,) = (row for row in rows if row.number == 6)
    assert contents(last) == [("User", "Hi"), ("Bot", "Hello!"), ("User", "Bye")]
    (failed,) = apart("chat_rows", lines(LOG))
    assert (failed.row, "nobody answers" in failed.reason) == (7, True)


def test_what_may_be_something_else_is_not_taken_unasked() -> None:
    recognise = every_tool()["chat_rows"].recognise
    assert recognise(lines(list(reversed(LOG))).head) < 0.5, "the newest message first"
    without = [{key: value for key, value in row.items() if key != "Session ID"} for row in LOG]
    assert recognise(lines(without).head) < 0.5, "one conversation or several"
    assert recognise(lines([{**row, "answer": "x"} for row in LOG]).head) == 0
    assert recognise(lines([{**row, "Sender": "Anna"} for row in LOG]).head) == 0


def test_conversations_end_in_bounded_memory_and_what_comes_too_late_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(talks, "_MOST", 1_200)  # two turns
    rows = read("chat_rows", lines(LOG[:5]), whole=False)
    assert [(row.number, row.output) for row in rows] == [(3, "Hello!")]
    late = apart("chat_rows", lines(LOG[:5]))
    assert [failed.row for failed in late] == [2, 4] and "too far above" in late[1].reason

"""Chat logs with a row for each message: conversations by their id, also where they run into each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.store.formats import documents, every_tool, talks
from labelcore.store.formats.base import FormatRow, Source
from labelcore.store.formats.talks import Event, Talk
from tests.store.formats.source import apart, contents, document, lines, read

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


def test_a_message_of_no_named_conversation_is_in_nobodys() -> None:
    rows = [{**row, "Session ID": " " if row["Session ID"] == "b" else row["Session ID"]} for row in LOG[:6]]
    assert [row.output for row in read("chat_rows", lines(rows), whole=False)] == ["Hello!", "Bye."]
    late = apart("chat_rows", lines(rows))
    assert [(row.row, row.field) for row in late] == [(2, "Session ID"), (4, "Session ID")]
    assert all("which conversation" in row.reason for row in late)


def messages(*texts: str) -> list[dict[str, str]]:
    """What a user and a bot say in turns, in one conversation."""
    return [
        {"chat_id": "a", "role": "user" if at % 2 == 0 else "bot", "text": text}
        for at, text in enumerate(texts)
    ]


def test_of_a_long_conversation_the_end_comes_with_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talks, "_LONGEST", 1_100)  # two short turns
    first, second, third = read("chat_rows", lines(messages("Hi", "Hello!", "Rain?", "No.", "Bye", "Bye.")))
    assert contents(first) == [("user", "Hi")]
    assert [text for _, text in contents(second)][1:] == ["Hello!", "Rain?"]
    note, *end = contents(third)
    assert end == [("bot", "No."), ("user", "Bye")] and "left out here: 3 " in note[1]


def test_what_an_answer_answers_comes_however_long_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talks, "_LONGEST", 1_100)
    long = "x" * 2_000
    (row,) = read("chat_rows", lines(messages(long, "Yes.")))
    assert contents(row) == [("user", long)]
    rows = read("chat_rows", lines(messages("Hi", "Hello!", long, "Yes.")))
    question, note = contents(rows[1])
    assert question == ("user", long) and "left out here: 2 " in note[1]


def test_what_tools_are_called_with_counts_as_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talks, "_LONGEST", 2_100)
    call: Any = {"role": "assistant", "content": "", "tool_calls": [{"name": "f", "arguments": "x" * 5_000}]}
    talk = talks.Talk("a")
    turns: list[Any] = [{"role": "user", "content": "Hi"}, call, {"role": "assistant", "content": "Done."}]
    assert not list(talk.add(1, {}, talks.Event(turns)))
    (row,) = (found for found in talk.ended() if isinstance(found, FormatRow))
    assert talk.size > 5_000 and row.conversation[0]["content"] == "Hi"
    assert not any("tool_calls" in turn for turn in row.conversation)


@pytest.mark.parametrize(
    "key", ["chat_id", "dialogueId", "conv_id", "ticket_id", "call_id", "session", "会话"]
)
def test_a_list_of_messages_of_several_conversations_is_no_single_chat(tmp_path: Path, key: str) -> None:
    said = [{key: at // 2, "role": ("user", "assistant")[at % 2], "content": f"m{at}"} for at in range(6)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    head = documents.look(path)
    assert len(head.records) == 6
    rows = read("chat_rows", Source(head, lambda part="": documents.walk(path, part), lambda part: None))
    assert [(row.output, contents(row)) for row in rows] == [
        ("m1", [("user", "m0")]),
        ("m3", [("user", "m2")]),
        ("m5", [("user", "m4")]),
    ]


def test_messages_of_several_conversations_are_rows_deep_in_a_document_too() -> None:
    said = [{"chat_id": at // 2, "role": ("user", "assistant")[at % 2], "content": "m"} for at in range(6)]
    assert [(place.path, place.rows) for place in documents.wrappings({"messages": said})] == [
        ("messages", 6)
    ]
    rows = read("chat_rows", document({"messages": said, "more": False}))
    assert [(row.number, row.group, contents(row)) for row in rows] == [
        (2, "0", [("user", "m")]),
        (4, "1", [("user", "m")]),
        (6, "2", [("user", "m")]),
    ]


@pytest.mark.parametrize(
    ("column", "words"), [("role", ("userMessage", "apiMessage")), ("direction", ("inbound", "outbound"))]
)
def test_who_writes_to_a_product_is_the_user(column: str, words: tuple[str, str]) -> None:
    said = [{"sessionId": "s1", column: word, "content": word} for word in words]
    (row,) = read("chat_rows", lines(said))
    assert (row.output, row.group, contents(row)) == (words[1], "s1", [(words[0], words[0])])


def test_what_stands_beside_an_answer_comes_along() -> None:
    said = [{"chat_id": 1, "role": role, "text": role, "rating": role[:1]} for role in ("user", "bot")]
    (row,) = read("chat_rows", lines(said))
    assert row.details == {"rating": "b", "beside_user_message": {"rating": "u"}}


def test_what_stands_beside_the_users_message_comes_with_its_answer() -> None:
    moods = ("angry", None, "", None, "glad", None)
    rows = read("chat_rows", lines([{**row, "Mood": mood} for row, mood in zip(LOG, moods, strict=False)]))
    told = {row.output: row.details.get("beside_user_message") for row in rows}
    assert told == {"Hello!": {"Mood": "angry"}, "5 euro.": None, "Bye.": {"Mood": "glad"}}


def test_a_document_whose_messages_name_one_conversation_is_one_chat(tmp_path: Path) -> None:
    said = [{"session_id": "s1", "role": role, "content": role} for role in ("user", "assistant")]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"messages": said, "model": "m1"}), encoding="utf-8")
    head = documents.look(path)
    assert [record["model"] for record in head.records] == ["m1"]
    assert [place.path for place in documents.wrappings(head.document)] == [""]
    assert all(tool.recognise(head) < 0.5 for tool in every_tool().values())


def test_what_stands_beside_every_message_since_the_answer_before_comes_once() -> None:
    said = [
        {"role": "user", "text": "hi", "rating": "bad", "plan": "gold"},
        {"role": "user", "text": "are you there?", "plan": "gold"},
        {"role": "bot", "text": "Yes.", "plan": "gold", "user_message": "m1"},
        {"role": "user", "text": "ok", "plan": "gold"},
        {"role": "bot", "text": "Bye.", "plan": "gold", "user_message": "m2"},
    ]
    first, second = read("chat_rows", lines([{"chat_id": 1, **row} for row in said]))
    assert first.details == {"plan": "gold", "user_message": "m1", "beside_user_message": {"rating": "bad"}}
    assert second.details == {"plan": "gold", "user_message": "m2"}


def test_what_stands_beside_messages_that_are_no_outputs_is_kept_message_by_message() -> None:
    said = [
        {"role": "user", "text": "hi", "mood": "sad"},
        {"role": "user", "text": "well?", "mood": "angry"},
        {"role": "bot", "text": "One moment.", "label": "slow", "mood": ""},
        {"role": "bot", "text": "Here you are.", "label": "good"},
        {"role": "user", "text": "ok", "mood": "glad"},
        {"role": "bot", "text": "Bye.", "label": "good"},
    ]
    first, second = read("chat_rows", lines([{"chat_id": 1, **row} for row in said]))
    assert (first.output, second.output) == ("Here you are.", "Bye.")
    assert first.details == {
        "label": "good",
        "beside_user_message": {"mood": ["sad", "angry"]},
        "beside_earlier_answer": {"label": "slow"},
    }
    assert second.details == {"label": "good", "beside_user_message": {"mood": "glad"}}


def test_of_many_values_beside_messages_the_first_come_and_how_many_are_left_out() -> None:
    said: list[dict[str, Any]] = [{"role": "bot", "text": "Welcome."}]
    said += [{"role": "user", "text": "hi", "note": f"n{at}", "tags": [at % 2]} for at in range(60)]
    _, row = read(
        "chat_rows", lines([{"chat_id": 1, **one} for one in [*said, {**said[0], "text": "Hello."}]])
    )
    beside = row.details["beside_user_message"]
    assert beside["tags"] == [[0], [1]]
    *first, told = beside["note"]
    assert first == [f"n{at}" for at in range(50)] and "10" in told and "left out" in told


def test_what_stands_beside_messages_counts_in_the_size_of_a_talk_until_its_answer() -> None:
    talk = Talk("t")
    asked = Event([{"role": "user", "content": "hi"}], details={"note": "n" * 5_000})
    assert not list(talk.add(1, {}, asked)) and talk.size > 5_000
    list(talk.add(2, {}, Event([{"role": "assistant", "content": "Hello."}])))
    assert len(list(talk.finished())) == 1 and talk.size < 2_000


def typed(*said: tuple[str, Any, str]) -> list[dict[str, Any]]:
    return [{"conversation_id": 1, "role": role, "type": kind, "text": text} for role, kind, text in said]


COZE = typed(
    ("user", "question", "Opening hours?"),
    ("assistant", "function_call", '{"name": "hours"}'),
    ("assistant", "tool_output", "9 to 5"),
    ("assistant", "answer", "From nine to five."),
    ("assistant", "verbose", '{"msg_type": "finished"}'),
    ("assistant", "follow_up", "Also on Sundays?"),
)


def test_what_a_program_writes_for_the_page_is_kept_apart_and_no_answer() -> None:
    (row,) = read("chat_rows", lines(COZE), whole=False)
    assert row.output == "From nine to five."
    assert [role for role, _ in contents(row)] == ["user", "tool", "tool"]
    failed = apart("chat_rows", lines(COZE))
    assert [(each.row, each.field) for each in failed] == [(5, "type"), (6, "type")]
    more = typed(("user", "follow_up", "And then?"), ("assistant", ["answer"], "Then we close."))
    rows = read("chat_rows", lines([*COZE, *more]), whole=False)
    assert [row.output for row in rows] == ["From nine to five.", "Then we close."]


def test_a_type_that_is_a_topic_says_nothing_of_who_spoke() -> None:
    topics: list[Any] = ["smalltalk", "follow_up", "knowledge", ["text"]]
    said = [
        (role, topic, f"{role} {at}") for at, topic in enumerate(topics) for role in ("user", "assistant")
    ]
    rows = read("chat_rows", lines(typed(*said)))
    assert [row.output for row in rows] == [f"assistant {at}" for at in range(4)]


def test_a_flag_says_who_wrote_a_message() -> None:
    chat = [
        {"conversationId": name, "sender": who, "isCreatedByUser": who == "User", "text": f"{who} {name}"}
        for name in ("c1", "c2")
        for who in ("User", "Ada-4")
    ]
    rows = read("chat_rows", lines(chat))
    assert [(row.output, contents(row)) for row in rows] == [
        (f"Ada-4 {name}", [("user", f"User {name}")]) for name in ("c1", "c2")
    ]


@pytest.mark.parametrize("beside", [{"from_user": "alice"}, {"is_bot": False}, {"from_user": "1"}])
def test_a_flag_says_nothing_where_a_word_tells_who_spoke(beside: dict[str, Any]) -> None:
    chat = [
        {"role": who, "content": f"{who} {name}", "conversation_id": name, **beside}
        for name in ("c1", "c2")
        for who in ("user", "assistant")
    ]
    assert every_tool()["chat_rows"].recognise(lines(chat).head) > 0.5
    assert [row.output for row in read("chat_rows", lines(chat))] == ["assistant c1", "assistant c2"]

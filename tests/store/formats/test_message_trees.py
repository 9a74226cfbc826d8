"""Trees of messages: every answer comes with the way to it, and none of the user's words is an output."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.store.formats import every_tool, message_trees
from tests.store.formats.source import apart, contents, lines, read


def message(name: str, parent: str | None, role: str, text: str, **more: Any) -> dict[str, Any]:
    ids = {"message_id": name, "parent_id": parent, "message_tree_id": "t1"}
    return {**ids, "role": role, "text": text, "created_date": "2026-02-05T14:23:50+00:00", **more}


FLAT = [
    message("a", None, "prompter", "Which moss is that?"),
    message("b", "a", "assistant", "A sphagnum.", rank=0, model_name="m1"),
    message("c", "a", "assistant", "Ask a botanist.", rank=1),
    message("d", "c", "prompter", "I ask you."),
    message("e", "d", "assistant", "Then sphagnum.", rank=None),
]


def nested(name: str) -> dict[str, Any]:
    (record,) = (row for row in FLAT if row["message_id"] == name)
    return {**record, "replies": [nested(row["message_id"]) for row in FLAT if row["parent_id"] == name]}


ROWS = [lines(FLAT), lines([{"message_tree_id": "t1", "prompt": nested("a")}]), lines([nested("a")])]


@pytest.mark.parametrize("source", ROWS, ids=["table", "trees", "messages"])
def test_each_answer_comes_with_what_was_said_on_the_way_to_it(source: Any) -> None:
    rows = {row.id: row for row in read("message_trees", source)}
    assert {name: row.output for name, row in rows.items()} == {
        "b": "A sphagnum.",
        "c": "Ask a botanist.",
        "e": "Then sphagnum.",
    }
    assert {row.group for row in rows.values()} == {"t1"} and rows["b"].model == "m1"
    assert contents(rows["e"]) == [
        ("prompter", "Which moss is that?"),
        ("assistant", "Ask a botanist."),
        ("prompter", "I ask you."),
    ]
    assert rows["c"].details == {"rank": 1} and not rows["c"].remarks


def test_what_answers_nothing_in_the_file_is_kept_apart() -> None:
    orphan = message("x", "gone", "assistant", "Yes.")
    unknown = message("y", None, "narrator", "Once upon a time")
    failed = apart("message_trees", lines([*FLAT, orphan, unknown]))
    assert [(row.row, row.field) for row in failed] == [(6, "parent_id"), (7, "role")]
    (silent,) = apart("message_trees", lines([{**nested("a"), "replies": []}]))
    assert "nobody answers" in silent.reason


def test_messages_that_answer_none_of_the_file_are_no_tree() -> None:
    recognise = every_tool()["message_trees"].recognise
    assert recognise(lines([{**row, "parent_id": None} for row in FLAT]).head) < 0.5


def test_a_message_without_an_id_is_nobodys_parent() -> None:
    nameless = message("", None, "prompter", "Another tree?")
    later = [message("f", None, "prompter", "Hi"), message("g", "f", "assistant", "Hello.")]
    rows = read("message_trees", lines([*FLAT, nameless, nameless, *later]))
    assert contents(rows[-1]) == [("prompter", "Hi")]


def test_an_id_that_comes_twice_is_nobodys_parent() -> None:
    again = [message("a", None, "prompter", "And that fern?"), message("f", "a", "assistant", "A lady fern.")]
    failed = apart("message_trees", lines([*FLAT, *again]))
    assert [(row.row, row.field) for row in failed] == [(6, "message_id"), (7, "parent_id")]


@pytest.mark.parametrize(("more", "group"), [({}, "a"), ({"conversation_id": 7}, "7")])
def test_without_a_trees_id_the_conversation_or_the_root_names_the_group(
    more: dict[str, Any], group: str
) -> None:
    rows = [
        {**{key: value for key, value in row.items() if key != "message_tree_id"}, **more} for row in FLAT
    ]
    assert {row.group for row in read("message_trees", lines(rows))} == {group}


@pytest.mark.parametrize("role", ["prompter", "assistant"])
def test_of_a_long_path_its_end_and_the_question_come_along(role: str) -> None:
    roles = ("prompter", "assistant", role, "assistant")
    chain = [message("0", None, "prompter", "Begin.")] + [
        message(str(at), str(at - 1), roles[at % 4] if role == "prompter" else role, f"{at}" * 90)
        for at in range(1, 1_200)
    ]
    rows = read("message_trees", lines(chain))
    assert max(len(row.conversation) for row in rows) <= 405
    first, *rest = contents(rows[-1])
    kept = [text for who, text in rest if who != "system"]
    assert kept == [row["text"] for row in chain[-1 - len(kept) : -1]]
    (note,) = [text for who, text in contents(rows[-1]) if who == "system"]
    asked = role == "assistant"
    assert (first == ("prompter", "Begin.")) == asked
    assert f"{len(chain) - 1 - len(kept) - asked:,}" in note


def test_a_message_of_an_unknown_role_within_a_tree_is_kept_apart_and_those_below_keep_their_path() -> None:
    answer = {**message("z", "y", "assistant", "A fern."), "replies": []}
    unknown = {**message("y", "a", "narrator", "Once upon a time"), "replies": [answer]}
    source = lines([{**nested("a"), "replies": [unknown, nested("b")]}])
    rows = read("message_trees", source, whole=False)
    assert {row.id: contents(row) for row in rows} == {
        name: [("prompter", "Which moss is that?")] for name in ("z", "b")
    }
    (failed,) = apart("message_trees", source)
    assert (failed.field, "Once upon a time" in failed.raw) == ("role", True)


def test_what_a_large_tree_leaves_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_trees, "_MOST", 2)
    (failed,) = apart("message_trees", lines([nested("a")]))
    assert "2 answers" in failed.reason
    monkeypatch.setattr(message_trees, "_MOST", 3)
    assert not apart("message_trees", lines([nested("a")]))

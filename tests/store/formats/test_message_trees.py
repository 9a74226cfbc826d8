"""Trees of messages: every answer comes with the way to it, and none of the user's words is an output."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.store.formats import every_tool
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

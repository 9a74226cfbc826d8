"""ShareGPT: conversations of from and value, with system words and calls of tools."""

from __future__ import annotations

import json

from tests.store.formats.source import apart, contents, document, lines, read

CHATS = [
    {
        "id": "c1",
        "model": "gpt-4",
        "system": "Be brief.",
        "conversations": [
            {"from": "human", "value": "Hi"},
            {"from": "gpt", "value": "Hello"},
            {"from": "human", "value": "Rain?"},
            {"from": "gpt", "value": "Yes."},
        ],
    },
    {"id": "c2", "conversations": [{"from": "human", "value": "Hi"}]},
]
CALLS = [
    {
        "id": "c3",
        "conversations": json.dumps(
            [
                {"from": "human", "value": "Rain?"},
                {"from": "function_call", "value": '{"name": "weather"}'},
                {"from": "observation", "value": "wet"},
                {"from": "gpt", "value": "Yes."},
            ]
        ),
    }
]


def test_the_last_answer_is_the_output_and_the_rest_its_conversation() -> None:
    (row,) = read("sharegpt", document(CHATS), whole=False)
    assert (row.output, row.id, row.model) == ("Yes.", "c1", "gpt-4")
    assert contents(row)[:3] == [("system", "Be brief."), ("human", "Hi"), ("gpt", "Hello")]
    (failed,) = apart("sharegpt", document(CHATS))
    assert failed.row == 2 and "no answer" in failed.reason


def test_calls_of_tools_keep_their_place() -> None:
    (row,) = read("sharegpt", lines(CALLS))
    assert contents(row)[1:] == [("function_call", '{"name": "weather"}'), ("observation", "wet")]

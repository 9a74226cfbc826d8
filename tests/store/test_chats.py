"""Chats of several makers come in as one form, and a plain message keeps its identity."""

from __future__ import annotations

import json

import duckdb
import pytest

from labelcore.models import Turn
from labelcore.store.chats import conversation_sql

CALL = {"id": "1", "type": "function", "function": {"name": "find", "arguments": '{"a": 1}'}}
CHATS = {
    "openai": (
        [
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "name": "find", "tool_call_id": "1", "content": "42"},
        ],
        [
            {"role": "assistant", "content": "", "tool_calls": [{"name": "find", "arguments": '{"a": 1}'}]},
            {"role": "tool", "content": "42", "name": "find"},
        ],
    ),
    "anthropic": (
        [
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "I look."},
                    {"type": "tool_use", "name": "find", "input": {"q": 1}},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "content": "42"}]},
        ],
        [
            {
                "role": "assistant",
                "content": "I look.",
                "tool_calls": [{"name": "find", "arguments": '{"q":1}'}],
            },
            {"role": "user", "content": "42"},
        ],
    ),
    "pairs": ([{"from": "human", "value": "hi"}], [{"role": "human", "content": "hi"}]),
    "plain words": (["hi"], [{"role": "user", "content": "hi"}]),
    "no messages": ([], []),
}


@pytest.mark.parametrize("name", CHATS)
def test_a_chat_becomes_roles_contents_and_calls(name: str) -> None:
    sent, wanted = CHATS[name]
    rows = duckdb.execute(f"SELECT {conversation_sql('x')} FROM (SELECT ? AS x)", [json.dumps(sent)])
    found = json.loads(rows.fetchall()[0][0])
    assert found == wanted
    assert [Turn(**message).model_dump(mode="json", exclude_defaults=True) for message in found] == wanted

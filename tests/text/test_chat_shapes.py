"""Chats of every maker become the same turns, and what was read before keeps its identity."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings, strategies as st

from labelcore.store import staging
from labelcore.store.chats import conversation_sql
from labelcore.text.chats import each_reply, opening, speaker, split_last, turns

ASKED, ANSWERED = "Where is my parcel?", "It is in Lyon."
LC = {"lc": 1, "type": "constructor"}
SHAPES: dict[str, Any] = {
    "LangChain": [{"type": "human", "content": ASKED}, {"type": "ai", "content": ANSWERED}],
    "LangChain data": [
        {"type": "human", "data": {"content": ASKED}},
        {"type": "ai", "data": {"content": ANSWERED}},
    ],
    "LangChain objects": [
        [
            {**LC, "id": ["langchain", "schema", "messages", "HumanMessage"], "kwargs": {"content": ASKED}},
            {**LC, "id": ["langchain", "schema", "messages", "AIMessage"], "kwargs": {"content": ANSWERED}},
        ]
    ],
    "tuples": [("human", ASKED), ("ai", ANSWERED)],
    "Gemini": {
        "contents": [{"role": "user", "parts": [{"text": ASKED}]}, {"role": "model", "parts": [ANSWERED]}]
    },
    "OpenTelemetry": [
        {"role": "user", "parts": [{"type": "text", "content": ASKED}]},
        {"role": "assistant", "parts": [{"type": "text", "content": ANSWERED}], "finish_reason": "stop"},
    ],
    "OpenInference": [
        {"message": {"role": "user", "content": ASKED}},
        {"message.role": "assistant", "message.contents.0.message_content.text": ANSWERED},
    ],
    "a request": {"model": "m", "messages": json.dumps([["user", ASKED], ["assistant", ANSWERED]])},
    "Responses": [
        {"role": "user", "content": [{"type": "input_text", "text": ASKED}]},
        {"type": "reasoning", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": ANSWERED}]},
    ],
    "speakers": [{"speaker": "customer", "text": ASKED}, {"author": {"role": "assistant"}, "text": ANSWERED}],
    "Label Studio": [
        {"type": "chatmessage", "value": {"chatmessage": {"role": "user", "content": ASKED}}},
        {"author": "Bot", "text": ANSWERED},
    ],
    "a key each": [{"user": ASKED, "assistant": ANSWERED}],
    "Python": repr([{"role": "user", "content": ASKED}, {"role": "assistant", "content": ANSWERED}]),
    "numpy": f"[{{'role': 'user', 'content': {ASKED!r}}}\n {{'role': 'assistant', 'content': {ANSWERED!r}}}]",
    "a transcript": f"USER: {ASKED}\nASSISTANT: {ANSWERED}",
    "a Chinese transcript": f"用户：{ASKED}\n助手：{ANSWERED}",
}
UNKNOWN = [
    None,
    3,
    True,
    "hello",
    "Note: hello",
    {"a": 1},
    ["hi"],
    [{"content": "hi"}],
    [["hi", "hello"]],
    [{"author": "Ada", "text": "hi"}],
    [{"role": 3, "content": "hi"}],
    [{"role": "user"}],
    {"from": "Rome", "value": "5"},
    [{"from": "Rome", "value": "5"}],
    "USER: only one side",
    "[" * 100_000,
]


@pytest.mark.parametrize("name", SHAPES)
def test_a_question_and_its_answer_are_found_in_every_shape(name: str) -> None:
    assert turns(SHAPES[name]) == [
        {"role": "user", "content": ASKED},
        {"role": "assistant", "content": ANSWERED},
    ]
    if not isinstance(SHAPES[name], str):
        assert turns(json.dumps(SHAPES[name])) == turns(SHAPES[name])


@pytest.mark.parametrize("value", UNKNOWN, ids=lambda value: repr(value)[:40])
def test_where_it_is_not_known_who_spoke_there_is_no_chat(value: Any) -> None:
    assert turns(value) is None


CALL = {"name": "find", "arguments": '{"id":7}'}
ASSISTANT_CALL = {"role": "assistant", "content": "", "tool_calls": [CALL]}
CALLS: dict[str, Any] = {
    "Responses": [
        {"type": "function_call", "name": "find", "arguments": '{"id":7}', "call_id": "1"},
        {"type": "function_call_output", "call_id": "1", "output": "Lyon"},
    ],
    "OpenTelemetry": [
        {"role": "assistant", "parts": [{"type": "tool_call", "name": "find", "arguments": {"id": 7}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": "Lyon"}]},
    ],
    "Gemini": [
        {"role": "model", "parts": [{"functionCall": {"name": "find", "args": {"id": 7}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "find", "response": "Lyon"}}]},
    ],
    "Anthropic": [
        {"role": "assistant", "content": [{"type": "tool_use", "name": "find", "input": {"id": 7}}]},
        {"role": "user", "content": [{"type": "tool_result", "content": [{"type": "text", "text": "Lyon"}]}]},
    ],
    "Bedrock": [
        {"role": "assistant", "content": [{"toolUse": {"name": "find", "input": {"id": 7}}}]},
        {"role": "user", "content": [{"toolResult": {"content": [{"text": "Lyon"}]}}]},
    ],
    "LangChain": [
        {"type": "ai", "content": "", "tool_calls": [{"name": "find", "args": {"id": 7}}]},
        {"type": "tool", "content": "Lyon"},
    ],
    "Inspect": [
        {"role": "assistant", "content": "", "tool_calls": [{"function": "find", "arguments": {"id": 7}}]},
        {"role": "tool", "content": "Lyon"},
    ],
    "OpenInference": [
        {
            "message.role": "assistant",
            "message.tool_calls.0.tool_call.function.name": "find",
            "message.tool_calls.0.tool_call.function.arguments": '{"id":7}',
        },
        {"message": {"role": "tool", "content": "Lyon"}},
    ],
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_of_a_tool_and_its_answer_keep_their_place(name: str) -> None:
    assert turns(CALLS[name]) == [ASSISTANT_CALL, {"role": "tool", "content": "Lyon"}]


def test_thoughts_are_left_out_and_what_cannot_be_shown_stays() -> None:
    image = {"type": "image_url", "image_url": {"url": "x"}}
    content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "See:"}, image]
    found = turns([{"role": "user", "content": content}])
    assert found == [{"role": "user", "content": 'See:\n\n{"type":"image_url","image_url":{"url":"x"}}'}]


def test_what_a_request_says_to_the_model_comes_first() -> None:
    said = turns({"instructions": "Be short.", "input": [{"role": "user", "content": "Hi"}]})
    assert said == [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi"}]


def test_the_last_answer_is_split_off_and_each_answer_can_be() -> None:
    chat = turns([("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"), ("user", "e")])
    assert chat is not None
    assert split_last(chat) == (chat[:3], "d")
    assert list(each_reply(chat)) == [(chat[:1], "b"), (chat[:3], "d")]
    assert split_last(chat[:1]) is None


WORD = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
NAMED = st.fixed_dictionaries({}, optional={"name": WORD})
PAYLOAD = st.dictionaries(WORD, st.integers(-99, 99) | WORD | st.booleans() | st.none(), max_size=2)
SPOKEN = st.sampled_from(["user", "assistant", "system", "tool", "developer", "human", "gpt", "model"])
PART = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, WORD),
    st.builds(lambda name, given: {"type": "tool_use", "name": name, "input": given}, WORD, PAYLOAD),
    st.builds(lambda text: {"type": "tool_result", "content": text}, WORD),
    st.builds(lambda url: {"type": "image_url", "image_url": {"url": url}}, WORD),
)
OPENAI = st.builds(
    lambda name, given: {"id": "1", "type": "function", "function": {"name": name, "arguments": given}},
    WORD,
    WORD,
)
MESSAGE = st.one_of(
    st.builds(lambda role, text, named: {"role": role, "content": text, **named}, SPOKEN, WORD, NAMED),
    st.builds(lambda role, parts: {"role": role, "content": parts}, SPOKEN, st.lists(PART, max_size=3)),
    st.builds(lambda word, text: {"from": word, "value": text}, SPOKEN, WORD),
    st.builds(
        lambda text, calls: {"role": "assistant", "content": text, "tool_calls": calls},
        WORD | st.none(),
        st.lists(OPENAI, min_size=1, max_size=2),
    ),
)


@pytest.mark.whole
@given(st.lists(MESSAGE, max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_sql_reads_comes_out_the_same(chat: list[dict[str, Any]]) -> None:
    rows = duckdb.execute(f"SELECT {conversation_sql('x')} FROM (SELECT ? AS x)", [json.dumps(chat)])
    assert turns(chat) == json.loads(rows.fetchall()[0][0])


KEYS = st.sampled_from(
    "role from type content text value parts message messages kwargs data id author tool_calls function "
    "function_call choices output input message.role additional_kwargs system".split()
)
LEAF = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["user", "tool_use", "ai"])
)
ODD = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4)
    ),
)


@pytest.mark.whole
@given(ODD)
@settings(max_examples=200, deadline=None)
def test_no_value_is_too_odd(value: Any) -> None:
    for form in (value, [value], json.dumps(value), repr(value)):
        found = turns(form)
        assert found is None or all(isinstance(turn["content"], str) for turn in found)
        assert not found or any(speaker(turn["role"]) for turn in found)
        split_last(found or [])


@pytest.mark.parametrize("blank", [" ", "\t", "\r\n", "\u00a0", "\u3000", "\f", "\ufeff", " " * 200])
def test_the_store_and_python_find_the_same_first_sign(blank: str) -> None:
    cell = blank + '["a"]'
    ((sign, begins),) = duckdb.execute(
        f"SELECT {staging.opening('cell')}, {staging.begins_as_json('cell')} FROM (SELECT ? AS cell)", [cell]
    ).fetchall()
    assert sign == opening(cell)
    assert begins is (opening(cell) in {"{", "["})


def test_a_workflow_tool_names_who_spoke_obj_and_wraps_each_text() -> None:
    said = [("Human", "Opening hours?"), ("AI", "From nine to five.")]
    chat = [{"obj": who, "value": [{"type": "text", "text": {"content": text}}]} for who, text in said]
    assert [(turn["role"], turn["content"]) for turn in turns(chat) or []] == [
        ("user", "Opening hours?"),
        ("assistant", "From nine to five."),
    ]

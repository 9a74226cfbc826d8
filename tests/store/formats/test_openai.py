"""OpenAI: output of batches, logs of chat completions with and without the request, and Responses."""

from __future__ import annotations

from typing import Any

from tests.store.formats.source import apart, contents, document, lines, read


def completion(*texts: str) -> dict[str, Any]:
    choices = [
        {"index": place, "message": {"role": "assistant", "content": text}}
        for place, text in enumerate(texts)
    ]
    return {
        "id": "cmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "gpt-4.1",
        "choices": choices,
    }


BATCH = [
    {
        "id": "b0",
        "custom_id": "r0",
        "error": None,
        "response": {"status_code": 200, "request_id": "q", "body": completion("Answer 0")},
    },
    {
        "id": "b1",
        "custom_id": "r1",
        "error": None,
        "response": {
            "status_code": 400,
            "body": {"error": {"message": "too long", "type": "invalid_request_error"}},
        },
    },
    {"id": "b2", "custom_id": "r2", "response": None, "error": {"code": "expired", "message": "it expired"}},
]
LOGS = [
    {
        "request": {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hi"}]},
        "response": completion("Hello", "Hey"),
    }
]
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1790000000,
    "model": "gpt-5",
    "instructions": "Be brief.",
    "input": [{"role": "user", "content": [{"type": "input_text", "text": "Rain?"}]}],
    "output": [
        {"type": "reasoning", "summary": []},
        {"type": "function_call", "name": "weather", "arguments": '{"city":"Oslo"}', "call_id": "c"},
        {"type": "function_call_output", "call_id": "c", "output": "wet"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Yes."}]},
    ],
}


def test_a_batch_gives_its_answers_and_keeps_failures_apart() -> None:
    (row,) = read("openai", lines(BATCH), whole=False)
    assert (row.output, row.id, row.model, row.at[:4], row.input) == ("Answer 0", "r0", "gpt-4.1", "2026", "")
    assert [(found.row, found.reason) for found in apart("openai", lines(BATCH))] == [
        (2, "too long"),
        (3, "it expired"),
    ]


def test_each_choice_is_an_output_with_what_was_asked() -> None:
    first, second = read("openai", lines(LOGS))
    assert (first.output, second.output, contents(first)) == ("Hello", "Hey", [("user", "Hi")])
    assert (first.id, second.id, first.group, second.group) == ("cmpl-1", "cmpl-1/2", "cmpl-1", "cmpl-1")


def test_a_response_brings_its_calls_in_their_place() -> None:
    (row,) = read("openai", document({"object": "list", "data": [RESPONSE]}))
    assert (row.output, row.model) == ("Yes.", "gpt-5")
    assert contents(row) == [("system", "Be brief."), ("user", "Rain?"), ("assistant", ""), ("tool", "wet")]
    assert row.conversation[2]["tool_calls"] == [{"name": "weather", "arguments": '{"city":"Oslo"}'}]


def test_a_structured_answer_stays_as_the_model_wrote_it() -> None:
    (row,) = read("openai", lines([completion('{"city": "Oslo"}')]))
    assert row.output == '{"city": "Oslo"}'


def test_a_gateways_log_keeps_its_id_and_what_was_asked_within_a_request() -> None:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Who pays?"}]}
    answer = {"id": "c1", "choices": [{"message": {"role": "assistant", "content": "The tenant."}}]}
    log = {
        "id": "p1",
        "created_at": "2026-01-01T00:00:00Z",
        "session_id": "s1",
        "request": {"url": "u", "method": "POST", "headers": {}, "body": body},
        "response": {"status": 200, "headers": {}, "body": answer},
    }
    (row,) = read("openai", lines([log]))
    assert (row.id, row.group, row.at) == ("p1", "s1", "2026-01-01T00:00:00Z")
    assert (row.output, contents(row)) == ("The tenant.", [("user", "Who pays?")])

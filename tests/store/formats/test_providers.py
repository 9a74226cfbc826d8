"""Answers of Anthropic, Bedrock, Gemini and Vertex, in batches and logs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.store.formats.source import apart, contents, lines, read, said


def answer(text: str, **more: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {"type": "message", "role": "assistant", "content": content, "stop_reason": "end_turn", **more}


def asked(text: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": text}]}], **more}


def gemini(text: str) -> dict[str, Any]:
    content = {"role": "model", "parts": [{"text": text}]}
    return {"candidates": [{"content": content, "finishReason": "STOP"}], "modelVersion": "g-1"}


BATCH = [
    {"custom_id": "q1", "result": {"type": "succeeded", "message": answer("One.", model="c-1")}},
    {"custom_id": "q2", "result": {"type": "errored", "error": {"type": "error", "message": "too long"}}},
]
BEDROCK = [
    {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2026-05-01T10:00:00Z",
        "requestId": "r1",
        "modelId": "c-2",
        "input": {"inputBodyJson": asked("Rain?", system="Be brief.")},
        "output": {"outputBodyJson": answer("Yes.")},
    },
    {
        "schemaType": "ModelInvocationLog",
        "requestId": "r2",
        "modelId": "n-1",
        "input": {"inputBodyJson": {"messages": [{"role": "user", "content": [{"text": "Sun?"}]}]}},
        "output": {
            "outputBodyJson": {"output": {"message": {"role": "assistant", "content": [{"text": "No."}]}}}
        },
    },
    {
        "schemaType": "ModelInvocationLog",
        "requestId": "r3",
        "modelId": "c-2",
        "input": {"inputBodyJson": asked("Snow?")},
        "output": {
            "outputBodyJson": [
                {"type": "message_start", "message": {"role": "assistant", "content": []}},
                {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Not "}},
                {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "today."}},
            ]
        },
    },
    {"schemaType": "ModelInvocationLog", "requestId": "r4", "modelId": "c-2", "errorCode": "Throttled"},
]
BEDROCK_BATCH = [{"recordId": "R1", "modelInput": asked("Rain?"), "modelOutput": answer("Yes.")}]
VERTEX = [
    {
        "status": "",
        "request": {
            "contents": [{"role": "user", "parts": [{"text": "Rain?"}]}],
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
        },
        "response": gemini("Yes."),
    }
]
GEMINI = [{"key": "k1", "response": gemini("Yes.")}]
GATEWAY = [
    {
        "request_id": "h1",
        "request_body": {"model": "m-1", "messages": [{"role": "user", "content": "Rain?"}]},
        "response_body": {"model": "m-1", "choices": [{"message": {"role": "assistant", "content": "Yes."}}]},
        "response_status": 200,
    }
]


def test_a_batch_gives_its_answers_and_says_what_failed() -> None:
    (row,) = read("providers", lines(BATCH), whole=False)
    assert (row.output, row.id, row.model) == ("One.", "q1", "c-1")
    (failed,) = apart("providers", lines(BATCH))
    assert (failed.row, failed.reason) == (2, "too long")


def test_a_log_of_bedrock_gives_what_was_asked_and_answered_however_it_was_called() -> None:
    first, second, third = read("providers", lines(BEDROCK), whole=False)
    assert (first.output, first.id, first.model) == ("Yes.", "r1", "c-2")
    assert contents(first) == [("system", "Be brief."), ("user", "Rain?")]
    assert (second.output, contents(second)) == ("No.", [("user", "Sun?")])
    assert (third.output, contents(third)) == ("Not today.", [("user", "Snow?")])
    (failed,) = apart("providers", lines(BEDROCK))
    assert (failed.row, failed.reason) == (4, "Throttled")


def test_batches_with_their_requests_are_conversations() -> None:
    for records in (BEDROCK_BATCH, VERTEX, GATEWAY):
        (row,) = read("providers", lines(records))
        assert (row.output, contents(row)[-1]) == ("Yes.", ("user", "Rain?"))
    (row,) = read("providers", lines(GEMINI))
    assert (row.output, row.id, row.model) == ("Yes.", "k1", "g-1")


@pytest.mark.parametrize(
    "answer",
    [
        {"inputTextTokenCount": 3, "results": [{"tokenCount": 3, "outputText": "The tenant."}]},
        {"outputs": [{"text": "The tenant.", "stop_reason": "stop"}]},
        {"id": "g", "generations": [{"id": "g", "text": "The tenant.", "finish_reason": "COMPLETE"}]},
        {"id": 1, "prompt": {}, "completions": [{"data": {"text": "The tenant."}}]},
        [{"outputText": "The "}, {"outputText": "tenant."}],
    ],
)
def test_every_maker_on_bedrock_writes_its_text_in_another_place(answer: object) -> None:
    record = {
        "recordId": "r1",
        "modelInput": {"inputText": "Who pays?", "textGenerationConfig": {"maxTokenCount": 9}},
        "modelOutput": answer,
    }
    (row,) = read("providers", lines([record]))
    assert (row.input, row.output) == ("Who pays?", "The tenant.")


def test_what_helicone_was_told_of_an_answer_comes_along() -> None:
    record = {
        "request_id": "q1",
        "request_body": {"messages": [{"role": "user", "content": "Who pays?"}]},
        "response_body": {"choices": [{"message": {"role": "assistant", "content": "The tenant."}}]},
        "feedback_rating": False,
        "scores": {"right": {"value": 0}},
    }
    (row,) = read("providers", lines([record]))
    assert said(row) == [("feedback", "rating", "false", "", ""), ("verdict", "right", "0", "", "")]

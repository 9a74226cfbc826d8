"""OpenTelemetry: spans with messages as attributes, newer and older, and as events."""

from __future__ import annotations

import json
from typing import Any

from tests.store.formats.source import contents, document, lines, read, said


def typed(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"arrayValue": {"values": [typed(item) for item in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": pairs(value)}}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": typed(value)} for key, value in attributes.items()]


def span(name: str, attributes: dict[str, Any], events: Any = (), **more: Any) -> dict[str, Any]:
    said = [{"name": event, "attributes": pairs(values)} for event, values in events]
    return {
        "traceId": "4bf92f",
        "spanId": name,
        "name": "chat",
        "endTimeUnixNano": "1790000000000000000",
        "attributes": pairs(attributes),
        "events": said,
        **more,
    }


def export(*spans: dict[str, Any]) -> dict[str, Any]:
    scopes = [{"scope": {"name": "openai"}, "spans": list(spans)}]
    return {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": scopes}]}


ASKED = [{"role": "user", "parts": [{"type": "text", "content": "Rain in Oslo?"}]}]
ANSWERED = [{"role": "assistant", "parts": [{"type": "text", "content": "Yes."}], "finish_reason": "stop"}]
NEWER = export(
    span(
        "s1",
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4.1",
            "gen_ai.response.model": "gpt-4.1-x",
            "gen_ai.conversation.id": "c5",
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
            "gen_ai.input.messages": json.dumps(ASKED),
            "gen_ai.output.messages": json.dumps(ANSWERED),
        },
        [
            (
                "gen_ai.evaluation.result",
                {
                    "gen_ai.evaluation.name": "relevance",
                    "gen_ai.evaluation.score.label": "relevant",
                    "gen_ai.evaluation.explanation": "to the point",
                },
            )
        ],
    ),
    span("s2", {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather"}),
    span("s3", {"gen_ai.input.messages": ASKED, "gen_ai.output.messages": ANSWERED}),
    span("s4", {"http.method": "GET"}),
)
OLDER = export(
    span(
        "o1",
        {
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": "Be brief.",
            "gen_ai.prompt.1.role": "user",
            "gen_ai.prompt.1.content": "Rain in Oslo?",
            "gen_ai.prompt.2.role": "assistant",
            "gen_ai.prompt.2.tool_calls.0.name": "weather",
            "gen_ai.prompt.2.tool_calls.0.arguments": '{"city":"Oslo"}',
            "gen_ai.prompt.3.role": "tool",
            "gen_ai.prompt.3.content": "wet",
            "gen_ai.completion.0.content": "Yes.",
            "gen_ai.completion.0.finish_reason": "stop",
        },
    ),
    span(
        "o2",
        {"gen_ai.request.model": "gpt-4o"},
        [
            ("gen_ai.user.message", {"content": "Rain in Oslo?"}),
            (
                "gen_ai.choice",
                {"index": 0, "finish_reason": "stop", "message": json.dumps({"content": "Yes."})},
            ),
        ],
    ),
    span(
        "o3",
        {"gen_ai.request.model": "gpt-4o"},
        [
            (
                "gen_ai.content.prompt",
                {"gen_ai.prompt": json.dumps([{"role": "user", "content": "Rain in Oslo?"}])},
            ),
            ("gen_ai.content.completion", {"gen_ai.completion": json.dumps([{"content": "Yes."}])}),
        ],
    ),
    span(
        "o4",
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "gpt-4o",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": "Rain in Oslo?",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": "Yes.",
        },
    ),
)


def test_a_span_with_an_answer_is_an_output_and_no_other_span_is() -> None:
    first, third = read("otlp", document(NEWER))
    assert (first.number, first.output, first.id, first.group, first.model) == (
        1,
        "Yes.",
        "s1",
        "c5",
        "gpt-4.1-x",
    )
    assert contents(first) == [("system", "Be brief."), ("user", "Rain in Oslo?")]
    assert (first.at, first.details) == ("2026-09-21T14:13:20+00:00", {"trace": "4bf92f"})
    assert said(first) == [("verdict", "relevance", "relevant", "", "")]
    assert (third.number, third.id, third.group) == (3, "s3", "4bf92f")


def test_older_attributes_and_events_say_the_same() -> None:
    rows = read("otlp", document(OLDER))
    assert [(row.id, row.output) for row in rows] == [(f"o{place}", "Yes.") for place in range(1, 5)]
    assert all(("user", "Rain in Oslo?") in contents(row) for row in rows)
    assert rows[0].conversation[2]["tool_calls"] == [{"name": "weather", "arguments": '{"city":"Oslo"}'}]


def test_lines_of_exports_and_resources_alone_are_read_too() -> None:
    assert [row.number for row in read("otlp", lines([NEWER, OLDER]))] == [1, 2, 3, 4, 5, 6]
    assert len(read("otlp", lines(NEWER["resourceSpans"]))) == 2

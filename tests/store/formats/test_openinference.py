"""OpenInference: spans as Phoenix's table has them, and as its interface gives them."""

from __future__ import annotations

import json
from typing import Any

from tests.store.formats.source import contents, document, lines, read, said

ASKED = {"message.role": "user", "message.content": "Who wrote Emma?"}
ANSWERED = {"message.role": "assistant", "message.content": "Jane Austen."}
TABLE: list[dict[str, Any]] = [
    {
        "context.span_id": "a1",
        "context.trace_id": "t1",
        "name": "ChatCompletion",
        "span_kind": "LLM",
        "parent_id": "a0",
        "start_time": "2026-07-01 10:00:00+00:00",
        "end_time": "2026-07-01 10:00:02+00:00",
        "attributes.llm.model_name": "gpt-4o",
        "attributes.llm.input_messages": json.dumps([ASKED]),
        "attributes.llm.output_messages": json.dumps([ANSWERED]),
        "attributes.output.value": '{"choices": "raw"}',
        "attributes.session.id": "z",
    },
    {
        "context.span_id": "a0",
        "context.trace_id": "t1",
        "name": "query",
        "span_kind": "CHAIN",
        "parent_id": "",
        "start_time": "2026-07-01 10:00:00+00:00",
        "end_time": "",
        "attributes.llm.model_name": "",
        "attributes.llm.input_messages": "",
        "attributes.llm.output_messages": "",
        "attributes.output.value": "Jane Austen.",
        "attributes.session.id": "",
    },
]
SPANS = {
    "data": [
        {
            "id": "x",
            "name": "llm",
            "context": {"trace_id": "t2", "span_id": "b1"},
            "span_kind": "LLM",
            "parent_id": None,
            "start_time": "2026-07-02T10:00:00Z",
            "end_time": "2026-07-02T10:00:01Z",
            "attributes": {
                "openinference.span.kind": "LLM",
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.contents.0.message_content.type": "text",
                "llm.input_messages.0.message.contents.0.message_content.text": "Who wrote Emma?",
                "llm.input_messages.1.message.role": "assistant",
                "llm.input_messages.1.message.tool_calls.0.tool_call.function.name": "search",
                "llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments": '{"q":"Emma"}',
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.content": "Jane Austen.",
            },
            "annotations": [
                {
                    "name": "correct",
                    "annotator_kind": "HUMAN",
                    "identifier": "dee",
                    "result": {"label": "yes", "score": 1, "explanation": "known"},
                },
                {"name": "correct", "annotator_kind": "LLM", "result": {"score": 0.9}},
                {"name": "user feedback", "annotator_kind": "HUMAN", "result": {"label": "thumbs-up"}},
            ],
        }
    ]
}


def test_a_tables_model_spans_are_outputs() -> None:
    (row,) = read("openinference", lines(TABLE))
    assert (row.output, row.id, row.group, row.model) == ("Jane Austen.", "a1", "z", "gpt-4o")
    assert (contents(row), row.at[:10]) == ([("user", "Who wrote Emma?")], "2026-07-01")
    assert row.details == {"trace": "t1"}


def test_where_no_span_is_a_models_the_outermost_ones_are_outputs() -> None:
    (row,) = read("openinference", lines(TABLE[1:]))
    assert (row.output, row.id) == ("Jane Austen.", "a0")


def test_flat_attributes_and_annotations_of_people_and_models_are_read() -> None:
    (row,) = read("openinference", document(SPANS))
    assert contents(row) == [("user", "Who wrote Emma?"), ("assistant", "")]
    assert row.conversation[1]["tool_calls"] == [{"name": "search", "arguments": '{"q":"Emma"}'}]
    assert said(row) == [
        ("grade", "correct", "yes", "", "dee"),
        ("verdict", "correct", "0.9", "", ""),
        ("feedback", "user feedback", "thumbs-up", "", ""),
    ]


def test_an_input_and_output_alone_count_for_a_model_and_say_whether_they_are_json() -> None:
    attributes = {
        "openinference.span.kind": "LLM",
        "input": {"value": '{"prompt": "Who wrote Emma?"}', "mime_type": "application/json"},
        "output": {"value": '{"author": "Austen"}', "mime_type": "text/plain"},
    }
    span = {"context": {"span_id": "c1", "trace_id": "t"}, "attributes": attributes, "name": "llm"}
    (row,) = read("openinference", document([span]))
    assert (row.input, row.output) == ("Who wrote Emma?", '{"author": "Austen"}')


ANNOTATIONS = [
    {
        "span_id": "a1",
        "annotation_name": "correct",
        "annotator_kind": "HUMAN",
        "identifier": "dee",
        "result.label": "pass",
        "result.score": 1.0,
        "result.explanation": "known",
    },
    {"span_id": "a1", "annotation_name": "tone", "annotator_kind": "LLM", "result.score": 0.4},
]


def test_annotations_that_come_apart_speak_of_their_spans_by_id() -> None:
    nested = {"span_id": "a1", "name": "tone", "annotator_kind": "LLM", "result": {"label": "fail"}}
    for source in (lines(ANNOTATIONS), document({"data": [nested]})):
        assert all((row.id, row.output) == ("a1", "") for row in read("phoenix_annotations", source))
    first, second = read("phoenix_annotations", lines(ANNOTATIONS))
    assert said(first) == [("grade", "correct", "pass", "", "dee")] and first.remarks[0].reason == "known"
    assert said(second) == [("verdict", "tone", "0.4", "", "")]


def test_a_number_beside_a_label_is_kept_with_the_output() -> None:
    (row,) = read("openinference", document(SPANS))
    assert row.details["correct score dee"] == "1"


def test_evaluations_and_annotations_in_columns_come_along() -> None:
    span = {
        "context.span_id": "s1",
        "attributes.openinference.span.kind": "LLM",
        "attributes.input.value": "Rain?",
        "attributes.output.value": "Yes.",
        "eval.grounded.label": "no",
        "eval.grounded.explanation": "nothing says so",
        "eval.notes": "run twice",
        "annotation.quality.label": "bad",
        "annotation.quality.updated_by": "ann",
    }
    (row,) = read("openinference", lines([span]))
    assert said(row) == [("verdict", "grounded", "no", "", ""), ("grade", "quality", "bad", "", "ann")]
    assert row.remarks[0].reason == "nothing says so"

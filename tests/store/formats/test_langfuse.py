"""Langfuse: traces with scores as the API gives them, and observations as the table's export does."""

from __future__ import annotations

import json
from typing import Any

from labelcore.store.formats import every_tool
from tests.store.formats.source import apart, contents, document, lines, read, said

TRACES: Any = {
    "data": [
        {
            "id": "t1",
            "timestamp": "2026-10-03T09:12:44.120Z",
            "name": "support-chat",
            "input": {"messages": [{"role": "user", "content": "Can I return opened shoes?"}]},
            "output": {"role": "assistant", "content": "Within 30 days, with the receipt."},
            "sessionId": "s7",
            "userId": "u3",
            "release": "4.2.0",
            "tags": ["web"],
            "metadata": {"country": "FR"},
            "observations": [
                {
                    "id": "o1",
                    "type": "GENERATION",
                    "startTime": "2026-10-03T09:12:44.200Z",
                    "model": "gpt-4.1-mini",
                    "promptName": "support",
                    "promptVersion": 12,
                    "output": "Within 30 days, with the receipt.",
                }
            ],
            "scores": [
                {
                    "name": "correct",
                    "value": 1,
                    "dataType": "BOOLEAN",
                    "stringValue": "True",
                    "source": "ANNOTATION",
                    "authorUserId": "ada",
                    "comment": "as in the policy",
                },
                {"name": "hallucination", "value": 0.1, "dataType": "NUMERIC", "source": "EVAL"},
                {"name": "user-feedback", "value": 1, "dataType": "NUMERIC", "source": "API"},
            ],
        },
        {
            "id": "t2",
            "timestamp": "2026-10-03T09:20:00Z",
            "name": "support-chat",
            "input": None,
            "output": None,
            "sessionId": None,
            "userId": "u4",
            "tags": [],
            "observations": [
                {
                    "id": "o3",
                    "type": "GENERATION",
                    "startTime": "2026-10-03T09:20:03Z",
                    "input": "Hours?",
                    "output": "We open at nine.",
                    "model": "gpt-4.1-mini",
                },
                {"id": "o2", "type": "GENERATION", "startTime": "2026-10-03T09:20:01Z", "output": "{}"},
                {"id": "o4", "type": "SPAN", "startTime": "2026-10-03T09:20:09Z", "output": "log"},
            ],
            "scores": [],
        },
    ],
    "meta": {"page": 1, "totalItems": 2},
}
OBSERVATIONS = [
    {
        "id": "o1",
        "traceId": "t1",
        "traceName": "chat",
        "type": "GENERATION",
        "startTime": "2026-10-03T09:12:44Z",
        "input": '[{"role":"user","content":"Hi"}]',
        "output": '{"role":"assistant","content":"Hello!"}',
        "providedModelName": "claude-sonnet-4",
        "promptName": "greet",
        "promptVersion": "3",
        "level": "DEFAULT",
    },
    {
        "id": "o2",
        "traceId": "t1",
        "traceName": "chat",
        "type": "SPAN",
        "startTime": "2026-10-03T09:12:45Z",
        "input": "",
        "output": "3 documents",
        "providedModelName": "",
        "promptName": "",
        "promptVersion": "",
        "level": "DEFAULT",
    },
    {
        "id": "o3",
        "traceId": "t2",
        "traceName": "chat",
        "type": "GENERATION",
        "startTime": "2026-10-03T09:13:44Z",
        "input": "Hi",
        "output": "",
        "providedModelName": "claude-sonnet-4",
        "promptName": "",
        "promptVersion": "",
        "level": "ERROR",
        "statusMessage": "rate limit",
    },
]


def test_a_trace_brings_its_conversation_its_prompt_and_its_scores() -> None:
    first, second = read("langfuse", document(TRACES))
    assert (first.output, first.id, first.group) == ("Within 30 days, with the receipt.", "t1", "s7")
    assert contents(first) == [("user", "Can I return opened shoes?")]
    assert (first.model, first.prompt_version, first.at[:10]) == ("gpt-4.1-mini", "support 12", "2026-10-03")
    assert said(first) == [
        ("grade", "correct", "True", "", "ada"),
        ("verdict", "hallucination", "0.1", "", ""),
        ("feedback", "user-feedback", "1", "", ""),
    ]
    assert first.remarks[0].reason == "as in the policy"
    assert (second.output, second.input, second.group) == ("We open at nine.", "Hours?", "t2")


def test_of_observations_each_generation_is_an_output() -> None:
    source = lines(OBSERVATIONS)
    (row,) = read("langfuse", source, whole=False)
    assert (row.number, row.output, row.id, row.group) == (1, "Hello!", "o1", "t1")
    assert (contents(row), row.prompt_version) == ([("user", "Hi")], "greet 3")
    (failed,) = apart("langfuse", source)
    assert (failed.row, failed.reason) == (3, "rate limit")


def test_a_downloaded_trace_is_read_as_it_is() -> None:
    trace = {key: value for key, value in TRACES["data"][0].items() if key not in {"observations", "scores"}}
    whole = {"trace": trace, "observations": TRACES["data"][0]["observations"], "scores": []}
    (row,) = read("langfuse", document(whole))
    assert (row.id, row.model) == ("t1", "gpt-4.1-mini")


def test_traces_without_users_and_tags_are_known_by_their_scores() -> None:
    bare = [
        {key: trace[key] for key in ("id", "timestamp", "name", "input", "output", "scores")} | {"shop": "eu"}
        for trace in TRACES["data"][:1]
    ]
    unscored = {**bare[0], "id": "t9", "scores": []}
    for held in (bare, {"data": [*bare, unscored, unscored], "meta": {"page": 1}}):
        first, *_ = read("langfuse", document(held))
        assert first.output == "Within 30 days, with the receipt."
        assert first.details["shop"] == "eu"
        assert [(remark.kind, remark.name) for remark in first.remarks] == [
            ("grade", "correct"),
            ("verdict", "hallucination"),
            ("feedback", "user-feedback"),
        ]


def test_rows_with_scores_that_have_no_names_are_no_traces() -> None:
    row = {"id": "1", "timestamp": "2026-10-03", "input": "Hi", "output": "Hello", "scores": [0.5, 1]}
    assert not every_tool()["langfuse"].recognise(document([row]).head)


def test_a_table_whose_texts_were_all_written_as_json_is_read_as_its_texts() -> None:
    trace = {
        "id": '"t9"',
        "timestamp": '"2026-01-01T00:00:00Z"',
        "name": '"chat"',
        "userId": '"u"',
        "sessionId": '"s"',
        "tags": "[]",
        "input": '{"question":"Who pays?"}',
        "output": '"The tenant."',
        "scores": '{"right":[1]}',
    }
    call = {
        "id": '"o1"',
        "traceId": '"t9"',
        "type": '"GENERATION"',
        "startTime": '"2026-01-01T00:00:00Z"',
        "input": '[{"role":"user","content":"Who pays?"}]',
        "output": '{"role":"assistant","content":"The tenant."}',
        "providedModelName": '"m1"',
    }
    (row,) = read("langfuse", lines([trace]))
    assert (row.id, row.group, row.input, row.output) == ("t9", "s", "Who pays?", "The tenant.")
    assert row.at == "2026-01-01T00:00:00Z" and said(row) == [("verdict", "right", "1", "", "")]
    (row,) = read("langfuse", lines([call]))
    assert (row.id, row.output, row.model, contents(row)) == (
        "o1",
        "The tenant.",
        "m1",
        [("user", "Who pays?")],
    )


def test_a_text_that_stands_in_quotation_marks_keeps_them() -> None:
    trace = {
        "id": '"t9"',
        "timestamp": '"2026-01-01T00:00:00Z"',
        "userId": '"u"',
        "sessionId": '"s"',
        "tags": "[]",
        "input": '"Who pays?"',
        "output": json.dumps('"The tenant."'),
    }
    rows = read("langfuse", lines([trace, {**trace, "output": '"You."'}]))
    assert [row.output for row in rows] == ['"The tenant."', "You."]
    twice = {**trace, "input": json.dumps(trace["input"])}
    (row,) = read("langfuse", lines([twice]))
    assert (row.input, row.output) == ("Who pays?", "The tenant.")


def test_scores_apart_are_found_by_the_ids_of_what_they_are_of() -> None:
    score = {"name": "right", "value": 0, "source": "ANNOTATION", "traceId": "t1", "observationId": ""}
    scores = [
        {**score, "authorUserId": "ida", "comment": "no sum"},
        {**score, "observationId": "o1", "source": "EVAL"},
    ]
    rows = read("langfuse_scores", lines(scores))
    assert [(row.id, said(row)) for row in rows] == [
        ("t1", [("grade", "right", "0", "", "ida")]),
        ("o1", [("verdict", "right", "0", "", "")]),
    ]

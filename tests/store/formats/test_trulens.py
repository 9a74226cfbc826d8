"""TruLens: the table of records with the columns of feedback functions, as JSON lines and as CSV."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.store.formats import every_tool
from tests.store.formats.source import lines, read, said

CALLS = [{"args": {"prompt": "Who pays?"}, "ret": 0.9, "meta": {"reason": "names who"}}]
RECORD: dict[str, Any] = {
    "app_id": "app_hash_1",
    "app_name": "lease",
    "app_version": "v2",
    "app_json": {"app_name": "lease"},
    "type": "SPAN",
    "record_id": "record_hash_1",
    "conversation_id": None,
    "input": "Who pays?",
    "output": "The tenant.",
    "tags": "",
    "record_json": {"record_id": "record_hash_1"},
    "cost_json": {"n_tokens": 12},
    "perf_json": {"start_time": "2026-05-01T10:00:00"},
    "ts": "2026-05-01T10:00:00",
    "latency": 1.2,
    "total_tokens": 12,
    "Answer Relevance": 0.9,
    "Answer Relevance_calls": CALLS,
    "Answer Relevance feedback cost in USD": 0.001,
    "Answer Relevance direction": True,
    "Context Relevance": None,
    "Context Relevance_calls": [],
}
TABLE: dict[str, Any] = {
    "record_id": "record_hash_2",
    "app_name": "lease",
    "app_version": "v1",
    "input": "When?",
    "output": "On the first.",
    "ts": "2026-05-01T10:00:00",
    "Groundedness:::statement_1": "1.0",
    "Groundedness_calls": str([{"ret": 1.0, "meta": {"reasons": "in the lease"}}]),
}


def test_what_feedback_functions_gave_are_verdicts_with_their_reasons() -> None:
    (row,) = read("trulens", lines([RECORD]))
    assert (row.input, row.output, row.id, row.prompt_version) == (
        "Who pays?",
        "The tenant.",
        "record_hash_1",
        "v2",
    )
    assert said(row) == [("verdict", "Answer Relevance", "0.9", "", "")]
    assert row.remarks[0].reason == "names who"
    assert row.details == {
        "app": "lease",
        "type": "SPAN",
        "cost_json": {"n_tokens": 12},
        "perf_json": {"start_time": "2026-05-01T10:00:00"},
        "latency": 1.2,
        "total_tokens": 12,
        "Answer Relevance feedback cost in USD": 0.001,
        "Answer Relevance direction": True,
    }


def test_a_table_without_the_columns_of_json_is_known_by_the_calls() -> None:
    (row,) = read("trulens", lines([TABLE]))
    assert said(row) == [("verdict", "Groundedness/statement_1", "1.0", "", "")]
    assert row.remarks[0].reason == "in the lease"


def test_a_table_of_feedback_alone_is_known_by_what_its_calls_hold() -> None:
    bare = {key: RECORD[key] for key in ("record_id", "input", "output", "Answer Relevance")}
    (row,) = read("trulens", lines([{**bare, "Answer Relevance_calls": str(CALLS)}]))
    assert said(row) == [("verdict", "Answer Relevance", "0.9", "", "")]


@pytest.mark.parametrize(
    "beside", [{"tool_calls": "[]"}, {"num": 3, "num_calls": 2}, {"cost_json": "{}"}, {"ts": "2026-05-01"}]
)
def test_a_table_of_other_makers_is_none_of_trulens(beside: dict[str, Any]) -> None:
    record = {"record_id": "r1", "input": "Who?", "output": "The tenant.", "human_grade": "pass", **beside}
    assert every_tool()["trulens"].recognise(lines([record]).head) == 0

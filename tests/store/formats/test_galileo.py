"""Galileo: traces of a log stream with scorers' metrics, and of an annotation queue with people's answers."""

from __future__ import annotations

from typing import Any

from labelcore.store.formats import every_tool
from tests.store.formats.source import lines, read, said

TRACE: dict[str, Any] = {
    "type": "trace",
    "input": "Who pays?",
    "output": "The tenant.",
    "name": "answer",
    "created_at": "2026-05-01T10:00:00Z",
    "user_metadata": {"shop": "eu"},
    "tags": ["lease"],
    "metrics": {"duration_ns": 1200},
    "dataset_output": None,
    "id": "3c1f",
    "session_id": "9e20",
    "trace_id": "3c1f",
    "project_id": "p1",
    "run_id": "r1",
    "feedback_rating_info": {},
    "annotations": {},
    "metric_info": {
        "duration_ns": {"status_type": "success", "value": 1200},
        "correctness": {"status_type": "success", "scorer_type": "Luna", "value": 0.8, "explanation": "fits"},
        "toxicity": {"status_type": "failed", "scorer_type": "Luna", "message": "timed out"},
        "spans": {"status_type": "success", "scorer_type": "Code", "value": [0.1, 0.2]},
    },
    "spans": [{"type": "llm", "input": [], "output": {"role": "assistant", "content": "The tenant."}}],
}
ANNOTATED: dict[str, Any] = {
    **TRACE,
    "input": '[{"role": "user", "content": "Who pays?"}]',
    "metric_info": None,
    "annotations": {
        "q-1": {
            "ida": {"annotation_type": "like_dislike", "value": False, "explanation": "says no sum"},
            "bo": {"annotation_type": "like_dislike", "value": True, "explanation": None},
        },
        "q-2": {"ida": {"annotation_type": "tags", "value": ["short", "vague"], "explanation": None}},
        "q-3": {"ida": {"annotation_type": "text", "value": "Ask for the lease.", "explanation": None}},
    },
}


def test_the_metrics_of_scorers_are_verdicts_and_figures_are_none() -> None:
    (row,) = read("galileo", lines([TRACE]))
    assert (row.input, row.output, row.id, row.group) == ("Who pays?", "The tenant.", "3c1f", "9e20")
    assert row.details["metadata"] == {"shop": "eu"}
    assert said(row) == [("verdict", "correctness", "0.8", "", "")] and row.remarks[0].reason == "fits"


def test_what_each_person_answered_is_a_grade_of_each_question() -> None:
    (row,) = read("galileo", lines([ANNOTATED]))
    assert said(row) == [
        ("grade", "q-1", "false", "", "ida"),
        ("grade", "q-1", "true", "", "bo"),
        ("grade", "q-2", "short, vague", "", "ida"),
    ]
    assert row.remarks[0].reason == "says no sum" and row.details["notes"] == "Ask for the lease."


def test_what_scorers_said_without_a_value_stands_in_the_details() -> None:
    scorer = {"status_type": "success", "scorer_type": "Luna"}
    metrics = {
        "duration_ns": {"status_type": "success", "value": 1200},
        "spans": {**scorer, "value": [0.1, 0.2]},
        "tone": {**scorer, "value": None, "explanation": "says nothing"},
    }
    (row,) = read("galileo", lines([{**TRACE, "metric_info": metrics}]))
    assert said(row) == []
    assert row.details["metrics"] == {"spans": {"value": [0.1, 0.2]}, "tone": {"explanation": "says nothing"}}


def test_no_choice_is_no_grade_and_what_was_explained_a_note() -> None:
    answer = {"annotation_type": "tags", "value": [], "explanation": "nothing fits"}
    (row,) = read("galileo", lines([{**ANNOTATED, "annotations": {"q-2": {"ida": answer}}}]))
    assert (said(row), row.details["notes"]) == ([], "nothing fits")


def test_records_without_a_place_for_what_was_said_are_none_of_galileo() -> None:
    keys = ("type", "input", "output", "id", "project_id", "run_id")
    record = {**{key: TRACE[key] for key in keys}, "metrics_batch_id": "b", "verdict": "pass"}
    assert every_tool()["galileo"].recognise(lines([record]).head) == 0

"""HoneyHive: sessions with what was answered in them, or the model events of sessions that do not say so."""

from __future__ import annotations

from typing import Any

from labelcore.store.formats import every_tool
from tests.store.formats.source import apart, contents, document, lines, read, said

SESSION: dict[str, Any] = {
    "project_id": "p1",
    "source": "prod",
    "event_name": "support",
    "event_type": "session",
    "event_id": "0f2d",
    "session_id": "0f2d",
    "parent_id": None,
    "children_ids": ["7a11"],
    "config": {},
    "inputs": {"question": "Who pays?"},
    "outputs": {"answer": "The tenant."},
    "error": None,
    "start_time": 1790000000000,
    "end_time": 1790000002000,
    "duration": 2000,
    "metadata": {"num_events": 2},
    "feedback": {"rating": "thumbs_down", "comment": "no help", "ground_truth": "The tenant pays."},
    "metrics": {"Relevance": 4, "Relevance_explanation": "on topic", "cited": False, "parts": [1]},
    "user_properties": {},
}
MODEL: dict[str, Any] = {
    **SESSION,
    "event_name": "chat",
    "event_type": "model",
    "event_id": "7a11",
    "parent_id": "0f2d",
    "children_ids": [],
    "config": {"model": "gpt-4.1", "provider": "openai"},
    "inputs": {
        "chat_history": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who pays?"}]
    },
    "outputs": {"role": "assistant", "content": "The tenant."},
    "feedback": {},
    "metrics": {},
}
TOOL = {**MODEL, "event_type": "tool", "event_id": "7a12", "outputs": {"result": "lease"}}
OPEN = {**SESSION, "outputs": {}, "feedback": {}, "metrics": {}}
WHOLE = {"events": [MODEL, TOOL, SESSION], "count": 3}
PARTS = [OPEN, TOOL, MODEL]


def test_a_session_that_says_what_was_answered_is_an_output_with_what_was_said_of_it() -> None:
    (row,) = read("honeyhive", document(WHOLE))
    assert (row.input, row.output, row.id, row.group) == ("Who pays?", "The tenant.", "0f2d", "0f2d")
    assert row.details["expected"] == "The tenant pays." and row.at[:4] == "2026"
    assert said(row) == [
        ("verdict", "Relevance", "4", "", ""),
        ("verdict", "cited", "false", "", ""),
        ("feedback", "rating", "thumbs_down", "", ""),
    ]
    assert [entry.reason for entry in row.remarks] == ["on topic", "", "no help"]


def test_of_sessions_that_do_not_say_so_each_model_event_is_an_output() -> None:
    (row,) = read("honeyhive", lines(PARTS))
    assert (row.output, row.model, row.group) == ("The tenant.", "gpt-4.1", "0f2d")
    assert contents(row) == [("system", "Be brief."), ("user", "Who pays?")]


def test_a_users_words_without_a_rating_come_along() -> None:
    (row,) = read("honeyhive", lines([{**MODEL, "feedback": {"comment": "no help"}}]))
    assert (said(row), row.details["notes"]) == ([], "no help")


def test_a_session_with_outputs_says_nothing_of_another_session() -> None:
    other = {**MODEL, "session_id": "9c3e", "event_id": "9c3f", "outputs": {"content": "The owner."}}
    rows = read("honeyhive", lines([other, MODEL, SESSION]))
    assert [row.output for row in rows] == ["The owner.", "The tenant."]
    assert [row.group for row in rows] == ["9c3e", "0f2d"]


def test_what_is_no_remark_stands_in_the_details() -> None:
    event = {
        **MODEL,
        "metrics": {"parts": [1], "tone": {"score": 4}, "late_explanation": "by a day"},
        "feedback": {"rating": 5, "tags": ["late"], "ground_truth": "The owner."},
        "user_properties": {"plan": "free"},
        "reviewer": "ida",
    }
    (row,) = read("honeyhive", lines([event]))
    assert row.details == {
        "name": "chat",
        "source": "prod",
        "metadata": {"num_events": 2},
        "expected": "The owner.",
        "metrics": event["metrics"],
        "feedback": {"tags": ["late"]},
        "user_properties": {"plan": "free"},
        "reviewer": "ida",
    }


def test_a_table_that_says_nothing_of_metrics_is_none_of_honeyhive() -> None:
    keys = ("event_id", "session_id", "event_type", "inputs", "outputs")
    record = {**{key: MODEL[key] for key in keys}, "verdict": "pass", "reviewer": "ida"}
    assert every_tool()["honeyhive"].recognise(lines([record]).head) == 0


def test_a_session_in_which_nobody_answered_is_kept_apart_once() -> None:
    silent = {**OPEN, "session_id": "9c3e", "event_id": "9c3e", "error": "no key"}
    file = lines([*PARTS, silent, {**TOOL, "session_id": "9c3e"}, {**TOOL, "session_id": "7d00"}])
    assert [row.output for row in read("honeyhive", file, whole=False)] == ["The tenant."]
    assert [(told.row, told.reason.template) for told in apart("honeyhive", file)] == [
        (4, "no key"),
        (6, "the record holds no answer of the model"),
    ]

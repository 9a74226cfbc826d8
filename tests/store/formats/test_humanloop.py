"""Humanloop: logs with the judgments of people, models and code."""

from __future__ import annotations

from tests.store.formats.source import contents, lines, read, said


def test_a_log_brings_its_conversation_prompt_and_judgments() -> None:
    people = {"path": "checks/tone", "spec": {"evaluator_type": "human"}}
    log = {
        "id": "log_1",
        "prompt": {"path": "lease/answer", "version_id": "prv_2", "model": "gpt-4o"},
        "messages": [{"role": "user", "content": "Who pays?"}],
        "inputs": {"lease": "4"},
        "output": "The tenant.",
        "created_at": "2026-01-01T00:00:00Z",
        "trace_id": "t1",
        "evaluator_logs": [
            {"judgment": "curt", "evaluator": people, "user": "ida"},
            {"judgment": True, "evaluator": {"path": "checks/right", "spec": {"evaluator_type": "llm"}}},
        ],
        "feedback": [{"type": "rating", "value": "bad", "user": "u1"}],
    }
    (row,) = read("humanloop", lines([log]))
    assert (row.output, row.model, row.prompt_version, row.group) == ("The tenant.", "gpt-4o", "prv_2", "t1")
    assert contents(row) == [("user", "Who pays?")]
    assert said(row) == [
        ("grade", "tone", "curt", "", "ida"),
        ("verdict", "right", "true", "", ""),
        ("feedback", "rating", "bad", "", "u1"),
    ]

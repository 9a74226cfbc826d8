"""Humanloop: logs with the judgments of people, models and code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.store.formats.source import contents, lines, read, said

PEOPLE = {"path": "checks/tone", "spec": {"evaluator_type": "human"}}
LOG: dict[str, Any] = {
    "id": "log_1",
    "prompt": {"path": "lease/answer", "version_id": "prv_2", "model": "gpt-4o"},
    "messages": [{"role": "user", "content": "Who pays?"}],
    "inputs": {"lease": "4"},
    "output": "The tenant.",
    "created_at": "2026-01-01T00:00:00Z",
    "trace_id": "t1",
    "evaluator_logs": [
        {"judgment": "curt", "evaluator": PEOPLE, "user": "ida"},
        {"judgment": True, "evaluator": {"path": "checks/right", "spec": {"evaluator_type": "llm"}}},
    ],
    "feedback": [{"type": "rating", "value": "bad", "user": "u1"}],
}


def test_a_log_brings_its_conversation_prompt_and_judgments() -> None:
    (row,) = read("humanloop", lines([LOG]))
    assert (row.output, row.model, row.prompt_version, row.group) == ("The tenant.", "gpt-4o", "prv_2", "t1")
    assert contents(row) == [("user", "Who pays?")]
    assert said(row) == [
        ("grade", "tone", "curt", "", "ida"),
        ("verdict", "right", "true", "", ""),
        ("feedback", "rating", "bad", "", "u1"),
    ]


@pytest.mark.parametrize(
    ("user", "who"),
    [
        ({"email": "ida@x.org", "id": 4}, "ida@x.org"),
        ('{"name": "Ida"}', "Ida"),
        ({"id": 4}, "4"),
        ({"role": "admin"}, ""),
        ("{ida", "{ida"),
    ],
)
def test_a_person_is_named_though_an_object_says_who(user: object, who: str) -> None:
    notes = [{"judgment": "curt", "evaluator": PEOPLE, "user": user}]
    log = {**LOG, "evaluator_logs": notes, "feedback": [{"type": "rating", "value": "bad", "user": user}]}
    (row,) = read("humanloop", lines([log]))
    assert [remark.who for remark in row.remarks] == [who, who]

"""W&B Weave: root calls, scored examples, and what people and scorers said of them."""

from __future__ import annotations

from typing import Any

from tests.store.formats.source import contents, lines, read, said

NOTES = [
    {"feedback_type": "wandb.annotation.tone", "payload": {"value": {"tone-1": "curt"}}, "creator": "ida"},
    {"feedback_type": "wandb.runnable.safe", "payload": {"output": {"flagged": False}}},
    {"feedback_type": "wandb.reaction.1", "payload": {"emoji": "👎"}, "wb_user_id": "u1"},
    {"feedback_type": "wandb.note.1", "payload": {"note": "Too curt."}, "creator": "ida"},
]
CALL: dict[str, Any] = {
    "id": "c1",
    "op_name": "weave:///team/lease/op/answer:abc",
    "trace_id": "t1",
    "parent_id": None,
    "started_at": "2026-01-01T00:00:00Z",
    "ended_at": "2026-01-01T00:00:02Z",
    "exception": None,
    "inputs": {"self": "weave:///team/lease/object/Model:x", "question": "Who pays?"},
    "output": "The tenant.",
    "summary": {"weave": {"feedback": NOTES}},
}
INNER = {**CALL, "id": "c2", "parent_id": "c1", "output": "tenant", "summary": {}}


def test_a_trace_is_one_output_with_what_was_said_of_it() -> None:
    (row,) = read("weave", lines([*({**INNER, "id": f"i{place}"} for place in range(60)), CALL]))
    assert (row.input, row.output, row.id, row.group) == ("Who pays?", "The tenant.", "c1", "t1")
    assert row.at == "2026-01-01T00:00:02Z" and row.remarks[0].reason == "Too curt."
    assert said(row) == [
        ("grade", "tone", "curt", "", "ida"),
        ("verdict", "safe/flagged", "false", "", ""),
        ("feedback", "reaction", "👎", "", "u1"),
    ]


def test_of_an_evaluation_each_scored_example_is_an_output() -> None:
    whole = {**CALL, "op_name": "weave:///team/lease/op/Evaluation.evaluate:x", "output": {"correct": 1}}
    one = {
        **INNER,
        "op_name": "weave:///team/lease/op/Evaluation.predict_and_score:x",
        "inputs": {"model": "weave:///m", "example": {"question": "Who pays?", "expected": "The tenant"}},
        "output": {"output": "The tenant.", "scores": {"match": {"correct": True}, "length": 3}},
    }
    (row,) = read("weave", lines([whole, one, {**INNER, "id": "c3"}]))
    assert (row.input, row.output, row.group) == ("Who pays?", "The tenant.", "")
    assert said(row) == [("verdict", "match/correct", "true", "", ""), ("verdict", "length", "3", "", "")]


def test_calls_of_a_model_alone_are_outputs_with_their_conversation() -> None:
    call = {
        **INNER,
        "op_name": "weave:///team/lease/op/openai.chat.completions.create:x",
        "inputs": {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Who pays?"}]},
        "output": {
            "model": "gpt-4.1-mini",
            "choices": [{"message": {"role": "assistant", "content": "You."}}],
        },
    }
    (row,) = read("weave", lines([call]))
    assert (row.output, row.model, contents(row)) == ("You.", "gpt-4.1-mini", [("user", "Who pays?")])

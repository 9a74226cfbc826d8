"""W&B Weave: root calls, scored examples, and what people and scorers said of them."""

from __future__ import annotations

from typing import Any

import pytest

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
EXAMPLE = {
    **INNER,
    "op_name": "weave:///team/lease/op/Evaluation.predict_and_score:x",
    "inputs": {"model": "weave:///m", "example": {"question": "Who pays?", "expected": "The tenant"}},
    "output": {"output": "The tenant.", "scores": {"match": {"correct": True}, "length": 3}},
}


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
    (row,) = read("weave", lines([whole, EXAMPLE, {**INNER, "id": "c3"}]))
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


def test_a_note_is_the_reason_of_who_wrote_it() -> None:
    annotation = {"feedback_type": "wandb.annotation.tone", "payload": {"value": "curt"}}
    note = {"feedback_type": "wandb.note.1", "payload": {"note": "Too curt."}}
    notes = [
        {**annotation, "creator": "Ida", "wb_user_id": "u1"},
        {**annotation, "creator": "Ida", "wb_user_id": "u2"},
        {**note, "wb_user_id": "u1"},
        {**note, "creator": "bo", "payload": {"note": "Says who pays."}},
        {**note, "payload": {"note": "Nobody's."}},
    ]
    (row,) = read("weave", lines([{**CALL, "summary": {"weave": {"feedback": notes}}}]))
    assert [remark.reason for remark in row.remarks] == ["Too curt.", ""]
    assert row.details["notes"] == "Says who pays.\nNobody's."


@pytest.mark.parametrize(
    ("example", "question", "where"),
    [
        ("weave:///team/lease/object/Dataset:x/attr/rows/id/1", "", True),
        ("Who pays?", "Who pays?", False),
        (["Who pays?"], "Who pays?", False),
        (7, "7", False),
    ],
)
def test_an_example_is_read_whatever_it_is(example: Any, question: str, where: bool) -> None:
    (row,) = read("weave", lines([{**EXAMPLE, "inputs": {"model": "weave:///m", "example": example}}]))
    assert (row.input, row.output, "example" in row.details) == (question, "The tenant.", where)


def test_of_scored_examples_without_their_root_the_calls_inside_are_left_out() -> None:
    scorer = {**INNER, "op_name": "weave:///team/lease/op/match.score:x", "output": {"correct": True}}
    assert [row.output for row in read("weave", lines([scorer, INNER, EXAMPLE]))] == ["The tenant."]


def test_of_an_evaluation_without_scored_examples_the_answers_are_outputs() -> None:
    root = {**CALL, "op_name": "weave:///team/lease/op/Evaluation.evaluate:x", "output": {"correct": 1}}
    names = ("Model.predict", "Match.score", "Evaluation.summarize")
    calls = [
        {**INNER, "id": name, "op_name": f"weave:///team/lease/op/{name}:x", "output": name} for name in names
    ]
    assert [row.output for row in read("weave", lines([root, *calls]))] == ["Model.predict"]


def feedback(*notes: dict[str, Any]) -> Any:
    (row,) = read("weave", lines([{**CALL, "summary": {"weave": {"feedback": list(notes)}}}]))
    return row


@pytest.mark.parametrize("value", [None, "", {}, {"tone-1": None}])
def test_a_note_of_who_gave_no_value_comes_along(value: Any) -> None:
    annotation = {"feedback_type": "wandb.annotation.tone", "payload": {"value": value}, "creator": "ida"}
    row = feedback(annotation, NOTES[3])
    assert (said(row), row.details["notes"]) == ([], "Too curt.")


def test_each_part_of_an_annotation_has_its_name() -> None:
    row = feedback({**NOTES[0], "payload": {"value": {"tone": "curt", "form": "long"}}})
    assert [entry[1:3] for entry in said(row)] == [("tone/tone", "curt"), ("tone/form", "long")]
    long = {"score": 5, "comment": "It says who pays. " * 9}
    row = feedback({**NOTES[0], "payload": {"value": long}})
    assert [entry[1:3] for entry in said(row)] == [("tone/score", "5")]
    assert row.remarks[0].reason == long["comment"]


def test_a_note_is_looked_at_as_often_however_many_there_are() -> None:
    looks = 0

    class Looked(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            nonlocal looks
            looks += 1
            return super().get(key, default)

    annotation = {"feedback_type": "wandb.annotation.tone", "payload": {"value": "curt"}}
    counts = []
    for many in (1, 100):
        looks = 0
        people = [str(place) for place in range(many)]
        notes = [Looked({**kind, "creator": who}) for kind in (annotation, NOTES[3]) for who in people]
        assert [entry.reason for entry in feedback(*notes).remarks] == ["Too curt."] * many
        counts.append(looks / many)
    assert counts[0] == counts[1]


def test_a_call_that_is_named_as_a_scorer_and_stands_in_no_other_is_an_output() -> None:
    root = {**CALL, "id": "c9", "op_name": "weave:///team/lease/op/LeadRanker.score:x"}
    inner = {**root, "id": "c10", "parent_id": "c1"}
    assert [row.id for row in read("weave", lines([CALL, root, inner]))] == ["c1", "c9"]

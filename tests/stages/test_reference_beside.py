"""What stands beside an output and is none: the expected answer, counts, what annotators said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.errors import BadInput
from labelcore.stages import importing
from labelcore.workspace import Workspace
from tests.stages.test_world_files import stored

pytestmark = pytest.mark.whole
LONG = "Hold the button until the lamp blinks."


def written(folder: Path, row: dict[str, Any]) -> str:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps({"question": f"Question {n}?", **row}) + "\n" for n in range(3)))
    return str(path)


@pytest.mark.parametrize("name", ["prediction", "pred", "model_answer", "generated_text", "llm_response"])
@pytest.mark.parametrize("expected", ["answer", "output"])
def test_what_the_model_said_is_the_output_and_not_the_expected_answer(
    workspace: Workspace, tmp_path: Path, name: str, expected: str
) -> None:
    importing.import_file(workspace, written(tmp_path, {expected: "The red one.", name: LONG}))
    assert {output.text for output in stored(workspace)} == {LONG}
    assert stored(workspace)[0].metadata[expected] == "The red one."


@pytest.mark.parametrize(
    "row",
    [
        {"answer": LONG, "prediction": "hallucinated"},
        {"answer": "Paris", "prediction": 1},
        {"answer": "Paris", "pred": "correct"},
        {"output": "2", "predictions": "hallucinated"},
        {"answer": LONG, "prediction": 0},
        {"gt_answer": LONG, "model1": {"response": "It is red."}, "model2": {"response": "It is blue."}},
        {"tokens_prompt": 100, "tokens_completion": 20},
        {"answerContent": {"quality": {"label": "Good"}}},
        {"response": {"annotations": {"quality": {"response": [["good"]]}}}},
    ],
    ids=[
        "a class of the answer",
        "a number of a word",
        "a verdict on a word",
        "a class of a number",
        "a zero",
        "a reference alone",
        "counts of tokens",
        "an annotator's form",
        "annotations",
    ],
)
def test_what_may_be_no_output_is_asked(workspace: Workspace, tmp_path: Path, row: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="not known which column holds the outputs"):
        importing.import_file(workspace, written(tmp_path, row))


def test_many_predicted_words_are_outputs_and_many_scores_are_asked_about(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "words.jsonl"
    words = [{"question": f"{n}?", "answer": "Paris", "prediction": f"Town{n}"} for n in range(20)]
    path.write_text("".join(json.dumps(row) + "\n" for row in words))
    importing.import_file(workspace, str(path))
    assert {output.text for output in stored(workspace)} == {f"Town{n}" for n in range(20)}
    scores = [{**row, "prediction": n / 20} for n, row in enumerate(words)]
    path.write_text("".join(json.dumps(row) + "\n" for row in scores))
    with pytest.raises(BadInput, match="not known which column holds the outputs"):
        importing.import_file(workspace, str(path))


def test_beside_predictions_that_are_missing_the_answer_is_the_output(
    workspace: Workspace, tmp_path: Path
) -> None:
    importing.import_file(workspace, written(tmp_path, {"answer": LONG, "prediction": None}))
    assert {output.text for output in stored(workspace)} == {LONG}


@pytest.mark.parametrize(
    "row",
    [
        {"gpt4_output": {"name": "Ada", "city": "Paris"}},
        {"ai_answer": {"sql": "SELECT 1"}},
        {"response": {"annotation": "see page 5"}},
        {"response": {"text": "See page 5.", "annotations": [{"url": "a.example"}]}},
    ],
    ids=["an object", "a query", "a remark", "a text with citations"],
)
def test_a_structured_answer_is_an_output(workspace: Workspace, tmp_path: Path, row: dict[str, Any]) -> None:
    assert importing.import_file(workspace, written(tmp_path, row)).batch.outputs_new == 3


def test_an_empty_summary_does_not_stand_for_the_chat(workspace: Workspace, tmp_path: Path) -> None:
    chat = [{"sender": "human", "text": "Is it red?"}, {"sender": "assistant", "text": LONG}]
    importing.import_file(workspace, written(tmp_path, {"summary": "", "chat_messages": chat}))
    assert {output.text for output in stored(workspace)} == {LONG}


@pytest.mark.parametrize("reason", ["reason", "explanation", "rationale"])
@pytest.mark.parametrize(("column", "value"), [("is_correct", True), ("verdict", "pass")])
def test_a_reason_does_not_tell_that_a_person_graded(
    workspace: Workspace, tmp_path: Path, reason: str, column: str, value: Any
) -> None:
    row = {"answer": LONG, column: value, reason: "It agrees with the reference."}
    result = importing.import_file(workspace, written(tmp_path, row))
    assert (result.batch.grades_new, [seen.name for seen in result.seen]) == (0, [column])


@pytest.mark.parametrize("column", ["grade", "rating"])
@pytest.mark.parametrize("reason", ["reason", "rationale"])
def test_grades_called_so_are_taken_beside_a_reason(
    workspace: Workspace, tmp_path: Path, column: str, reason: str
) -> None:
    path = tmp_path / "grades.jsonl"
    rows = [{"answer": f"{LONG} {n}", column: ("good", "bad")[n % 2], reason: "Clear."} for n in range(3)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert importing.import_file(workspace, str(path)).batch.grades_new == 3


def test_beside_a_person_or_a_comment_they_are_grades(workspace: Workspace, tmp_path: Path) -> None:
    row = {"answer": LONG, "is_correct": True, "reason": "It agrees.", "reviewer": "ann"}
    assert importing.import_file(workspace, written(tmp_path, row)).batch.grades_new == 3
    row = {"answer": f"{LONG} Twice.", "is_correct": True, "comment": "It agrees."}
    assert importing.import_file(workspace, written(tmp_path, row)).batch.grades_new == 3

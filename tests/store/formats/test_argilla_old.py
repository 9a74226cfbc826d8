"""Argilla before version 2: a column for each question, and records with one label."""

from __future__ import annotations

import pytest

from tests.store.formats.source import lines, read, said

ANSWERS = [
    {"user_id": "u1", "value": "good", "status": "submitted"},
    {"user_id": "u2", "value": "bad", "status": "discarded"},
]
COLUMNS = {key: [answer[key] for answer in ANSWERS] for key in ("user_id", "value", "status")}
LABELLED = {
    "text": "The tenant pays.",
    "inputs": {"text": "The tenant pays."},
    "prediction": [{"label": "CLEAR", "score": 0.4}, {"label": "VAGUE", "score": 0.6}],
    "prediction_agent": "m1",
    "annotation": "CLEAR",
    "annotation_agent": "ida",
    "multi_label": False,
    "id": "r1",
    "metadata": {},
    "status": "Validated",
}


@pytest.mark.parametrize("answers", [ANSWERS, COLUMNS])
def test_a_column_of_answers_brings_what_each_person_submitted(answers: object) -> None:
    record = {
        "prompt": "Who pays?",
        "response": "The tenant.",
        "quality": answers,
        "quality-suggestion": "bad",
        "quality-suggestion-metadata": {"agent": "m1", "score": 0.9, "type": "model"},
        "external_id": "x1",
        "metadata": "{}",
    }
    (row,) = read("argilla_old", lines([record]))
    assert (row.output, row.input, row.id) == ("The tenant.", "Who pays?", "x1")
    assert said(row) == [("grade", "quality", "good", "", "u1"), ("verdict", "quality", "bad", "", "")]


def test_a_label_is_the_persons_grade_and_the_likeliest_one_a_verdict() -> None:
    default = {**LABELLED, "status": "Default"}
    first, second = read("argilla_old", lines([LABELLED, default]))
    assert said(first) == [("grade", "", "CLEAR", "", "ida"), ("verdict", "m1", "VAGUE", "", "")]
    assert said(second) == [("verdict", "m1", "VAGUE", "", "")]


def test_a_predicted_text_is_the_output_and_a_written_one_what_was_expected() -> None:
    record = {
        **{key: value for key, value in LABELLED.items() if key != "inputs"},
        "text": "Who pays?",
        "prediction": [{"text": "The tenant.", "score": 1.0}],
        "annotation": "The tenant pays.",
    }
    (row,) = read("argilla_old", lines([record]))
    assert (row.input, row.output, row.details["expected"]) == (
        "Who pays?",
        "The tenant.",
        "The tenant pays.",
    )
    assert said(row) == []

"""Patronus: an evaluator's result is a verdict and nobody's grade."""

from __future__ import annotations

from tests.store.formats.source import lines, read, said

EVALUATION = {
    "evaluator_id": "lynx-large",
    "criteria": "hallucination",
    "evaluated_model_input": "Who pays?",
    "evaluated_model_output": "The tenant.",
    "evaluated_model_retrieved_context": ["The tenant pays."],
    "evaluated_model_gold_answer": "The tenant pays.",
    "pass": False,
    "score_raw": 0.2,
    "explanation": "says no sum",
}


def test_an_evaluators_result_is_a_verdict_under_its_criteria() -> None:
    (row,) = read("patronus", lines([EVALUATION]))
    assert (row.input, row.output, row.context) == ("Who pays?", "The tenant.", "The tenant pays.")
    assert said(row) == [("verdict", "hallucination", "false", "fail", "")]
    assert (row.remarks[0].reason, row.details["hallucination score"]) == ("says no sum", "0.2")

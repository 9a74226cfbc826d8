"""Amazon Bedrock evaluation jobs: by a judge, and by people who compare models."""

from __future__ import annotations

from tests.store.formats.source import lines, read, said

THUMBS = [{"metricName": "Clear", "modelResponseId": "1", "result": False}]
COMPARED = [{"metricName": "Clear", "result": [{"modelResponseId": "0", "rank": 1}]}]
RESULTS = {"thumbsUpDown": THUMBS, "comparisonRank": COMPARED}
RECORD = {
    "inputRecord": {"prompt": "Who pays?"},
    "modelResponses": [{"response": text, "modelIdentifier": text} for text in ("You.", "Nobody.")],
    "humanEvaluationResult": {
        "humanAnswers": [{"workerId": "w1", "answerContent": {"evaluationResults": RESULTS}}]
    },
}


def test_a_judges_scores_are_verdicts_with_their_reasons() -> None:
    score = {"metricName": "Correctness", "result": 0.0, "evaluatorDetails": [{"explanation": "no sum"}]}
    record = {
        "inputRecord": {"prompt": "Who pays?", "referenceResponse": "The tenant pays.", "category": "lease"},
        "modelResponses": [{"response": "The tenant.", "modelIdentifier": "m1"}],
        "automatedEvaluationResult": {"scores": [score]},
    }
    (row,) = read("bedrock_evaluation", lines([record]))
    assert (row.input, row.output, row.model) == ("Who pays?", "The tenant.", "m1")
    assert row.details == {"expected": "The tenant pays.", "category": "lease"}
    assert said(row) == [("verdict", "Correctness", "0.0", "", "")] and row.remarks[0].reason == "no sum"


def test_peoples_ratings_are_of_the_response_that_they_name() -> None:
    first, second = read("bedrock_evaluation", lines([RECORD]))
    assert (first.group, second.group) == ("Who pays?", "Who pays?")
    assert said(first) == [] and said(second) == [("grade", "Clear", "false", "", "w1")]


def test_sagemakers_texts_stand_in_objects() -> None:
    inputs = {"prompt": {"text": "Who pays?"}, "referenceResponse": {"text": "The tenant."}}
    answers = [{"text": "You.", "modelIdentifier": "m1"}]
    (row,) = read("bedrock_evaluation", lines([{**RECORD, "inputRecord": inputs, "modelResponses": answers}]))
    assert (row.input, row.output, row.details) == ("Who pays?", "You.", {"expected": "The tenant."})

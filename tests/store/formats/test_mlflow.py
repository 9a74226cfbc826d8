"""MLflow: traces as objects and as a table, and an evaluation's rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.store.formats import documents
from labelcore.store.formats.base import Source
from tests.store.formats.source import contents, document, lines, read, said

ASSESSMENTS = [
    {
        "assessment_name": "correct",
        "source": {"source_type": "HUMAN", "source_id": "eve"},
        "feedback": {"value": False},
        "rationale": "wrong year",
        "create_time": "2026-05-05T00:00:00Z",
        "valid": True,
    },
    {
        "assessment_name": "correct",
        "source": {"source_type": "LLM_JUDGE", "source_id": "openai:/gpt-4.1"},
        "feedback": {"value": True},
        "rationale": "plausible",
        "valid": False,
    },
    {
        "assessment_name": "correct",
        "source": {"source_type": "HUMAN", "source_id": "eve"},
        "feedback": {"value": True},
        "valid": False,
    },
    {
        "assessment_name": "expected_response",
        "source": {"source_type": "HUMAN"},
        "expectation": {"value": "1815"},
    },
]
TRACE: dict[str, Any] = {
    "info": {
        "trace_id": "tr-1",
        "request_time": "2026-05-04T12:00:00Z",
        "state": "OK",
        "trace_metadata": {"mlflow.trace.session": "s9"},
        "tags": {},
        "assessments": ASSESSMENTS,
        "request_preview": "…",
        "response_preview": "…",
    },
    "data": {
        "spans": [
            {"span_id": "2", "parent_id": "1", "attributes": {"mlflow.spanOutputs": '"inner"'}},
            {
                "span_id": "1",
                "parent_id": None,
                "attributes": {
                    "mlflow.spanInputs": json.dumps(
                        {"messages": [{"role": "user", "content": "When was Waterloo?"}]}
                    ),
                    "mlflow.spanOutputs": json.dumps(
                        {"choices": [{"message": {"role": "assistant", "content": "1814"}}]}
                    ),
                },
            },
        ]
    },
}
OLDER = {
    "info": {"request_id": "tr-2", "timestamp_ms": 1760000000000, "status": "OK", "request_metadata": {}},
    "data": {"request": '{"question": "When?"}', "response": '"In 1815."', "spans": []},
}
TABLE = [
    {
        "trace_id": "tr-3",
        "request_time": "1760000000000",
        "state": "OK",
        "request": '{"question": "When?"}',
        "response": "In 1815.",
        "trace_metadata": "{}",
        "tags": "{}",
        "assessments": json.dumps(ASSESSMENTS[:1]),
    }
]
EVALUATED = [
    {
        "inputs": {"question": "When?", "context": ["Waterloo, 1815"]},
        "outputs": "In 1815.",
        "expectations": {"expected_response": "1815"},
        "correctness/value": "yes",
        "correctness/rationale": "same",
        "toxicity/v1/score": 0.01,
    },
    {
        "inputs": {"question": "Who?"},
        "outputs": "Blücher.",
        "expectations": None,
        "correctness/value": None,
        "correctness/rationale": None,
        "toxicity/v1/score": None,
    },
]


def test_a_trace_brings_what_people_and_models_assessed() -> None:
    (row,) = read("mlflow", document([TRACE]))
    assert (row.output, row.id, row.group, row.at) == ("1814", "tr-1", "s9", "2026-05-04T12:00:00Z")
    assert (contents(row), row.details) == ([("user", "When was Waterloo?")], {"expected": "1815"})
    assert said(row) == [("grade", "correct", "false", "", "eve"), ("verdict", "correct", "true", "", "")]
    assert row.remarks[0].reason == "wrong year"


def test_older_traces_and_tables_of_traces_are_read_too() -> None:
    (row,) = read("mlflow", lines([OLDER]))
    assert (row.output, row.input, row.id, row.at[:4]) == ("In 1815.", "When?", "tr-2", "2025")
    (row,) = read("mlflow", lines(TABLE))
    assert (row.output, row.input, said(row)) == (
        "In 1815.",
        "When?",
        [("grade", "correct", "false", "", "eve")],
    )


def test_an_evaluations_columns_are_verdicts() -> None:
    first, second = read("mlflow", lines(EVALUATED))
    assert (first.output, first.input, first.context) == ("In 1815.", "When?", "Waterloo, 1815")
    assert (first.details, first.remarks[0].reason) == ({"expected": "1815"}, "same")
    assert said(first) == [("verdict", "correctness", "yes", "", ""), ("verdict", "toxicity", "0.01", "", "")]
    assert (second.output, second.remarks) == ("Blücher.", ())


def test_a_csv_of_plural_columns_is_read_by_what_they_hold() -> None:
    rows = [
        {
            "trace_id": "t1",
            "inputs": '{"q": "Where?"}',
            "outputs": "In Lyon.",
            "expectations": '{"expected": "a reference that is longer than the output"}',
            "assessments": '[{"name": "correct", "feedback": {"value": true}}]',
        }
    ]
    (row,) = read("mlflow", lines(rows))
    assert (row.output, row.input) == ("In Lyon.", "Where?")
    assert said(row) == [("verdict", "correct", "true", "", "")]


def test_a_traces_request_that_is_a_text_comes_without_its_quotation_marks() -> None:
    attributes = {"mlflow.spanInputs": '"Who pays?"', "mlflow.spanOutputs": '"The tenant."'}
    trace = {
        "info": {"trace_id": "tr-1", "trace_metadata": {}},
        "data": {"spans": [{"span_id": "s", "parent_span_id": None, "attributes": attributes}]},
    }
    (row,) = read("mlflow", document(trace))
    assert (row.input, row.output) == ("Who pays?", "The tenant.")


def test_an_evaluations_table_with_columns_of_its_data_is_known() -> None:
    record = {
        "question": "Who pays?",
        "outputs": "The tenant.",
        "ground_truth": "The tenant pays.",
        "similarity/v1/score": 4,
        "similarity/v1/justification": "close",
    }
    (row,) = read("mlflow", lines([record]))
    assert (row.input, row.output, row.details) == (
        "Who pays?",
        "The tenant.",
        {"expected": "The tenant pays."},
    )
    assert said(row) == [("verdict", "similarity", "4", "", "")] and row.remarks[0].reason == "close"


def test_what_an_assessment_says_is_not_said_again_by_a_column() -> None:
    note = {"assessment_name": "right", "source": {"source_type": "LLM_JUDGE"}, "feedback": {"value": "yes"}}
    record = {
        "trace_id": "tr-1",
        "trace_metadata": {},
        "request": "Who pays?",
        "response": "The tenant.",
        "assessments": [note],
        "right/value": "yes",
        "expected_response/value": "The tenant pays.",
    }
    (row,) = read("mlflow", lines([record]))
    assert (
        said(row) == [("verdict", "right", "yes", "", "")] and row.details["expected"] == "The tenant pays."
    )


def test_a_trace_is_the_tools_whatever_its_answer_looks_like() -> None:
    person = {"source_type": "HUMAN", "source_id": "ida"}
    note = {"assessment_name": "right", "source": person, "feedback": {"value": False}}
    record = {
        "trace_id": "tr-1",
        "trace_metadata": {},
        "request": {"messages": [{"role": "user", "content": "Who pays?"}]},
        "response": {"choices": [{"message": {"role": "assistant", "content": "The tenant."}}]},
        "assessments": [note],
    }
    (row,) = read("mlflow", lines([record]))
    assert (row.output, contents(row)) == ("The tenant.", [("user", "Who pays?")])
    assert said(row) == [("grade", "right", "false", "", "ida")]


def test_the_table_that_an_evaluation_keeps_as_json_is_read(tmp_path: Path) -> None:
    path = tmp_path / "eval_results_table.json"
    names = ["question", "outputs", "toxicity/v1/score"]
    path.write_text(json.dumps({"columns": names, "data": [["Who pays?", "The tenant.", 0.1]]}), "utf-8")
    head = documents.look(path)
    (row,) = read("mlflow", Source(head, lambda part="": documents.walk(path, part), lambda part: None))
    assert (row.input, row.output) == ("Who pays?", "The tenant.")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("no", ""), (True, ""), ("Be brief.", "Be brief."), (["Be brief."], '["Be brief."]')],
)
def test_a_scorer_that_is_named_like_an_expectation_gives_verdicts(value: Any, expected: str) -> None:
    record = {"inputs": {"q": "hi"}, "outputs": "yo", "guidelines/value": value, "correctness/value": "yes"}
    (row,) = read("mlflow", lines([{**record, "expected_facts/value": []}]))
    verdict = [] if expected else [("verdict", "guidelines", str(value).lower(), "", "")]
    assert said(row) == [*verdict, ("verdict", "correctness", "yes", "", "")]
    assert row.details.get("expected", "") == expected


def test_a_sentence_of_an_assessment_of_that_name_was_not_expected() -> None:
    note = {"assessment_name": "guidelines", "feedback": {"value": "It is not brief."}}
    record = {"inputs": {"q": "hi"}, "outputs": "yo", "assessments": [note]}
    (row,) = read("mlflow", lines([{**record, "guidelines/value": "It is not brief."}]))
    assert said(row) == [("verdict", "guidelines", "It is not brief.", "", "")] and row.details == {}


@pytest.mark.parametrize(
    ("response", "output"), [('"yo"', "yo"), ("yo", "yo"), ('"Yes" or "no"', '"Yes" or "no"')]
)
def test_a_tables_request_and_response_come_without_their_json(response: str, output: str) -> None:
    trace = {"trace_id": "tr-1", "trace_metadata": {}, "assessments": []}
    (row,) = read("mlflow", lines([{**trace, "request": '{"q":"hi"}', "response": response}]))
    assert (row.input, row.output) == ("hi", output)


def test_quotation_marks_of_an_input_are_its_words() -> None:
    record = {"inputs": '"to be or not to be"', "outputs": "Hamlet.", "expectations": {}}
    (row,) = read("mlflow", lines([record]))
    assert row.input == '"to be or not to be"'

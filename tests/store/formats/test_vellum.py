"""Vellum: executions of a workflow's deployment and of a test suite."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.store.formats import every_tool
from tests.store.formats.source import contents, document, lines, read, said


def variable(name: str, value: Any, kind: str = "STRING") -> dict[str, Any]:
    return {"id": f"v-{name}", "name": name, "type": kind, "value": value}


METRIC = {"metric_id": "m1", "label": "Tone", "outputs": [variable("score", 0.5, "NUMBER")]}
DEPLOYED: dict[str, Any] = {
    "span_id": "s1",
    "start": "2026-05-01T10:00:00Z",
    "end": "2026-05-01T10:00:02Z",
    "inputs": [variable("chat", [{"role": "USER", "text": "Who pays?"}], "CHAT_HISTORY")],
    "outputs": [variable("answer", "The tenant.")],
    "error": None,
    "latest_actual": {
        "output": variable("answer", "The tenant pays."),
        "timestamp": "2026-05-02T10:00:00Z",
        "quality": 0.2,
        "metadata": None,
    },
    "metric_results": [METRIC],
    "spans": [],
}
TESTED: dict[str, Any] = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            "id": "e1",
            "test_case_id": "t1",
            "outputs": [{**variable("answer", "The tenant."), "output_variable_id": "o1"}],
            "metric_results": [
                {
                    "metric_id": "m1",
                    "metric_label": "Right",
                    "outputs": [variable("score", 1, "NUMBER"), variable("log", "as in the lease")],
                },
                {"metric_id": "m2", "outputs": [variable("error", None, "ERROR")]},
            ],
        }
    ],
}


def test_an_execution_is_an_output_with_its_metrics_and_the_quality_that_was_sent_back() -> None:
    (row,) = read("vellum", lines([DEPLOYED]))
    assert (row.output, row.id, contents(row)) == ("The tenant.", "s1", [("USER", "Who pays?")])
    assert row.details["expected"] == "The tenant pays."
    assert said(row) == [("verdict", "Tone", "0.5", "", ""), ("feedback", "quality", "0.2", "", "")]


def test_a_test_cases_metrics_have_their_texts_as_reasons() -> None:
    (row,) = read("vellum", document(TESTED))
    assert (row.output, row.group) == ("The tenant.", "t1")
    assert said(row) == [("verdict", "Right", "1", "", "")] and row.remarks[0].reason == "as in the lease"


def test_a_text_beside_a_number_that_lacks_stands_in_the_details() -> None:
    outputs = [variable("score", None, "NUMBER"), variable("why", "as in the lease")]
    (row,) = read("vellum", lines([{**DEPLOYED, "metric_results": [{**METRIC, "outputs": outputs}]}]))
    assert [entry[1] for entry in said(row)] == ["quality"]
    assert row.details["metrics"] == {"Tone": "as in the lease"}


@pytest.mark.parametrize(
    "record",
    [
        {**DEPLOYED, "outputs": []},
        {**DEPLOYED, "outputs": ["The tenant."]},
        {**DEPLOYED, "inputs": ["Who pays?"]},
        {"test_case_id": "t1", "outputs": ["The tenant."], "metric_results": []},
    ],
)
def test_lists_without_named_variables_are_none_of_vellum(record: dict[str, Any]) -> None:
    assert every_tool()["vellum"].recognise(lines([record]).head) == 0

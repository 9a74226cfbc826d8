"""Labelbox: data rows with each person's classifications, newer and older."""

from __future__ import annotations

import json
from typing import Any

from tests.store.formats.source import apart, contents, document, lines, read, said


def _radio(name: str, answer: str, *inner: Any) -> dict[str, Any]:
    return {"name": name, "radio_answer": {"name": answer, "classifications": list(inner)}}


def _label(who: str, *classifications: Any) -> dict[str, Any]:
    return {
        "label_details": {"created_by": who, "created_at": "2026-01-01T00:00:00Z"},
        "annotations": {"objects": [], "classifications": list(classifications)},
    }


TEXT = {"name": "Why", "text_answer": {"content": "Says who."}}
FAULTS = {"name": "Faults", "checklist_answers": [{"name": "Short"}, {"name": "Vague"}]}
ROW = {
    "data_row": {"id": "d1", "global_key": "g1", "row_data": "The tenant pays."},
    "metadata_fields": [{"schema_name": "model", "value": "m1"}],
    "projects": {
        "p1": {
            "labels": [
                _label("ida", _radio("Quality", "Bad", FAULTS), TEXT),
                _label("bo", _radio("Quality", "Good")),
            ]
        }
    },
    "experiments": {"e1": {"runs": {"r1": {"predictions": [_label("", _radio("Quality", "Good"))]}}}},
}


def test_each_persons_classifications_are_grades_and_a_models_verdicts() -> None:
    (row,) = read("labelbox", lines([ROW]))
    assert (row.output, row.id, row.details) == ("The tenant pays.", "g1", {"metadata": {"model": "m1"}})
    assert said(row) == [
        ("grade", "Quality", "Bad", "", "ida"),
        ("grade", "Faults", "Short, Vague", "", "ida"),
        ("grade", "Quality", "Good", "", "bo"),
        ("verdict", "Quality", "Good", "", ""),
    ]
    assert row.remarks[0].reason == "Says who."


def test_a_conversations_last_answer_is_the_output() -> None:
    names = (("User", "Hi"), ("Bot", "Hello"))
    messages = [{"content": text, "user": {"userId": name, "name": name}} for name, text in names]
    talk = {"type": "application/vnd.labelbox.conversational", "version": 1, "messages": messages}
    record = {**ROW, "data_row": {"id": "d2", "row_data": json.dumps(talk)}}
    (row,) = read("labelbox", lines([record]))
    assert (row.output, row.id, contents(row)) == ("Hello", "d2", [("User", "Hi")])


def test_a_text_that_stands_elsewhere_is_no_output_and_that_is_said() -> None:
    record = {**ROW, "data_row": {"id": "d3", "row_data": "https://storage.test/a.txt"}}
    assert read("labelbox", lines([record]), whole=False) == []
    assert "stands in another file" in str(apart("labelbox", lines([record]))[0].reason)


def test_a_label_of_the_older_export_is_its_makers() -> None:
    answers = [
        {"title": "Quality", "value": "quality", "answer": {"title": "Bad", "value": "bad"}},
        {"title": "Faults", "value": "faults", "answer": [{"title": "Short", "value": "short"}]},
        {"title": "Why", "value": "why", "answer": "Says who."},
    ]
    label = {
        "ID": "l1",
        "DataRow ID": "d1",
        "Labeled Data": "The tenant pays.",
        "Label": {"objects": [], "classifications": answers},
        "Created By": "ida",
        "External ID": "x1",
        "Skipped": False,
    }
    first, second = read("labelbox", document([label, {**label, "Skipped": True}]))
    assert (first.id, first.output) == ("x1", "The tenant pays.")
    assert said(first) == [("grade", "Quality", "Bad", "", "ida"), ("grade", "Faults", "Short", "", "ida")]
    assert first.remarks[0].reason == "Says who." and said(second) == []

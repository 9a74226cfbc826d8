"""The sample project's files fit together: every grade has its output, every failure its note."""

from __future__ import annotations

import csv
import json
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
OUTPUTS = [json.loads(line) for line in (DATA / "sample_outputs.jsonl").read_text("utf-8").splitlines()]
GRADES = list(csv.DictReader((DATA / "sample_grades.csv").read_text("utf-8").splitlines()))


def test_outputs_are_distinct_and_complete() -> None:
    assert len({own["id"] for own in OUTPUTS}) == len(OUTPUTS)
    assert all(own["output"] and own["input"] and own["group"] for own in OUTPUTS)
    assert {own["pipeline"] for own in OUTPUTS} == {
        "support_replies",
        "product_descriptions",
        "meeting_summaries",
    }
    assert {own["language"] for own in OUTPUTS} == {"en", "zh"}


def test_every_grade_has_its_output_and_every_failure_its_note() -> None:
    known = {own["id"] for own in OUTPUTS}
    assert {own["id"] for own in GRADES} <= known
    assert {own["grade"] for own in GRADES} <= {"pass", "fail", "unsure"}
    assert all(own["note"] for own in GRADES if own["grade"] == "fail")
    assert len({(own["id"], own["annotator"]) for own in GRADES}) == len(GRADES)

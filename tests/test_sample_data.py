"""The sample project's files fit together: every grade has its output, every failure its note."""

from __future__ import annotations

import csv
import json
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
OUTPUTS = [json.loads(line) for line in (DATA / "sample_outputs.jsonl").read_text("utf-8").splitlines()]
GRADES = list(csv.DictReader((DATA / "sample_grades.csv").read_text("utf-8").splitlines()))


def test_outputs_are_distinct_and_complete() -> None:
    assert len({output["id"] for output in OUTPUTS}) == len(OUTPUTS)
    assert all(output["output"] and output["input"] and output["group"] for output in OUTPUTS)
    assert {output["pipeline"] for output in OUTPUTS} == {
        "support_replies",
        "product_descriptions",
        "meeting_summaries",
    }
    assert {output["language"] for output in OUTPUTS} == {"en", "zh"}


def test_every_grade_has_its_output_and_every_failure_its_note() -> None:
    known = {output["id"] for output in OUTPUTS}
    assert {grade["id"] for grade in GRADES} <= known
    assert {grade["grade"] for grade in GRADES} <= {"pass", "fail", "unsure"}
    assert all(grade["note"] for grade in GRADES if grade["grade"] == "fail")
    assert len({(grade["id"], grade["annotator"]) for grade in GRADES}) == len(GRADES)

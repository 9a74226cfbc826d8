"""The sample project's files fit together: versions, dates, the draw behind the grades, readers and users."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path

from labelcore.stages.demonstrating import GRADED, SEED
from labelcore.stats import drawing

DATA = Path(__file__).parent.parent / "data"
OUTPUTS = [json.loads(line) for line in (DATA / "sample_outputs.jsonl").read_text("utf-8").splitlines()]
BY_ID = {output["id"]: output for output in OUTPUTS}
INPUTS = {
    record["id"]: record
    for file in (DATA / "inputs").glob("*.jsonl")
    for record in map(json.loads, file.read_text("utf-8").splitlines())
}
FIRST, SECOND = "mira", "jun"
DAYS = (date(2026, 10, 26), date(2026, 11, 9), date(2026, 11, 17), date(2026, 11, 22))
"""The first day, the change to version 2, the first mail about the recall, the last day."""


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text("utf-8").splitlines()))


GRADES = rows("sample_grades.csv")
OF = {(grade["annotator"], grade["id"]): grade["grade"] for grade in GRADES}


def day_of(output: dict[str, str]) -> date:
    return datetime.fromisoformat(output["created_at"]).date()


def test_outputs_are_distinct_and_complete() -> None:
    assert len(BY_ID) == len(OUTPUTS)
    assert all(output["output"] and output["input"] and output["group"] for output in OUTPUTS)
    assert {output["pipeline"] for output in OUTPUTS} == {
        "support_replies",
        "product_descriptions",
        "meeting_summaries",
    }
    assert {output["language"] for output in OUTPUTS} == {"en", "zh"}


def test_both_versions_answered_every_input_as_it_was_written() -> None:
    versions: dict[str, Counter[str]] = {}
    for output in OUTPUTS:
        written = INPUTS[output["group"]]
        assert output["id"].startswith(f"{output['group']}-{output['version']}")
        assert (output["input"], output["context"]) == (written["input"], written.get("context", ""))
        versions.setdefault(output["group"], Counter())[output["version"]] += 1
    assert versions.keys() == INPUTS.keys()
    assert all(count["v2"] == 1 and count["v1"] in {1, 2} for count in versions.values())
    models = {(output["version"], output["model"]) for output in OUTPUTS}
    assert models == {("v1", "qwen2.5-coder-1.5b-instruct"), ("v2", "large-language-model")}


def test_version_one_fades_version_two_begins_and_the_recall_comes_last() -> None:
    first, change, recall, last = DAYS
    days = {version: [day_of(o) for o in OUTPUTS if o["version"] == version] for version in ("v1", "v2")}
    assert first == min(days["v1"]) and max(days["v1"] + days["v2"]) <= last
    assert change <= min(days["v2"]) and sum(day >= change for day in days["v1"]) < 0.4 * len(days["v1"])
    assert min(day_of(output) for output in OUTPUTS if output["group"].startswith("r")) >= recall
    assert [output["created_at"] for output in OUTPUTS] == sorted(output["created_at"] for output in OUTPUTS)
    weeks = Counter((day_of(output) - first).days // 7 for output in OUTPUTS)
    assert min(weeks[week] for week in range(4)) >= 30


def test_every_grade_has_its_output_and_every_failure_its_note() -> None:
    assert {grade["id"] for grade in GRADES} <= BY_ID.keys()
    assert {grade["grade"] for grade in GRADES} <= {"pass", "fail", "unsure"}
    assert all(grade["note"] for grade in GRADES if grade["grade"] == "fail")
    assert len(OF) == len(GRADES)
    chinese = [grade for grade in GRADES if grade["note"] and BY_ID[grade["id"]]["language"] == "zh"]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in grade["note"]) for grade in chinese)


def test_the_first_reader_graded_the_draw_and_the_second_its_beginning() -> None:
    picks = [pick.output_id for pick in drawing.draw_random(list(BY_ID), GRADED, SEED)]
    assert {output_id for annotator, output_id in OF if annotator == FIRST} == set(picks)
    again = {output_id for annotator, output_id in OF if annotator == SECOND}
    assert again == set(picks[: len(again)]) and len(again) >= 60
    assert {annotator for annotator, _ in OF} == {FIRST, SECOND}
    agreed = sum(OF[SECOND, output_id] == OF[FIRST, output_id] for output_id in again)
    assert 0.8 * len(again) < agreed < len(again)


def test_version_two_is_better_and_far_from_perfect() -> None:
    passes = {
        version: [value == "pass" for (who, id_), value in OF.items() if who == FIRST and version in id_]
        for version in ("v1", "v2")
    }
    shares = {version: sum(found) / len(found) for version, found in passes.items()}
    assert 0.05 < shares["v1"] < 0.25 < 0.7 < shares["v2"] < 0.95
    assert min(len(found) for found in passes.values()) > 50


def test_what_users_did_is_of_outputs_and_after_them() -> None:
    events = rows("sample_feedback.csv")
    for event in events:
        assert event["at"] > BY_ID[event["id"]]["created_at"] and event["user"]
        assert (event["action"] in {"accepted", "edited", "ignored"}) != (event["thumbs"] in {"up", "down"})
    assert 0.3 * len(OUTPUTS) < len({event["id"] for event in events}) < 0.9 * len(OUTPUTS)

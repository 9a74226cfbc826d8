"""What outputs count as leaves with every export and file, with who ruled and why; grades are evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from labelcore.messages.report import write_report
from labelcore.messages.writing import card_text
from labelcore.models import Criterion, Grade, JudgeVersion, Output
from labelcore.stages import exporting, grading, sharing
from labelcore.stages.deriving import editing
from labelcore.stages.grading.settled import labels_on_criteria, settled, settled_on_criteria
from labelcore.stages.reporting.card import make_card, read_card
from labelcore.stages.reporting.gathering import gather
from labelcore.store import criteria as criterion_table, judges as judge_table
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]


@pytest.fixture
def price(workspace: Workspace) -> Criterion:
    """A criterion that somebody wrote: no note produced it."""
    made = Criterion(
        id="c-price",
        project_id=workspace.project.id,
        version=1,
        name="Price",
        statement="The price is right.",
        status="accepted",
        origin="prompt",
    )
    criterion_table.save(workspace.db, [made])
    return made


@pytest.fixture
def graded(workspace: Workspace, add_outputs: Add, price: Criterion) -> list[Output]:
    """Three outputs: failed on the price with a note and a mark, passed on it, and split with a ruling."""
    made = add_outputs("It costs 5 euros.", "It costs 7 euros.", "It costs nothing.")
    place = {"project_id": workspace.project.id, "criterion_id": price.id, "criterion_version": 1}
    marks = ({"part": "output", "text": "5 euros", "start": 9, "end": 16},)
    fail = {"value": "fail", "note": "the source says 6", "spans": marks}
    grading.record(
        workspace,
        [
            Grade(id="g1", output_id=made[0].id, annotator="ann", **place, **fail),
            Grade(id="g2", output_id=made[1].id, annotator="ann", value="pass", **place),
            Grade(id="g3", output_id=made[2].id, annotator="ann", value="pass", **place),
            Grade(id="g4", output_id=made[2].id, annotator="ben", value="fail", note="no price", **place),
            Grade(
                id="g5", output_id=made[2].id, annotator="ann", value="pass", project_id=place["project_id"]
            ),
            Grade(
                id="g6", output_id=made[2].id, annotator="ben", value="fail", project_id=place["project_id"]
            ),
        ],
    )
    lead = workspace.by("wilma")
    grading.rule(lead, made[2].id, "fail", reason="free is not a price", criterion=price)
    grading.rule(lead, made[2].id, "unclear", reason="may it be free?", about=price)
    return made


def exported(workspace: Workspace, what: str, tmp_path: Path) -> list[dict[str, Any]]:
    out = tmp_path / f"{what}.jsonl"
    exporting.export_table(workspace, what, out=out)
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def test_grades_of_a_criterion_are_its_evidence_and_examples(
    workspace: Workspace, graded: list[Output], price: Criterion
) -> None:
    (found,) = editing.list_criteria(workspace)
    quotes = [(item.quote, item.marked) for item in found.evidence]
    assert quotes == [("the source says 6", False), ("5 euros", True), ("no price", False)]
    assert found.pass_examples == (graded[1].text,)
    assert found.fail_examples == (graded[2].text, graded[0].text), "the ruled one first"
    assert editing.show_criterion(workspace, price) == found
    grading.undo(workspace.by("ann"), "g1")
    assert [item.quote for item in editing.list_criteria(workspace)[0].evidence] == ["no price"]


def test_evidence_of_another_meaning_is_none(
    workspace: Workspace, graded: list[Output], price: Criterion
) -> None:
    edited = editing.CriterionEdit(statement="The price has a currency.")
    editing.edit(workspace, price, edited=edited)
    assert graded and editing.list_criteria(workspace)[0].evidence == ()


def test_a_rubric_file_tells_evidence_examples_and_rulings(
    workspace: Workspace, graded: list[Output], tmp_path: Path
) -> None:
    saved = sharing.save_rubric(workspace, out=tmp_path / "rubric.yaml")
    (found,) = saved.criteria
    assert (found.evidence, found.annotators, found.passes, found.fails) == (3, 2, 1, 2)
    assert [(row.label, row.reason) for row in found.settled] == [
        ("unclear", "may it be free?"),
        ("fail", "free is not a price"),
    ]
    assert [(row.label, row.text) for row in saved.settled] == [("unclear", graded[2].text)]
    text = (tmp_path / "rubric.yaml").read_text("utf-8")
    assert "wilma" not in text and "the source says 6" not in text
    assert sharing.loading.read_rubric(tmp_path / "rubric.yaml").criteria == saved.criteria
    bare = sharing.save_rubric(workspace, out=tmp_path / "bare.yaml", with_examples=False)
    assert bare.criteria[0].settled == bare.settled == ()
    assert (bare.criteria[0].evidence, bare.criteria[0].fail_examples) == (3, ())
    assert "free" not in (tmp_path / "bare.yaml").read_text("utf-8")


@pytest.mark.whole
def test_every_export_says_what_outputs_count_as(
    workspace: Workspace, graded: list[Output], price: Criterion, tmp_path: Path
) -> None:
    labels = exported(workspace, "labels", tmp_path)
    assert {(row["output_id"], row["criterion"]): (row["label"], row["settled_by"]) for row in labels} == {
        (graded[0].id, "Price"): ("fail", "agreement"),
        (graded[1].id, "Price"): ("pass", "agreement"),
        (graded[2].id, "Price"): ("fail", "ruling"),
        (graded[2].id, None): ("", "ruling"),
    }
    whole = next(row for row in labels if row["criterion_id"] is None)
    assert (whole["ruled_by"], whole["ruling_reason"]) == ("wilma", "may it be free?")
    assert (whole["passes"], whole["fails"], whole["unclear_criterion_id"]) == (1, 1, price.id)
    grades = {row["note"]: row for row in exported(workspace, "grades", tmp_path) if row["note"]}
    assert grades["no price"]["ruling_reason"] == "free is not a price"
    assert (grades["the source says 6"]["label"], grades["the source says 6"]["ruled_by"]) == ("fail", "")
    outputs = {row["output_id"]: row for row in exported(workspace, "outputs", tmp_path)}
    assert outputs[graded[2].id]["ruling_reason"] == "may it be free?"
    assert outputs[graded[0].id]["label"] is None, "nobody graded it as a whole"
    (told,) = exported(workspace, "criteria", tmp_path)
    assert len(told["evidence"]) == 3 and told["fail_examples"] == [graded[2].text, graded[0].text]
    assert (told["passes"], told["fails"]) == (1, 2)
    assert {row["reason"] for row in told["rulings"]} == {"free is not a price", "may it be free?"}
    for what in exporting.TABLES:
        exported(workspace, what, tmp_path)


def test_a_ruling_is_what_judges_of_the_criterion_are_measured_on(
    workspace: Workspace, add_outputs: Add, price: Criterion
) -> None:
    made = add_outputs(*(f"text {n}" for n in range(grading.NEEDED)))
    for output in made:
        grading.grade(workspace.by("ann"), output.id, "pass", criterion=price)
        grading.grade(workspace.by("ann"), output.id, "pass")
    grading.rule(workspace.by("wilma"), made[0].id, "fail", reason="no", criterion=price)
    told = grading.human_labels(workspace).on[price.id]
    assert told == {output.id: output != made[0] for output in made}
    rows = {(row.output_id, row.criterion_id): row.label for row in settled(workspace)}
    assert rows[made[0].id, price.id] == "fail" and rows[made[0].id, None] == "pass"


@pytest.mark.whole
def test_the_card_of_a_judge_and_the_report_tell_what_was_settled(
    workspace: Workspace, graded: list[Output], price: Criterion
) -> None:
    spec = {"detector": "words", "side": "above", "threshold": 3, "parameters": {}, "guided": False}
    known = {"project_id": workspace.project.id, "name": "long", "kind": "code", "version": 1, "spec": spec}
    about = {"criterion_id": price.id, "criterion_version": 1}
    judge_table.save(workspace.db, [JudgeVersion(id="j", judge_id="j", **known, **about)])
    card = read_card(card_text(make_card(workspace, "long", split="all")))
    assert {row.reason for row in card.rulings} == {"free is not a price", "may it be free?"}
    assert card.evidence == 3 and graded
    text = write_report(gather(workspace)).model_dump_json()
    assert "free is not a price" in text and "may it be free?" in text


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["ann", "ben", "cleo"]),
            st.sampled_from(["pass", "fail", "unsure", "skipped"]),
        ),
        max_size=20,
    ),
    change=st.sampled_from(["none", "wording", "meaning"]),
    when=st.integers(0, 20),
    ruled=st.dictionaries(st.integers(0, 3), st.sampled_from(["pass", "fail", "unclear"])),
)
def test_labels_on_criteria_are_what_was_settled(
    workspace: Workspace,
    add_outputs: Add,
    price: Criterion,
    values: list[tuple[int, str, str]],
    change: str,
    when: int,
    ruled: dict[int, str],
) -> None:
    made = add_outputs(*(f"It costs {number} euros." for number in range(4)))
    for table in ("grade", "criterion_version", "ruling"):
        workspace.db.run(f"TRUNCATE {table}")
    workspace.db.memory.clear()
    criterion_table.save(workspace.db, [price])
    criterion = price
    for at, (number, who, value) in enumerate([*values, (0, "ann", "pass")]):
        if at == when and change != "none":
            edited = editing.CriterionEdit(statement="The price has a currency.")
            criterion = editing.edit(workspace, criterion, edited=edited, wording_only=change == "wording")
        place = {"criterion_id": criterion.id, "criterion_version": criterion.version, "value": value}
        person = {"project_id": workspace.project.id, "output_id": made[number].id, "annotator": who}
        grading.record(workspace, [Grade.model_validate({"id": f"g{at}", **place, **person})])
    for number, value in ruled.items():
        if any(row.output_id == made[number].id for row in settled_on_criteria(workspace)):
            grading.rule(workspace.by("wilma"), made[number].id, value, reason="r", criterion=criterion)
    rows = [row for row in settled_on_criteria(workspace) if row.label]
    expected = {(row.criterion_id, row.output_id): row.label == "pass" for row in rows}
    found = labels_on_criteria(workspace)
    assert {(key, output): passed for key, of in found.items() for output, passed in of.items()} == expected

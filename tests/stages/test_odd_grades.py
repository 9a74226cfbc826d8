"""Worlds that cannot be measured whole: abstaining sets, changed minds, chances that are missing."""

from __future__ import annotations

import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence, sentences
from labelcore.stages import aligning, grading
from labelcore.stages.aligning import choosing_set, refereeing
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace
from tests.stages.measured import grade, judge, made


@pytest.mark.whole
def test_a_set_that_only_abstains_has_no_figures_and_is_not_chosen(workspace: Workspace) -> None:
    outputs = made(workspace, 30)
    for i, output in enumerate(outputs):
        grade(workspace, output, "fail" if i % 3 == 0 else "pass")
    shy = judge(workspace, "shy", {output.id: "abstain" for output in outputs})
    with pytest.raises(BadInput, match="abstains on every graded output"):
        choosing_set.choose(workspace)
    judge_table.save_choice(workspace.db, workspace.project.id, [shy.id], {}, {"held_out": None}, "ann")
    report = aligning.align(workspace)
    assert report.chosen is not None
    assert report.chosen.coverage.value is None and report.chosen.alignment is None
    assert "abstains on every" in (report.chosen.false_failure_rate.why_not or "")
    assert "no decided outputs that people failed" in (report.judges[0].tnr.why_not or "")
    race = refereeing.race(workspace)
    assert "not measurable" in sentence(race.says) and "None is good" not in sentence(race.says)


@pytest.mark.whole
def test_contradictory_grades_of_one_person_are_said(workspace: Workspace) -> None:
    outputs = made(workspace, 12)
    for i, output in enumerate(outputs):
        grade(workspace, output, "fail" if i % 3 == 0 else "pass")
    assert not any(
        "both passed and failed" in warning for warning in sentences(aligning.align(workspace).warnings)
    )
    for output in outputs[:2]:
        grade(workspace, output, "pass")
        grade(workspace, output, "fail")
    grade(workspace, outputs[5], "fail", source="repeat")
    grade(workspace, outputs[7], "fail", who="bo")
    warnings = [
        warning
        for warning in sentences(aligning.align(workspace).warnings)
        if "both passed and failed" in warning
    ]
    assert warnings == ["2 outputs were both passed and failed by one person: the newest grade counts."]
    assert grading.human_labels(workspace).value[outputs[1].id] is False

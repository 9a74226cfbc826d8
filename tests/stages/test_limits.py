"""The limit of a judge that measures is tried on graded outputs, kept as a version, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import BadInput
from labelcore.judges.kinds import kind_of
from labelcore.messages import lines_of
from labelcore.models import Grade, JudgeVersion, Output
from labelcore.operations import find_operation
from labelcore.stages import grading, judging
from labelcore.stages.aligning.measuring import votes_on
from labelcore.stages.aligning.side_by_side import judge_table
from labelcore.stages.refining.history import history, revert
from labelcore.stages.refining.limits import set_limit, try_limit
from labelcore.store import judges as judge_rows
from labelcore.workspace import Workspace
from tests.stages.measured import tool

Add = Callable[..., list[Output]]


@pytest.fixture
def judge(workspace: Workspace, add_outputs: Add) -> JudgeVersion:
    """It fails outputs of more than 5 words; people fail those of more than 20."""
    made = add_outputs(*(" ".join(["word"] * (n + 1)) for n in range(40)))
    grades = [
        Grade(
            id=f"g{n}",
            project_id=workspace.project.id,
            output_id=output.id,
            annotator="ann",
            value="fail" if n >= 20 else "pass",
        )
        for n, output in enumerate(made)
    ]
    grading.record(workspace, grades)
    version = tool(
        workspace,
        "overall · words",
        kind="code",
        spec={"detector": "words", "side": "above", "threshold": 5.0},
    )
    judging.run_judges(workspace)
    return version


def test_a_better_limit_mends_what_it_wrongly_failed_and_breaks_nothing(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    found = try_limit(workspace, judge, 20.0)
    tried = len(found.attempts)
    assert 0 < len(found.of("mended")) <= 15
    assert (len(found.of("broken")), found.requests, found.change.verdict) == (0, 0, "better")
    assert tried == found.pool
    assert any("more than 20" in attempt.new.reason for attempt in found.attempts)
    assert lines_of(find_operation("judge limit try"), workspace, found)
    assert len(judge_rows.history(workspace.db, judge.judge_id)) == 1


@pytest.mark.whole
def test_what_is_kept_decides_from_then_on_and_every_version_stays(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    before = next(row for row in judge_table(workspace).rows if row.name == "words")
    kept = set_limit(workspace, judge, 20.0, why="most of these are fine")
    assert (kept.version, kept.in_use) == (2, True)
    judging.run_judges(workspace)
    after = next(row for row in judge_table(workspace).rows if row.name == "words")
    assert before.false_alarms.value and after.false_alarms.value == 0
    now = judging.find_judge(workspace, kept.judge_version_id)
    assert "more than 20 words" in now.description
    told = history(workspace, now)
    (changed,) = [row.changed for row in told.versions if row.changed]
    assert [(part.name, part.before, part.after) for part in changed.settings] == [("threshold", 5.0, 20.0)]
    assert revert(workspace, now, 1).version == 1


def test_the_sets_version_goes_on_deciding_new_outputs_until_the_set_is_chosen_again(
    workspace: Workspace, judge: JudgeVersion, add_outputs: Add
) -> None:
    judge_rows.save_choice(workspace.db, workspace.project.id, [judge.id], {}, {})
    kept = set_limit(workspace, judge, 20.0, why="most of these are fine")
    (new,) = add_outputs("one that came later")
    judging.run_judges(workspace)
    decided = votes_on(workspace.db, [judge, judging.find_judge(workspace, kept.judge_version_id)])
    assert list(decided.loc[new.id]) == ["pass", "pass"]


def test_what_measures_nothing_and_a_limit_that_is_there_are_refused(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    with pytest.raises(BadInput, match="is 5 already"):
        try_limit(workspace, judge, 5.0)
    with pytest.raises(BadInput, match="reason"):
        set_limit(workspace, judge, 20.0, why=" ")
    other = tool(workspace, "overall · says", id="v-other", judge_id="other", kind="imported", spec={})
    assert kind_of(other).limit is None
    with pytest.raises(BadInput, match="it has no limit"):
        set_limit(workspace, other, 1.0, why="a reason")

"""The disagreement court: which conflicts there are, and what a ruling starts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import BadInput, NotFound
from labelcore.models import JudgeVersion, Output, VerdictValue
from labelcore.stages import grading, projects, refining
from labelcore.workspace import Workspace
from tests.stages.measured import decides, tool


@pytest.fixture
def judge(workspace: Workspace) -> JudgeVersion:
    return tool(workspace, "overall · test", id="j1", judge_id="judge", spec={})


@pytest.fixture
def outputs(
    workspace: Workspace,
    judge: JudgeVersion,
    add_outputs: Callable[..., list[Output]],
    give: Callable[..., object],
) -> list[Output]:
    """Four outputs: passed and failed by people, each passed and failed by the judge."""
    made = add_outputs("good kept", "good failed", "bad caught", "bad missed")
    for output, value in zip(made, ("pass", "pass", "fail", "fail"), strict=True):
        give(output, value, "wrong" if value == "fail" else "")
    values: tuple[VerdictValue, ...] = ("pass", "fail", "fail", "pass")
    _say(workspace, judge, list(zip(made, values, strict=True)))
    return made


def _say(workspace: Workspace, judge: JudgeVersion, values: list[tuple[Output, VerdictValue]]) -> None:
    decides(workspace, judge.id, ((output.id, value) for output, value in values), reason="because")


def _rule(workspace: Workspace, output: Output, value: str, **more: str) -> object:
    told = {"reason": "seen", "author": "ann"} | more
    return refining.decide(workspace.by(told.pop("author")), output.id, value, judge="j1", **told)


def test_only_what_judge_and_people_see_differently_is_a_conflict(
    workspace: Workspace, outputs: list[Output]
) -> None:
    found = refining.docket(workspace)
    assert {
        (conflict.output.text, conflict.decision.value, conflict.human_pass) for conflict in found.conflicts
    } == {("good failed", "fail", True), ("bad missed", "pass", False)}
    assert found.open == 2
    assert found.unclear.value is None
    assert found.unclear.why_not


def test_the_gap_is_the_share_of_ruled_conflicts_with_its_interval(
    workspace: Workspace, outputs: list[Output]
) -> None:
    _rule(workspace, outputs[1], "criterion_unclear")
    _rule(workspace, outputs[3], "judge_wrong")
    found = refining.docket(workspace)
    assert (found.open, found.unclear.value, found.unclear.n) == (0, 0.5, 2)
    assert found.gaps[0].ruled["criterion_unclear"] == 1


def test_a_wrong_person_is_asked_again_and_no_grade_changes(
    workspace: Workspace, outputs: list[Output]
) -> None:
    _rule(workspace, outputs[3], "person_wrong")
    now = projects.open_project(workspace.db, workspace.project.name)
    assert now.rules.review == (outputs[3].id,)
    assert grading.human_labels(workspace.with_project(now)).value[outputs[3].id] is False


@pytest.mark.whole
def test_a_ruling_ends_when_the_grade_changes_and_can_be_taken_back(
    workspace: Workspace, outputs: list[Output], give: Callable[..., object]
) -> None:
    _rule(workspace, outputs[1], "judge_wrong")
    _rule(workspace, outputs[1], "withdrawn")
    assert refining.docket(workspace).open == 2
    _rule(workspace, outputs[1], "judge_wrong")
    give(outputs[1], "fail")
    found = refining.docket(workspace)
    assert [conflict.output.text for conflict in found.conflicts] == ["bad missed"]
    with pytest.raises(NotFound, match="does not differ"):
        _rule(workspace, outputs[1], "judge_wrong")


@pytest.mark.parametrize(
    ("value", "more", "said"),
    [("maybe", {}, "not a ruling"), ("judge_wrong", {"author": ""}, "needs a name")],
)
def test_a_ruling_without_sense_or_name_is_refused(
    workspace: Workspace, outputs: list[Output], value: str, more: dict[str, str], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        _rule(workspace, outputs[1], value, **more)


def test_a_reason_is_offered_not_demanded(workspace: Workspace, outputs: list[Output]) -> None:
    _rule(workspace, outputs[1], "judge_wrong", reason=" ")
    (ruling,) = [conflict.ruling for conflict in refining.docket(workspace).conflicts if conflict.ruling]
    assert ruling.reason == ""


@pytest.mark.whole
def test_the_sealed_test_stays_out(
    workspace: Workspace,
    judge: JudgeVersion,
    give: Callable[..., object],
    add_outputs: Callable[..., list[Output]],
) -> None:
    made = add_outputs(*(f"text number {i}" for i in range(150)))
    for i, output in enumerate(made):
        give(output, "fail" if i % 3 == 0 else "pass")
    _say(workspace, judge, [(output, "fail") for output in made])
    found = refining.docket(workspace)
    assert found.sealed > 20
    assert len(found.conflicts) < 100
    assert all(conflict.split != "test" for conflict in found.conflicts)

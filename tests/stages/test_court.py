"""The disagreement court: which conflicts there are, and what a ruling starts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import BadInput, NotFound
from labelcore.models import Decision, JudgeVersion, Output, Project, Verdict, VerdictValue
from labelcore.stages import grading, projects, refining
from labelcore.store import Database, verdicts
from labelcore.store import judges as judge_table


@pytest.fixture
def judge(db: Database, project: Project) -> JudgeVersion:
    version = JudgeVersion(
        id="j1",
        judge_id="judge",
        project_id=project.id,
        name="overall · test",
        kind="imported",
        version=1,
        criterion_id=None,
        criterion_version=None,
        spec={},
    )
    judge_table.save(db, [version])
    return version


@pytest.fixture
def outputs(
    db: Database,
    project: Project,
    judge: JudgeVersion,
    add_outputs: Callable[..., list[Output]],
    give: Callable[..., object],
) -> list[Output]:
    """Four outputs: passed and failed by people, each passed and failed by the judge."""
    made = add_outputs("good kept", "good failed", "bad caught", "bad missed")
    for output, value in zip(made, ("pass", "pass", "fail", "fail"), strict=True):
        give(output, value, "wrong" if value == "fail" else "")
    values: tuple[VerdictValue, ...] = ("pass", "fail", "fail", "pass")
    _say(db, project, judge, list(zip(made, values, strict=True)))
    return made


def _say(
    db: Database, project: Project, judge: JudgeVersion, values: list[tuple[Output, VerdictValue]]
) -> None:
    verdicts.record(
        db,
        [
            Verdict(
                output_id=output.id,
                judge_version_id=judge.id,
                project_id=project.id,
                run_id="r",
                decision=Decision(value=value, reason="because"),
            )
            for output, value in values
        ],
    )


def _rule(db: Database, project: Project, output: Output, value: str, **more: str) -> object:
    told = {"reason": "seen", "author": "ann"} | more
    return refining.decide(db, project, output.id, "j1", value, **told)


def test_only_what_judge_and_people_see_differently_is_a_conflict(
    db: Database, project: Project, outputs: list[Output]
) -> None:
    found = refining.docket(db, project)
    assert {
        (conflict.output.text, conflict.decision.value, conflict.human_pass) for conflict in found.conflicts
    } == {("good failed", "fail", True), ("bad missed", "pass", False)}
    assert found.open == 2
    assert found.unclear.value is None
    assert found.unclear.why_not


def test_the_gap_is_the_share_of_ruled_conflicts_with_its_interval(
    db: Database, project: Project, outputs: list[Output]
) -> None:
    _rule(db, project, outputs[1], "criterion_unclear")
    _rule(db, project, outputs[3], "judge_wrong")
    found = refining.docket(db, project)
    assert (found.open, found.unclear.value, found.unclear.n) == (0, 0.5, 2)
    assert found.gaps[0].ruled["criterion_unclear"] == 1


def test_a_wrong_person_is_asked_again_and_no_grade_changes(
    db: Database, project: Project, outputs: list[Output]
) -> None:
    _rule(db, project, outputs[3], "person_wrong")
    now = projects.open_project(db, project.name)
    assert grading.rules_of(now).review == (outputs[3].id,)
    assert grading.human_labels(db, now).value[outputs[3].id] is False


def test_a_ruling_ends_when_the_grade_changes_and_can_be_taken_back(
    db: Database, project: Project, outputs: list[Output], give: Callable[..., object]
) -> None:
    _rule(db, project, outputs[1], "judge_wrong")
    _rule(db, project, outputs[1], "withdrawn")
    assert refining.docket(db, project).open == 2
    _rule(db, project, outputs[1], "judge_wrong")
    give(outputs[1], "fail")
    found = refining.docket(db, project)
    assert [conflict.output.text for conflict in found.conflicts] == ["bad missed"]
    with pytest.raises(NotFound, match="does not differ"):
        _rule(db, project, outputs[1], "judge_wrong")


@pytest.mark.parametrize(
    ("value", "more", "said"),
    [
        ("maybe", {}, "no ruling"),
        ("judge_wrong", {"reason": " "}, "name and a reason"),
        ("judge_wrong", {"author": ""}, "name and a reason"),
    ],
)
def test_a_ruling_without_sense_name_or_reason_is_refused(
    db: Database, project: Project, outputs: list[Output], value: str, more: dict[str, str], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        _rule(db, project, outputs[1], value, **more)


def test_the_sealed_test_stays_out(
    db: Database,
    project: Project,
    judge: JudgeVersion,
    give: Callable[..., object],
    add_outputs: Callable[..., list[Output]],
) -> None:
    made = add_outputs(*(f"text number {i}" for i in range(150)))
    for i, output in enumerate(made):
        give(output, "fail" if i % 3 == 0 else "pass")
    _say(db, project, judge, [(output, "fail") for output in made])
    found = refining.docket(db, project)
    assert found.sealed > 20
    assert len(found.conflicts) < 100
    assert all(conflict.split != "test" for conflict in found.conflicts)

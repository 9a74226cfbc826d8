"""A report that is asked for again is the one that was made, until anything is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from labelcore.models import Role
from labelcore.stages.aligning.side_by_side import judge_table
from labelcore.stages.deriving import derivation
from labelcore.stages.reporting.comparing import newest_versions
from labelcore.stages.reporting.failing import failures
from labelcore.stages.reporting.slicing import slices
from labelcore.stages.reporting.trend import trend
from labelcore.stages.reporting.trust import trust
from labelcore.workspace import Workspace, remembered
from tests.stages.measured import grade_all, judge
from tests.stages.test_answer import choose, drawn, good

REPORTS: tuple[Callable[[Workspace], object], ...] = (
    trust,
    trend,
    failures,
    slices,
    newest_versions,
    judge_table,
)


def made_anew(workspace: Workspace) -> list[object]:
    """With a memory that holds nothing yet."""
    elsewhere = workspace.reading(workspace.db.outside())
    return [report(elsewhere) for report in REPORTS]


def test_whatever_is_stored_every_report_is_the_one_that_is_made_anew(workspace: Workspace) -> None:
    outputs = drawn(workspace)
    says = {one.id: "pass" if good(at) else "fail" for at, one in enumerate(outputs)}
    steps: tuple[Callable[[], object], ...] = (
        lambda: grade_all(workspace, outputs[:30], ["fail"] * 30, "cy", note="invents a price"),
        lambda: derivation.derive(workspace, offline=True, accept_all=True),
        lambda: judge(workspace, "another", says, kind="imported"),
        lambda: choose(workspace, outputs, caught=40, fails=50),
        lambda: grade_all(workspace, outputs[:1], ["pass"], "cy"),
    )
    before = made_anew(workspace)
    for step in steps:
        step()
        now = made_anew(workspace)
        assert [report(workspace) for report in REPORTS] == now != before
        before = now


def test_nothing_is_made_twice_while_nothing_is_stored(workspace: Workspace) -> None:
    outputs = drawn(workspace)
    choose(workspace, outputs, caught=40, fails=50)
    trust(workspace)  # the first look seals the test
    assert trust(workspace) is trust(workspace)
    assert trend(workspace) is trend(workspace)
    before = trust(workspace)
    grade_all(workspace, outputs[:1], ["fail"], "cy")
    assert trust(workspace) is not before


def test_a_report_is_of_a_person_a_role_a_question_and_the_project_as_it_is_held(
    workspace: Workspace,
) -> None:
    made = list[tuple[str, str, str, str]]()

    @remembered
    def report(workspace: Workspace, question: str) -> str:
        made.append((workspace.project.task, workspace.person, workspace.role.value, question))
        return question

    renamed = workspace.with_project(workspace.project.model_copy(update={"task": "another"}))
    places = (workspace, renamed, workspace.by("ann"), replace(workspace, role=Role.EXPERT))
    for place in (*places, *places):
        assert [report(place, question) for question in "ab"] == ["a", "b"]
    assert len(made) == len(set(made)) == 2 * len(places)


def test_inside_a_transaction_a_report_is_of_what_was_written_and_none_of_it_stays(
    workspace: Workspace,
) -> None:
    outputs = drawn(workspace)
    before = trust(workspace)

    def fail_all() -> None:
        with workspace.db.transaction():
            grade_all(workspace, outputs, ["fail"] * len(outputs), "cy")
            assert trust(workspace) != before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_all()
    assert trust(workspace) == before

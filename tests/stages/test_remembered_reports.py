"""A report that is asked for again is the one that was made, until anything is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from labelcore.models import Role
from labelcore.settings import Settings
from labelcore.stages.aligning.side_by_side import judge_table
from labelcore.stages.deriving import derivation
from labelcore.stages.grading import settling
from labelcore.stages.reporting.comparing import newest_versions
from labelcore.stages.reporting.failing import failures
from labelcore.stages.reporting.slicing import slices
from labelcore.stages.reporting.trend import trend
from labelcore.stages.reporting.trust import trust
from labelcore.store.transactions import Feed
from labelcore.workspace import Workspace, remembered
from tests.stages.measured import accepted, grade_all, judge, made
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
    asked = list[tuple[str, str, str, str]]()

    @remembered
    def report(workspace: Workspace, question: str) -> str:
        asked.append((workspace.project.task, workspace.person, workspace.role.value, question))
        return question

    renamed = workspace.with_project(workspace.project.model_copy(update={"task": "another"}))
    places = (workspace, renamed, workspace.by("ann"), replace(workspace, role=Role.EXPERT))
    for place in (*places, *places):
        assert [report(place, question) for question in "ab"] == ["a", "b"]
    assert len(asked) == len(set(asked)) == 2 * len(places)


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


def test_what_is_made_before_all_are_told_of_a_ruling_is_not_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = drawn(workspace)
    grade_all(workspace, outputs[:1], ["fail"], "cy")
    grade_all(workspace, outputs[:1], ["pass"], "dan")
    trust(workspace)  # the first look seals the test
    before = trend(workspace)
    stored, visits = Feed.tell, [trend]

    def tell(feed: Feed, *told: Any) -> None:
        while visits:  # a visitor asks between what is stored and who is told of it
            visits.pop()(workspace)
        stored(feed, *told)

    monkeypatch.setattr(Feed, "tell", tell)
    settling.rule(workspace.by("lead"), outputs[0].id, "pass", reason="as agreed")
    assert [report(workspace) for report in REPORTS] == made_anew(workspace)
    assert not visits
    assert trend(workspace) != before


def test_what_would_help_follows_whether_a_model_is_set(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    criterion = accepted(workspace, "Tone", "Rude words fail.")
    outputs = made(workspace, 60)
    values = ["fail" if at % 3 else "pass" for at in range(len(outputs))]
    grade_all(workspace, outputs, values, criterion_id=criterion.id)
    judge(workspace, "constant", {one.id: "pass" for one in outputs}, criterion, kind="imported")
    told = []
    for has_model in (False, True):
        monkeypatch.setattr(Settings, "has_model", has_model)
        told += [judge_table(workspace).unheld[0].helps.code]
    assert told == ["helps_model", "helps_wording"]

"""Notes that were read offline are read by a model on demand: what it gives replaces what nobody accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from labelcore.errors import BadInput
from labelcore.models import Criterion, Grade, Output
from labelcore.stages.deriving import editing
from labelcore.stages.deriving.derivation import derive, may_be_reread
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint

NOTES = ["far too long", "much too long", "wrong year", "the year is wrong", "rude tone", "a rude answer"]


@pytest.fixture
def proposed(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> list[Criterion]:
    """What the notes give offline, at least three criteria."""
    give_all(add_outputs(*(f"answer {i}" for i in range(len(NOTES)))), ["fail"] * len(NOTES), NOTES)
    criteria = list(derive(workspace, offline=True).criteria)
    assert len(criteria) >= 3
    return criteria


def all_notes(name: str) -> Callable[[str], dict[str, Any]]:
    """A model that puts every note that it is shown under one criterion."""

    def answer(prompt: str) -> dict[str, Any]:
        shown = re.findall(r"^\[(\d+)\] (.+)$", prompt, re.MULTILINE)
        cited = [{"note": int(number), "quote": text} for number, text in shown if text in NOTES]
        return {"criteria": [{"name": name, "statement": f"{name}.", "severity": "must", "evidence": cited}]}

    return answer


def standing(workspace: Workspace) -> dict[str, str]:
    return {criterion.name: criterion.status for criterion in editing.list_criteria(workspace)}


def test_a_model_is_not_asked_about_notes_that_are_under_a_criterion(
    workspace: Workspace, proposed: list[Criterion], mock: MockEndpoint
) -> None:
    report = derive(workspace)
    assert (report.new, report.may_reread, mock.prompts) == (0, True, [])


def test_on_demand_it_reads_what_nobody_accepted_and_its_criteria_take_the_place(
    workspace: Workspace, proposed: list[Criterion], mock: MockEndpoint
) -> None:
    first, second, *others = proposed
    editing.accept(workspace, first)
    editing.drop(workspace, second)
    mock.answer = all_notes("By the model")
    report = derive(workspace, again=True)
    assert (report.new, report.by_model, report.uncovered_fails, report.may_reread) == (1, 1, 0, False)
    wanted = {first.name: "accepted", second.name: "dropped", "By the model": "proposed"}
    assert standing(workspace) == wanted | {criterion.name: "dropped" for criterion in others}
    made = next(criterion for criterion in report.criteria if criterion.name == "By the model")
    assert {quote.grade_id for quote in made.evidence}.isdisjoint(quote.grade_id for quote in first.evidence)


def test_a_criterion_that_comes_back_under_its_name_is_its_next_version(
    workspace: Workspace, proposed: list[Criterion], mock: MockEndpoint
) -> None:
    old = proposed[0]
    mock.answer = all_notes(old.name.upper())
    report = derive(workspace, again=True)
    [made] = report.criteria
    assert (made.id, made.version, made.status, report.new) == (old.id, old.version + 1, "proposed", 1)
    assert editing.history(workspace, made)[0].statement == old.statement


def test_where_the_model_gives_nothing_all_stays_as_it_is(
    workspace: Workspace, proposed: list[Criterion], mock: MockEndpoint
) -> None:
    editing.drop(workspace, proposed[0])
    before = standing(workspace)
    mock.answer = lambda _: "I like these notes."
    report = derive(workspace, again=True)
    assert mock.prompts and report.new == 0 and standing(workspace) == before


def test_what_was_rejected_is_not_read_again_and_without_a_model_nothing_is(
    workspace: Workspace, proposed: list[Criterion], mock: MockEndpoint
) -> None:
    for criterion in proposed:
        editing.reject(workspace, criterion)
    assert not may_be_reread(workspace)
    derive(workspace, again=True)
    assert not mock.prompts
    with pytest.raises(BadInput, match="Only a model"):
        derive(workspace, offline=True, again=True)

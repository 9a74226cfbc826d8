"""Near-identical outputs are graded in one go where the lead wants it: one decision, an event for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcore.models import Output, new_id
from labelcore.stages import grading
from labelcore.stages.grading.card import CardEvent
from labelcore.stages.grading.presses import card_items, store_events
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

TEXTS = ("Yes, it is covered.", "yes it is covered", "It costs 1.5 euros", "It costs 15 euros.", "No.")


@pytest.fixture
def team(workspace: Workspace) -> Workspace:
    made = [
        Output(
            id=f"o{at}",
            project_id=workspace.project.id,
            text=text,
            input="Q" if at < 4 else "R",
            group_key="q" if at < 4 else "r",
        )
        for at, text in enumerate(TEXTS)
    ]
    output_table.add(workspace.db, made)
    return workspace.with_project(grading.set_rules(workspace, alike=True))


def press(workspace: Workspace, output_id: str, value: str, **given: object) -> str:
    event = CardEvent.model_validate(
        {"client_id": new_id("grade"), "output_id": output_id, "value": value, **given}
    )
    assert store_events(workspace, (event,)) == ([event.client_id], {})
    return event.client_id


def ids(workspace: Workspace) -> list[str]:
    return [item.output.id for item in grading.grading_queue(workspace).items]


def grades(workspace: Workspace) -> dict[str, str]:
    return {grade.output_id: grade.value for grade in grading.current_grades(workspace, workspace.person)}


def test_one_decision_grades_what_says_the_same_and_nothing_else(team: Workspace) -> None:
    ann = team.by("ann")
    assert ids(ann) == ["o0", "o2", "o3", "o4"]
    cards = {card.output_id: card.alike for card in card_items(ann, grading.grading_queue(ann))}
    assert cards == {"o0": (TEXTS[1],), "o2": (), "o3": (), "o4": ()}
    press(ann, "o0", "fail", note="no reason", seconds=4.0)
    assert grades(ann) == {"o0": "fail", "o1": "fail"}
    assert ids(ann) == ["o2", "o3", "o4"]
    assert [grade.seconds for grade in grading.current_grades(ann)] == [4.0, None]
    assert grading.human_labels(team).value == {"o0": False, "o1": False}


def test_a_change_changes_all_and_an_undo_takes_all_back(team: Workspace) -> None:
    ann = team.by("ann")
    first = press(ann, "o0", "fail")
    second = press(ann, "o0", "pass", supersedes=first)
    assert grades(ann) == {"o0": "pass", "o1": "pass"}
    press(ann, "o0", "undone", supersedes=second)
    assert grades(ann) == {"o0": "fail", "o1": "fail"}
    grading.undo(ann, first)
    assert grades(ann) == {}
    assert ids(ann)[0] == "o0"


def test_what_somebody_graded_apart_stays_and_a_skip_skips_all(team: Workspace) -> None:
    ann = team.by("ann")
    grading.grade(ann, "o1", "fail")
    press(ann, "o0", "pass")
    assert grades(ann) == {"o0": "pass", "o1": "fail"}
    bo = team.by("bo")
    press(bo, "o0", "skipped")
    assert ids(bo) == ["o2", "o3", "o4", "o0"]


def test_agreement_counts_one_decision_once(team: Workspace) -> None:
    for who, value in (("ann", "pass"), ("bo", "fail")):
        press(team.by(who), "o0", value)
    (pair,) = grading.together(team).pairs
    assert pair.same.n == 1
    assert {who: len(given) for who, given in grading.human_labels(team).by_annotator.items()} == {
        "ann": 1,
        "bo": 1,
    }


def test_people_get_near_identical_outputs_together_and_no_more_than_so_many_grade_one(
    team: Workspace, tmp_path: Path
) -> None:
    for who in ("ann", "bo", "cy"):
        grading.assign(team, who)
    team = team.with_project(grading.set_rules(team, per_output=2, pairs=True))
    parts = {who: set(ids(team.by(who))) for who in ("ann", "bo", "cy")}
    first = next(who for who, part in parts.items() if "o0" in part)
    press(team.by(first), "o0", "pass")
    assert grades(team.by(first)) == {"o0": "pass", "o1": "pass"}
    second = next(who for who, part in parts.items() if "o0" in part and who != first)
    press(team.by(second), "o0", "pass")
    rows = grading.completion(team)
    assert rows[0].complete == 2


def test_without_the_rule_each_is_graded_alone(team: Workspace) -> None:
    team = team.with_project(grading.set_rules(team, alike=False))
    ann = team.by("ann")
    assert ids(ann) == ["o0", "o1", "o2", "o3", "o4"]
    press(ann, "o0", "pass")
    assert grades(ann) == {"o0": "pass"}

"""A queue says why it is empty; what is skipped comes back; what is held is given back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.errors import NotAllowed
from labelcore.messages.lines.assigning import waiting_words
from labelcore.models import Output, Role
from labelcore.stages import grading, projects
from labelcore.store import outputs as output_table, reservations
from labelcore.workspace import Workspace
from tests.databases import empty_database
from tests.examples import examples

Add = Callable[..., list[Output]]


def ids(workspace: Workspace, who: str) -> list[str]:
    return [item.output.id for item in grading.grading_queue(workspace.by(who)).items]


def waits(workspace: Workspace, who: str) -> tuple[str, int]:
    waiting = grading.grading_queue(workspace.by(who)).waiting
    return (waiting.kind, waiting.n) if waiting else ("", 0)


def test_what_others_hold_is_said_and_can_be_taken_over(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs(*(f"text {i}" for i in range(5)))
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    ids(workspace, "ann")
    queue = grading.grading_queue(workspace.by("ben"))
    assert (queue.waiting and queue.waiting.kind, queue.done, queue.left) == ("held", 0, 5)
    assert queue.waiting
    assert queue.waiting.minutes == 20
    says, next_step = waiting_words(queue.waiting)
    assert says == "5 are reserved by others"
    assert next_step.startswith("Come back in about 20 minutes, or take over")
    assert grading.take_over(workspace.by("ben")).people == ("ann",)
    assert ids(workspace, "ben") == [output.id for output in made]
    assert waits(workspace, "ann") == ("held", 5)


def test_a_skip_gives_the_output_to_others_at_once_also_after_a_restart(
    workspace: Workspace, add_outputs: Add
) -> None:
    (made,) = add_outputs("text")
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    assert ids(workspace, "ann") == [made.id]
    grading.grade(workspace.by("ann"), made.id, "skipped")
    workspace.db.memory.clear()
    assert ids(workspace, "ben") == [made.id]
    assert waits(workspace, "ann") == ("held", 1)


def test_the_lead_gives_back_what_somebody_holds(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs("one", "two")
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    ids(workspace, "Ann")
    expert = Workspace(workspace.db, workspace.project, "ben", role=Role.EXPERT)
    with pytest.raises(NotAllowed):
        grading.release(expert)
    assert grading.release(workspace.by("lead"), "ann") == grading.ReleaseReport(n=2, people=("Ann",))
    workspace.db.memory.clear()
    assert ids(workspace, "ben") == [output.id for output in made]


@pytest.mark.parametrize("changed", [{"per_output": 2}, {"reserve_minutes": 5}])
def test_nothing_is_held_after_a_change_of_the_rules(
    workspace: Workspace, add_outputs: Add, changed: dict[str, float]
) -> None:
    add_outputs("one", "two")
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    ids(workspace, "ann")
    grading.set_rules(workspace, contest=True)
    assert len(reservations.held(workspace.db, workspace.project.id)) == 2
    grading.set_rules(workspace, **changed)
    assert not reservations.held(workspace.db, workspace.project.id)


def test_skips_come_back_at_the_end_once_and_then_on_demand(workspace: Workspace, add_outputs: Add) -> None:
    first, second = add_outputs("one", "two")
    ann = workspace.by("ann")
    grading.grade(ann, first.id, "skipped", note="I do not read Dutch")
    queue = grading.grading_queue(ann)
    assert [(item.output.id, item.position, item.reason) for item in queue.items] == [
        (second.id, 1, "in the order of import"),
        (first.id, 2, "you skipped it before"),
    ]
    grading.grade(ann, second.id, "pass")
    grading.grade(ann, first.id, "skipped", note="still not")
    assert waits(workspace, "ann") == ("skipped", 1)
    [skip] = grading.skips(workspace)
    assert (skip.annotator, skip.output_id, skip.why, skip.rests) == ("ann", first.id, "still not", True)
    assert grading.look_again(ann) == 1
    assert ids(workspace, "ann") == [first.id]
    grading.grade(ann, first.id, "fail")
    assert waits(workspace, "ann") == ("done", 2)
    assert not grading.skips(workspace)


def test_nothing_is_called_graded_by_somebody_who_graded_nothing(
    workspace: Workspace, add_outputs: Add
) -> None:
    assert waits(workspace, "ann") == ("empty", 0)
    made = add_outputs("one", "two")
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    for output in made:
        grading.grade(workspace.by("ben"), output.id, "pass")
    assert waits(workspace, "ann") == ("shared", 0)
    assert waits(workspace, "ben") == ("done", 2)


def test_the_place_is_one_in_the_persons_work(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs(*(f"text {i}" for i in range(6)))
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    for output in made[:3]:
        grading.grade(workspace.by("ben"), output.id, "pass")
    grading.grade(workspace.by("ann"), made[3].id, "pass")
    queue = grading.grading_queue(workspace.by("ann"))
    assert [item.position for item in queue.items] == [2, 3]
    assert (queue.done, queue.left, queue.total) == (1, 2, 3)


presses = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bo", "cy"]),
        st.sampled_from(["pass", "fail", "unsure", "skipped", "skipped", "look", "leave"]),
    ),
    max_size=60,
)


@pytest.mark.slow
@settings(max_examples=examples(40))
@given(presses=presses, most=st.sampled_from([None, 1, 2]))
def test_no_output_is_held_for_ever_and_every_skip_comes_back(
    presses: list[tuple[str, str]], most: int | None
) -> None:
    with empty_database() as db:
        project = projects.open_project(db, "p")
        output_table.add(db, [Output(id=f"o{at}", project_id=project.id, text=str(at)) for at in range(8)])
        workspace = Workspace(db, project)
        workspace = workspace.with_project(grading.set_rules(workspace, per_output=most))
        for who, act in presses:
            if act == "look":
                grading.look_again(workspace.by(who))
            elif act == "leave":
                grading.release(workspace, who)
            elif found := ids(workspace, who):
                grading.grade(workspace.by(who), found[0], act)
        people = ("ann", "bo", "cy")
        for who in people:  # each in turn grades all there is, taking over and looking again where need be
            for _ in range(40):
                grading.take_over(workspace.by(who))
                grading.look_again(workspace.by(who))
                if not (found := ids(workspace, who)):
                    break
                grading.grade(workspace.by(who), found[0], "pass")
            assert waits(workspace, who)[0] in {"done", "shared"}
        graded = [event for event in grading.current_grades(workspace) if event.value != "skipped"]
        counts = {f"o{at}": sum(event.output_id == f"o{at}" for event in graded) for at in range(8)}
        assert set(counts.values()) == {most or len(people)}

"""What is remembered of a queue equals what is counted anew from the tables."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings, strategies as st

from labelcore.models import Grade, Output
from labelcore.stages import grading, projects
from labelcore.store import outputs as output_table
from labelcore.store.live_grades import LiveGrades
from labelcore.workspace import Workspace
from tests.databases import empty_database

PEOPLE = ("ann", "bo", "cy")
OUTPUTS = 14
Act = tuple[str, int, str]
acts = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.integers(0, OUTPUTS - 1),
        st.sampled_from(["pass", "fail", "unsure", "skipped", "undo"]),
    ),
    max_size=30,
)


def queues(workspace: Workspace) -> list[Any]:
    found = [grading.grading_queue(workspace.by(who), ahead=3) for who in PEOPLE]
    return [
        (queue.done, queue.left, queue.total, [(item.output.id, item.unannounced) for item in queue.items])
        for queue in found
    ]


def do(workspace: Workspace, given_: dict[Any, list[str]], act: Act, number: int) -> None:
    """Grade an output; or take back what this person gave it last."""
    who, which, value = act
    stack, supersedes = given_.setdefault((who, which), []), None
    if value == "undo":
        if not stack:
            return
        value, supersedes = "undone", stack.pop()
    else:
        stack.append(f"g{number}")
    event = Grade(
        id=f"g{number}",
        project_id=workspace.project.id,
        output_id=f"o{which}",
        annotator=who,
        value=value,
        supersedes=supersedes,
    )
    grading.record(workspace, [event])


@pytest.mark.slow
@pytest.mark.parametrize("rules", [{}, {"per_output": 2}, {"per_output": 1, "repeat_share": 0.2}])
@settings(max_examples=25, deadline=None)
@given(acts=acts)
@example(acts=[("ann", 0, "skipped"), ("ann", 1, "pass"), ("ann", 0, "undo")])
@example(acts=[("ann", 0, "pass"), ("ann", 1, "pass"), ("ann", 0, "fail"), ("ann", 2, "pass")])
@example(acts=[("ann", 0, "pass"), ("ann", 1, "pass"), ("ann", 1, "skipped")])
@example(acts=[("ann", 0, "pass"), ("ann", 1, "pass"), ("cy", 7, "pass"), ("cy", 7, "skipped")])
def test_a_remembered_queue_equals_one_counted_anew(rules: dict[str, Any], acts: list[Act]) -> None:
    with empty_database() as db:
        project = projects.open_project(db, "p")
        output_table.add(
            db, [Output(id=f"o{at}", project_id=project.id, text=str(at)) for at in range(OUTPUTS)]
        )
        project = grading.set_rules(Workspace(db, project), **rules)
        given_: dict[Any, list[str]] = {}
        for number, act in enumerate(acts):
            do(Workspace(db, project), given_, act, number)
            queues(Workspace(db, project))
        remembered = queues(Workspace(db, project))
        db.memory.clear()
        assert remembered == queues(Workspace(db, project))


def test_what_others_hold_is_not_looked_at_again_at_each_press(workspace: Workspace) -> None:
    project_id = workspace.project.id
    outputs = [Output(id=f"o{at}", project_id=project_id, text=f"Text {at}") for at in range(120)]
    output_table.add(workspace.db, outputs)
    team = workspace.with_project(grading.set_rules(workspace, per_output=1))
    for who in ("ann", *(f"p{at}" for at in range(8))):
        grading.grading_queue(team.by(who))
    grading.grade(team.by("ann"), "o0", "pass")
    grading.grading_queue(team.by("ann"))
    grading.grade(team.by("ann"), "o1", "pass")
    with patch.object(LiveGrades, "is_open", autospec=True, side_effect=LiveGrades.is_open) as looks:
        queue = grading.grading_queue(team.by("ann"))
    assert [item.output.id for item in queue.items][:8] == [f"o{at}" for at in range(2, 10)]
    assert looks.call_count < 30

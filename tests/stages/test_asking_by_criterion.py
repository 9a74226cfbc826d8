"""Which criteria are asked, in which order, and which are required."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import BadInput
from labelcore.models import Grade, Output
from labelcore.stages import grading, projects
from labelcore.stages.deriving import editing
from labelcore.stages.grading.presses import setting_of
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]


def test_criteria_are_asked_in_the_order_given_and_some_are_required(workspace: Workspace) -> None:
    short, polite, warm = (
        editing.add_criterion(workspace, name, statement=f"{name}.") for name in ("Short", "Polite", "Warm")
    )
    assert grading.ask(workspace) == []
    grading.ask(workspace, [warm, short], required=True)
    grading.ask(workspace, [short], required=False)
    fresh = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    asked = [(part.name, part.required) for part in setting_of(fresh, "en", None).criteria]
    assert asked == [("Short", False), ("Warm", True), ("Polite", False)]
    assert [(found.name, found.required) for found in grading.ask(fresh)] == asked
    dropped = editing.drop(workspace, polite)
    with pytest.raises(BadInput, match="not accepted"):
        grading.ask(workspace, [dropped])


def test_a_criterion_that_does_not_apply_is_neither_a_pass_nor_a_fail(
    workspace: Workspace, add_outputs: Add
) -> None:
    (output,) = add_outputs("text")
    short = editing.add_criterion(workspace, "Short", statement="Short.")
    event = Grade(
        id="press-1",
        project_id=workspace.project.id,
        output_id=output.id,
        annotator="ann",
        value="skipped",
        criterion_id=short.id,
        criterion_version=1,
    )
    grading.record(workspace.by("ann"), [event])
    parts = grading.part_grades(workspace.by("ann"), [output.id])
    assert parts[output.id][short.id].value == "skipped"
    assert not grading.human_labels(workspace).value
    assert grading.together(workspace).by_criterion == {}
    assert [item.output.id for item in grading.grading_queue(workspace.by("ann")).items] == [output.id]

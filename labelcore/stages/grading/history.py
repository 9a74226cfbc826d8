"""Every act of grading as it was made, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, TypeVar

from labelcore.errors import NotFound
from labelcore.models import Comparison, Frozen, Grade, Output, Role, new_id
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages.grading.acts import record
from labelcore.stages.grading.comparing import compare
from labelcore.store import comparisons
from labelcore.store import criteria as criterion_table
from labelcore.store import grades as grade_table
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

Given = TypeVar("Given", Grade, Comparison)
State = Literal["counts", "replaced", "taken back", "takes back", "silent repeat"]


class Act(Frozen):
    """One event with its output. ``subject``: the criterion or field, "" for the whole.

    ``state``: it counts, a later one of the same person replaced it, it was taken back, it takes
    another back, or it is a silent repeat, which never counts.
    """

    grade: Grade
    output: Output | None
    subject: str
    state: State


def latest_acts(workspace: Workspace, *, annotator: str | None = None, limit: int = 200) -> list[Act]:
    """The newest acts of everybody or of one person, newest first."""
    events = grade_table.latest(workspace.db, workspace.project.id, annotator=annotator, limit=limit)
    undone, in_force = grade_table.states(workspace.db, [event.id for event in events])
    names = {
        criterion.id: criterion.name
        for criterion in criterion_table.current(workspace.db, workspace.project.id)
    }
    outputs = output_table.many(workspace.db, sorted({event.output_id for event in events}))
    return [
        Act(
            grade=event,
            output=outputs.get(event.output_id),
            subject=event.field or names.get(str(event.criterion_id), event.criterion_id or ""),
            state=_state(event, undone, in_force),
        )
        for event in events
    ]


def _state(grade: Grade, undone: set[str], in_force: set[str]) -> State:
    if grade.value == "undone":
        return "takes back"
    if grade.id in undone:
        return "taken back"
    if grade.source == "repeat":
        return "silent repeat"
    return "counts" if grade.id in in_force else "replaced"


class TakenBack(Frozen):
    """A grade or comparison that counts no more, and the event that says so."""

    undone: str
    event: str


@operation("undo", role=Role.EXPERT, effect=Effect.APPENDS, signed=True)
def undo(workspace: Workspace, grade: Annotated[str, Metavar("GRADE_ID")]) -> TakenBack:
    """Take a grade or a comparison back; the history keeps it, and what was before it counts again.

    Raises:
        NotFound: this person has no such act.
    """
    db, project_id = workspace.db, workspace.project.id
    undone = {"value": "undone", "supersedes": grade}
    if comparisons.stored(db, [grade]):
        compared = _mine(workspace, comparisons.history(db, project_id), grade)
        event = new_id("comparison")
        compare(workspace, [compared.model_copy(update=undone | {"id": event})])
    else:
        graded = _mine(workspace, grade_table.history(db, project_id), grade)
        event = new_id("grade")
        record(workspace, [graded.model_copy(update=undone | {"id": event, "note": ""})])
    return TakenBack(undone=grade, event=event)


def _mine(workspace: Workspace, acts: Iterable[Given], act_id: str) -> Given:
    found = next((act for act in acts if act.id == act_id and act.annotator == workspace.person), None)
    if found is None:
        raise NotFound(f"{workspace.person} has no grade or comparison '{act_id}' to take back.")
    return found

"""Every act of grading as it was made, and what became of it."""

from __future__ import annotations

from typing import Literal

from labelcore.models import Frozen, Grade, Output
from labelcore.store import criteria as criterion_table
from labelcore.store import grades as grade_table
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace


class Act(Frozen):
    """One event with its output. ``subject``: the criterion or field, "" for the whole.

    ``state``: it counts, a later one of the same person replaced it, it was taken back, it takes
    another back, or it is a silent repeat, which never counts.
    """

    grade: Grade
    output: Output | None
    subject: str
    state: Literal["counts", "replaced", "taken back", "takes back", "silent repeat"]


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


def _state(
    grade: Grade, undone: set[str], in_force: set[str]
) -> Literal["counts", "replaced", "taken back", "takes back", "silent repeat"]:
    if grade.value == "undone":
        return "takes back"
    if grade.id in undone:
        return "taken back"
    if grade.source == "repeat":
        return "silent repeat"
    return "counts" if grade.id in in_force else "replaced"

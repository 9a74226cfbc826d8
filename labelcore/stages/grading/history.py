"""Every act of grading as it was made, and what became of it."""

from __future__ import annotations

from typing import Literal

from labelcore.models import Frozen, Grade, Output, Project
from labelcore.store import Database
from labelcore.store import criteria as criterion_table
from labelcore.store import grades as grade_table
from labelcore.store import outputs as output_table


class Act(Frozen):
    """One event with its output. ``subject``: the criterion or field, "" for the whole.

    ``state``: it counts, a later one of the same person replaced it, it was taken back, it takes
    another back, or it is a silent repeat, which never counts.
    """

    grade: Grade
    output: Output | None
    subject: str
    state: Literal["counts", "replaced", "taken back", "takes back", "silent repeat"]


def latest_acts(
    db: Database, project: Project, *, annotator: str | None = None, limit: int = 200
) -> list[Act]:
    """The newest acts of everybody or of one person, newest first."""
    events = grade_table.latest(db, project.id, annotator=annotator, limit=limit)
    undone, in_force = grade_table.states(db, [own.id for own in events])
    names = {own.id: own.name for own in criterion_table.current(db, project.id)}
    outputs = output_table.many(db, sorted({own.output_id for own in events}))
    return [
        Act(
            grade=own,
            output=outputs.get(own.output_id),
            subject=own.field or names.get(str(own.criterion_id), own.criterion_id or ""),
            state=_state(own, undone, in_force),
        )
        for own in events
    ]


def _state(
    own: Grade, undone: set[str], in_force: set[str]
) -> Literal["counts", "replaced", "taken back", "takes back", "silent repeat"]:
    if own.value == "undone":
        return "takes back"
    if own.id in undone:
        return "taken back"
    if own.source == "repeat":
        return "silent repeat"
    return "counts" if own.id in in_force else "replaced"

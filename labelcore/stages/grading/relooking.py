"""Another look: people grade an output again because the lead asks them to; every event is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from labelcore.models import Relook, name_key
from labelcore.store import calibrations, grades as grade_table, settling
from labelcore.store.people import present_key
from labelcore.store.settling import rulings
from labelcore.workspace import Workspace

Subject = tuple[str, str | None]  # output id, criterion id (None: as a whole)


def still_due(workspace: Workspace) -> list[tuple[Relook, tuple[str, ...]]]:
    """The requests that hold, oldest first, with the keys of those who have not looked again.

    A ruling that came later ends one, and so does a later request on the same. Who has taken their grade back
    is not asked: they would see what others gave of what they have not graded.
    """
    requests = settling.relooks(workspace.db, workspace.project.id)
    if not requests:
        return []
    place = workspace.db, workspace.project.id
    ruled_at = {(row.output_id, row.criterion_id): row.at for row in rulings.current(*place)}
    newest = {(row.output_id, row.criterion_id): row for row in requests}
    looked = {
        (output_id, name_key(who)): at
        for (output_id, who), at in grade_table.looked_again(
            *place, [row.output_id for row in requests]
        ).items()
    }
    due = []
    for subject, row in newest.items():
        if subject in ruled_at and ruled_at[subject] > row.at:
            continue
        if left := _left(workspace, row, looked):
            due.append((row, left))
    graders = graders_of(workspace, [row.output_id for row, _ in due])
    graded_due = [(row, graders.get((row.output_id, row.criterion_id), {}), left) for row, left in due]
    return [
        (row, still)
        for row, people, left in graded_due
        if (still := tuple(key for key in left if key in people))
    ]


def graders_of(workspace: Workspace, output_ids: Sequence[str]) -> dict[Subject, dict[str, str]]:
    """Who has graded these outputs, whole or on a criterion: their names by key."""
    graders: dict[Subject, dict[str, str]] = defaultdict(dict)
    grades = grade_table.of_outputs(workspace.db, workspace.project.id, output_ids) if output_ids else []
    for grade in grades:
        if grade.field is None and grade.value != "skipped":
            graders[grade.output_id, grade.criterion_id][name_key(grade.annotator)] = grade.annotator
    return graders


def _left(workspace: Workspace, row: Relook, looked: Mapping[tuple[str, str], datetime]) -> tuple[str, ...]:
    keys = (present_key(workspace.db, who) for who in row.people)
    return tuple(
        key for key in keys if (row.output_id, key) not in looked or looked[row.output_id, key] <= row.at
    )


def was_sent_back(workspace: Workspace, output_id: str, person: str) -> bool:
    """Whether somebody was ever asked to look at an output again."""
    key = present_key(workspace.db, person)
    return any(
        row.output_id == output_id and key in {present_key(workspace.db, who) for who in row.people}
        for row in settling.relooks(workspace.db, workspace.project.id)
    )


def due_for(workspace: Workspace) -> list[Relook]:
    """What this person is asked to look at again."""
    if not settling.relooks(workspace.db, workspace.project.id):
        return []
    mine = name_key(workspace.person)
    return [row for row, left in still_due(workspace) if mine in left]


def hidden_from(workspace: Workspace) -> set[str]:
    """Outputs that this person is to look at, once more or in a calibration round, without seeing what others
    gave.
    """
    hidden = calibrations.unrevealed(workspace.db, workspace.project.id)
    return {row.output_id for row in due_for(workspace) if not row.is_open} | hidden

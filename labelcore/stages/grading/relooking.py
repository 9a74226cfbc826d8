"""Another look: people grade an output again because the lead asks them to; every event is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from labelcore.models import Relook, name_key
from labelcore.store import calibrations, grades as grade_table, settling
from labelcore.store.people import present_key
from labelcore.store.rulings import rulings
from labelcore.workspace import Workspace

Subject = tuple[str, str | None]  # output id, criterion id (None: as a whole)


def still_due(workspace: Workspace) -> list[tuple[Relook, tuple[str, ...]]]:
    """The requests that hold, oldest first, with the keys of those who have not looked again.

    A ruling that came later ends one, and so does a later request on the same.
    """
    found = settling.relooks(workspace.db, workspace.project.id)
    if not found:
        return []
    place = workspace.db, workspace.project.id
    ruled = {(row.output_id, row.criterion_id): row.at for row in rulings.current(*place)}
    newest = {(row.output_id, row.criterion_id): row for row in found}
    looked = {
        (output_id, name_key(who)): at
        for (output_id, who), at in grade_table.looked_again(*place, [row.output_id for row in found]).items()
    }
    due = []
    for subject, row in newest.items():
        if subject in ruled and ruled[subject] > row.at:
            continue
        if left := _left(workspace, row, looked):
            due.append((row, left))
    return due


def _left(workspace: Workspace, row: Relook, looked: Mapping[tuple[str, str], datetime]) -> tuple[str, ...]:
    keys = (present_key(workspace.db, who) for who in row.people)
    return tuple(
        key for key in keys if (row.output_id, key) not in looked or looked[row.output_id, key] <= row.at
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

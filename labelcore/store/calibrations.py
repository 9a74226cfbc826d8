"""Calibration rounds, and what people graded in them."""

from __future__ import annotations

from labelcore.models import Calibration, Grade
from labelcore.store import grades
from labelcore.store.connection import Database
from labelcore.store.lookups import remembers, written
from labelcore.store.people import register
from labelcore.store.rows import RowMapping

_CALIBRATION = RowMapping(Calibration, "calibration", id="calibration_id", at="made_at")


def save(db: Database, calibration: Calibration) -> None:
    """Store a round, or its next state."""
    _CALIBRATION.add(db, [calibration])
    written(db, "calibration")


@remembers("calibration")
def current(db: Database, project_id: str) -> tuple[Calibration, ...]:
    """Every round as it stands now, the first first."""
    source = "calibration WHERE project_id = ? ORDER BY made_at"
    rounds = {row.id: row for row in _CALIBRATION.find(db, source, [project_id])}
    name = register(db).present_name
    people = {row.id: tuple(dict.fromkeys(map(name, row.people))) for row in rounds.values()}
    renamed = (row.model_copy(update={"people": people[row.id]}) for row in rounds.values())
    return tuple(sorted(renamed, key=lambda row: row.number))


def open_one(db: Database, project_id: str) -> Calibration | None:
    """The round that people grade now."""
    return next((row for row in current(db, project_id) if row.state == "open"), None)


def unrevealed(db: Database, project_id: str) -> frozenset[str]:
    """The outputs of which nobody may see what others said: people still grade them blind."""
    calibration = open_one(db, project_id)
    return frozenset(calibration.outputs) if calibration else frozenset()


def grades_of(db: Database, calibration: Calibration) -> list[Grade]:
    """What people said of its outputs in it, the last of each before it was shown, the oldest first."""
    until = None if calibration.state == "open" else calibration.at
    if calibration.counts:
        return grades.of_outputs(db, calibration.project_id, calibration.outputs, until=until)
    return grades.of_round(db, calibration.project_id, calibration.id, until=until)

"""Rulings: how a disagreement between people was settled, by whom, and why."""

from __future__ import annotations

from labelcore.models import Ruling
from labelcore.store.connection import Database
from labelcore.store.rows import Stored

_RULING = Stored(Ruling, id="ruling_id", at="made_at")


def save(db: Database, ruling: Ruling) -> None:
    """Store a ruling; earlier ones on the same output stay in the history."""
    db.append("ruling", _RULING.columns, [_RULING.row(ruling)])


def current(db: Database, project_id: str) -> list[Ruling]:
    """The rulings that count now, oldest first."""
    return [ruling for ruling in _read(db, "ruling_current", project_id) if ruling.value != "withdrawn"]


def history(db: Database, project_id: str) -> list[Ruling]:
    """Every ruling that was ever made, oldest first."""
    return _read(db, "ruling", project_id)


def _read(db: Database, table: str, project_id: str) -> list[Ruling]:
    rows = db.rows(
        f"SELECT {_RULING.select} FROM {table} WHERE project_id = ? ORDER BY made_at, ruling_id", [project_id]
    )
    return [_RULING.read(row) for row in rows]

"""Rulings: how a disagreement between people was settled, by whom, and why."""

from __future__ import annotations

from labelcore.models import Ruling
from labelcore.store.connection import Database, aware, utc

_COLUMNS = ("ruling_id", "project_id", "output_id", "criterion_id", "value", "reason", "author", "made_at")


def save(db: Database, ruling: Ruling) -> None:
    """Store a ruling; earlier ones on the same output stay in the history."""
    row = (
        ruling.id,
        ruling.project_id,
        ruling.output_id,
        ruling.criterion_id,
        ruling.value,
        ruling.reason,
        ruling.author,
        utc(ruling.at),
    )
    db.append("ruling", _COLUMNS, [row])


def current(db: Database, project_id: str) -> list[Ruling]:
    """The rulings that count now, oldest first."""
    return [ruling for ruling in _read(db, "ruling_current", project_id) if ruling.value != "withdrawn"]


def history(db: Database, project_id: str) -> list[Ruling]:
    """Every ruling that was ever made, oldest first."""
    return _read(db, "ruling", project_id)


def _read(db: Database, table: str, project_id: str) -> list[Ruling]:
    rows = db.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM {table} WHERE project_id = ? ORDER BY made_at, ruling_id",
        [project_id],
    )
    return [
        Ruling(
            id=row[0],
            project_id=row[1],
            output_id=row[2],
            criterion_id=row[3],
            value=row[4],
            reason=row[5],
            author=row[6],
            at=aware(row[7]),
        )
        for row in rows
    ]

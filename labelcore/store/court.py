"""Rulings of the disagreement court: who was right where a judge and people differ, and why."""

from __future__ import annotations

from labelcore.models import CourtRuling
from labelcore.store.connection import Database, aware, utc

_COLUMNS = (
    "ruling_id",
    "project_id",
    "output_id",
    "judge_id",
    "judge_version_id",
    "criterion_id",
    "verdict",
    "human_pass",
    "value",
    "reason",
    "author",
    "made_at",
)


def save(db: Database, ruling: CourtRuling) -> None:
    """Store a ruling; earlier ones on the same conflict stay in the history."""
    named = ruling.model_dump() | {"ruling_id": ruling.id, "made_at": utc(ruling.at)}
    db.append("court_ruling", _COLUMNS, [tuple(named[column] for column in _COLUMNS)])


def current(db: Database, project_id: str) -> list[CourtRuling]:
    """The rulings that count now, oldest first."""
    return [ruling for ruling in _read(db, "court_ruling_current", project_id) if ruling.value != "withdrawn"]


def history(db: Database, project_id: str) -> list[CourtRuling]:
    """Every ruling that was ever made, oldest first."""
    return _read(db, "court_ruling", project_id)


def _read(db: Database, table: str, project_id: str) -> list[CourtRuling]:
    rows = db.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM {table} WHERE project_id = ? ORDER BY made_at, ruling_id",
        [project_id],
    )
    return [
        CourtRuling(id=row[0], at=aware(row[-1]), **dict(zip(_COLUMNS[1:-1], row[1:-1], strict=True)))
        for row in rows
    ]

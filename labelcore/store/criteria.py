"""Criteria in all their versions."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import Criterion, JudgeVersion, new_id
from labelcore.store import judges as judge_table
from labelcore.store.connection import Database, append_rows
from labelcore.store.live.lookups import remembered, written
from labelcore.store.rows import Stored

_CRITERION = Stored(Criterion, id="criterion_id", at="made_at")
_TABLE = "criterion_version"
_SELECT = f"SELECT {_CRITERION.select} FROM"


def save(db: Database, criteria: Sequence[Criterion]) -> None:
    """Store criteria versions, all or none."""
    save_with_judges(db, criteria, [])


def save_with_judges(db: Database, criteria: Sequence[Criterion], judges: Sequence[JudgeVersion]) -> None:
    """Store criteria versions together with judges of them, all or none."""
    columns = (*_CRITERION.columns, "event_id")
    rows = [_CRITERION.row(criterion, event_id=new_id("event")) for criterion in criteria]
    with db.transaction() as cursor:
        if rows:
            append_rows(cursor, _TABLE, columns, rows)
        if judges:
            judge_table.save_within(cursor, judges)
    written(db, _TABLE)


def current(db: Database, project_id: str) -> list[Criterion]:
    """The newest version of every criterion of a project, whatever its status, oldest first."""

    def read() -> list[Criterion]:
        sql = f"{_SELECT} criterion_current WHERE project_id = ? ORDER BY criterion_id"
        return [_CRITERION.read(row) for row in db.rows(sql, [project_id])]

    return list(remembered(db, _TABLE, project_id, read))


def history(db: Database, criterion_id: str) -> list[Criterion]:
    """All versions of one criterion, oldest first."""
    rows = db.rows(
        f"{_SELECT} criterion_version WHERE criterion_id = ? ORDER BY version, made_at", [criterion_id]
    )
    return [_CRITERION.read(row) for row in rows]

"""Criteria in all their versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labelcore.models import Criterion, Evidence, JudgeVersion, new_id
from labelcore.store import judges as judge_table
from labelcore.store.connection import Database, append_rows, aware, from_json, to_json, utc
from labelcore.store.remembering import remembered, written

_COLUMNS = (
    "criterion_id",
    "project_id",
    "version",
    "name",
    "statement",
    "severity",
    "max_false_failure_rate",
    "origin",
    "status",
    "pass_examples",
    "fail_examples",
    "keywords",
    "parents",
    "wording_only",
    "author",
    "why",
    "evidence",
    "made_at",
    "risk",
    "risk_why",
    "restores",
)
_TABLE = "criterion_version"
_LISTS = ("pass_examples", "fail_examples", "keywords", "parents")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM"


def save(db: Database, criteria: Sequence[Criterion]) -> None:
    """Store criteria versions, all or none."""
    save_with_judges(db, criteria, [])


def save_with_judges(db: Database, criteria: Sequence[Criterion], judges: Sequence[JudgeVersion]) -> None:
    """Store criteria versions together with judges of them, all or none."""
    columns = (*_COLUMNS, "event_id")
    rows = [(*_row(criterion), new_id("event")) for criterion in criteria]
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
        return [_criterion(row) for row in db.rows(sql, [project_id])]

    return list(remembered(db, _TABLE, project_id, read))


def history(db: Database, criterion_id: str) -> list[Criterion]:
    """All versions of one criterion, oldest first."""
    rows = db.rows(
        f"{_SELECT} criterion_version WHERE criterion_id = ? ORDER BY version, made_at", [criterion_id]
    )
    return [_criterion(row) for row in rows]


def _row(criterion: Criterion) -> tuple[Any, ...]:
    named = criterion.model_dump()
    named |= {"criterion_id": named.pop("id"), "made_at": utc(named.pop("at"))}
    named |= {name: to_json(list(named[name])) for name in _LISTS}
    named["evidence"] = to_json([item.model_dump() for item in criterion.evidence])
    return tuple(named[column] for column in _COLUMNS)


def _criterion(row: tuple[Any, ...]) -> Criterion:
    named = dict(zip(_COLUMNS, row, strict=True))
    named |= {"id": named.pop("criterion_id"), "at": aware(named.pop("made_at"))}
    named |= {name: tuple(from_json(named[name]) or ()) for name in _LISTS}
    named["evidence"] = tuple(Evidence(**item) for item in from_json(named["evidence"]) or ())
    named["risk_why"] = named["risk_why"] or ""
    return Criterion(**named)

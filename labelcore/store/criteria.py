"""Criteria in all their versions, and the codes and quotes behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labelcore.models import Criterion, Evidence, JudgeVersion, new_id, now
from labelcore.store import judges as judge_table
from labelcore.store.connection import Database, append_rows, aware, from_json, to_json, utc
from labelcore.store.remembering import remembered, written

_COLUMNS = (
    "criterion_id", "project_id", "version", "name", "statement", "severity",
    "max_false_failure_rate", "origin", "status", "pass_examples", "fail_examples", "keywords",
    "parents", "wording_only", "author", "why", "evidence", "made_at",
)  # fmt: skip
_TABLE = "criterion_version"
_LISTS = ("pass_examples", "fail_examples", "keywords", "parents")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM"


def save(db: Database, criteria: Sequence[Criterion]) -> None:
    """Store criteria versions, all or none."""
    save_with_judges(db, criteria, [])


def save_with_judges(
    db: Database, criteria: Sequence[Criterion], judges: Sequence[JudgeVersion]
) -> None:
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
        f"{_SELECT} criterion_version WHERE criterion_id = ? ORDER BY version, made_at",
        [criterion_id],
    )
    return [_criterion(row) for row in rows]


def save_codes(
    db: Database, project_id: str, codes: Sequence[tuple[str, str, str | None, Sequence[Evidence]]],
    *, origin: str, author: str,
) -> None:  # fmt: skip
    """Store open codes as (code id, label, criterion id, evidence), all or none."""
    at = utc(now())
    heads = [(code_id, project_id, label, origin, author, at) for code_id, label, _, _ in codes]
    quotes = [
        (code_id, item.grade_id, item.output_id, item.quote, criterion_id, at)
        for code_id, _, criterion_id, evidence in codes
        for item in evidence
    ]
    with db.transaction() as cursor:
        if heads:
            columns = ("code_id", "project_id", "label", "origin", "author", "made_at")
            append_rows(cursor, "code", columns, heads)
        if quotes:
            columns = ("code_id", "grade_id", "output_id", "quote", "criterion_id", "made_at")
            append_rows(cursor, "code_evidence", columns, quotes)


def codes(db: Database, project_id: str) -> list[dict[str, Any]]:
    """Every code with its quotes: {id, label, origin, criterion_id, evidence}."""
    rows = db.rows(
        "SELECT c.code_id, c.label, c.origin, e.criterion_id, e.grade_id, e.output_id, e.quote "
        "FROM code c JOIN code_evidence e USING (code_id) WHERE c.project_id = ? "
        "ORDER BY c.code_id, e.grade_id",
        [project_id],
    )
    found: dict[str, dict[str, Any]] = {}
    for code_id, label, origin, criterion_id, grade_id, output_id, quote in rows:
        entry = {"id": code_id, "label": label, "origin": origin, "criterion_id": criterion_id}
        evidence = found.setdefault(code_id, entry | {"evidence": []})["evidence"]
        evidence.append(Evidence(grade_id=grade_id, output_id=output_id, quote=quote))
    return list(found.values())


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
    return Criterion(**named)

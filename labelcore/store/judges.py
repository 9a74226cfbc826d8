"""Judges in all their versions, and the chosen sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb

from labelcore.models import JudgePointer, JudgeVersion, new_id, now
from labelcore.store.connection import Database, append_rows, aware, from_json, to_json, utc
from labelcore.store.lookups import remembers, written
from labelcore.store.rows import RowMapping

_VERSION = RowMapping(JudgeVersion, "judge_version", id="judge_version_id", at="made_at")
_POINTER = RowMapping(JudgePointer, "judge_pointer", id="event_id", at="made_at")
_CHOICE = "SELECT choice_id, judge_version_ids, parameters, figures, author, made_at FROM"


def save(db: Database, versions: Sequence[JudgeVersion]) -> int:
    """Store the versions that are not there yet. Returns how many were new."""
    with db.writing() as cursor:
        return save_within(cursor, versions)


def save_within(cursor: duckdb.DuckDBPyConnection, versions: Sequence[JudgeVersion]) -> int:
    """The same inside an open transaction."""
    old = set(cursor.execute("SELECT DISTINCT judge_version_id FROM judge_version").fetchall())
    fresh = {version.id: version for version in versions if (version.id,) not in old}
    if fresh:
        append_rows(cursor, "judge_version", _VERSION.columns, list(map(_VERSION.row, fresh.values())))
    return len(fresh)


def current(db: Database, project_id: str) -> list[JudgeVersion]:
    """The version in use of every judge of a project, by name."""
    return _VERSION.find(db, "judge_current WHERE project_id = ? ORDER BY name, judge_id", [project_id])


def many(db: Database, ids: Sequence[str]) -> dict[str, JudgeVersion]:
    """Judge versions by their ids."""
    versions = _VERSION.find(
        db, "judge_version_unique WHERE judge_version_id IN (SELECT unnest(?))", [list(ids)]
    )
    return {version.id: version for version in versions}


def history(db: Database, judge_id: str) -> list[JudgeVersion]:
    """All versions of one judge, oldest first."""
    return _VERSION.find(db, "judge_version_unique WHERE judge_id = ? ORDER BY version, made_at", [judge_id])


def last_numbers(db: Database, project_id: str) -> dict[str, int]:
    """The highest number of a version of each judge, in use or not."""
    return dict(
        db.rows(
            "SELECT judge_id, max(version) FROM judge_version WHERE project_id = ? GROUP BY ALL", [project_id]
        )
    )


def point(db: Database, pointer: JudgePointer) -> None:
    """Store which version of a judge is in use from now on."""
    _POINTER.add(db, [pointer])


def pointers(db: Database, judge_id: str) -> list[JudgePointer]:
    """Which versions of a judge were put in use by whom, oldest first."""
    return _POINTER.find(db, "judge_pointer WHERE judge_id = ? ORDER BY made_at, event_id", [judge_id])


def of_criterion(db: Database, project_id: str, criterion_id: str) -> list[JudgeVersion]:
    """Every judge version that ever decided a criterion, oldest first."""
    return _VERSION.find(
        db,
        "judge_version_unique WHERE project_id = ? AND criterion_id = ? ORDER BY made_at, judge_version_id",
        [project_id, criterion_id],
    )


class AnsweredAt(NamedTuple):
    """Where a judge version that names no address was answered."""

    judge_version_id: str
    endpoint: str
    model: str
    address: str


def addresses(db: Database, judge_version_ids: Sequence[str]) -> list[AnsweredAt]:
    """Where these versions were answered first."""
    rows = db.rows(
        "SELECT judge_version_id, endpoint, model, address FROM judge_address_unique "
        "WHERE judge_version_id IN (SELECT unnest(?))",
        [list(judge_version_ids)],
    )
    return [AnsweredAt(*row) for row in rows]


def remember_addresses(db: Database, answered: Sequence[AnsweredAt]) -> None:
    """Remember where versions were answered; what was there before counts."""
    if answered:
        db.append("judge_address", (*AnsweredAt._fields, "made_at"), [(*row, utc(now())) for row in answered])


def save_choice(
    db: Database,
    project_id: str,
    judge_version_ids: Sequence[str],
    parameters: dict[str, Any],
    figures: dict[str, Any],
    author: str = "",
) -> str:
    """Record a chosen set with the figures that it was chosen by. Returns its id."""
    choice_id = new_id("choice")
    sets = [to_json(value) for value in (list(judge_version_ids), parameters, figures)]
    db.run(
        "INSERT INTO choice (choice_id, project_id, judge_version_ids, parameters, figures, author, made_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [choice_id, project_id, *sets, author, utc(now())],
    )
    written(db, "choice")
    return choice_id


@remembers("choice")
def chosen(db: Database, project_id: str) -> dict[str, Any] | None:
    """The newest chosen set: {id, judge_version_ids, parameters, figures, author, at}."""
    rows = db.rows(f"{_CHOICE} choice_current WHERE project_id = ?", [project_id])
    return _choice(rows[0]) if rows else None


def choices(db: Database, project_id: str) -> list[dict[str, Any]]:
    """Every chosen set, the oldest first, each as ``chosen`` gives it."""
    rows = db.rows(f"{_CHOICE} choice WHERE project_id = ? ORDER BY made_at, choice_id", [project_id])
    return [_choice(row) for row in rows]


def _choice(row: tuple[Any, ...]) -> dict[str, Any]:
    choice_id, ids, parameters, figures, author, at = row
    return {
        "id": choice_id,
        "judge_version_ids": from_json(ids),
        "parameters": from_json(parameters),
        "figures": from_json(figures),
        "author": author,
        "at": aware(at),
    }

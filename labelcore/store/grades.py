"""Grades: events that are never changed. ``grade_current`` is what counts now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from labelcore.models import Grade, now
from labelcore.store import live
from labelcore.store.connection import Database, append_rows, aware, from_json, to_json, utc

_COLUMNS = (
    "grade_id", "project_id", "output_id", "annotator", "value", "criterion_id",
    "criterion_version", "note", "spans", "corrected_text", "seconds", "judge_shown", "source",
    "supersedes", "sample_id", "field", "level", "made_at", "stored_at",
)  # fmt: skip
_READ = _COLUMNS[:-1]


def record(db: Database, events: Sequence[Grade]) -> list[str]:
    """Store grading events; durable when this returns. Sending an event twice stores it once.

    Returns the ids of all given events: each is stored now, whether by this call or an earlier one.
    """
    distinct = {event.id: event for event in events}
    known = db.rows(
        "SELECT DISTINCT grade_id FROM grade WHERE grade_id IN (SELECT unnest(?))", [list(distinct)]
    )
    fresh = [event for id_, event in distinct.items() if (id_,) not in set(known)]
    if fresh:
        with db.transaction() as cursor:
            # One row at a time gives each its own moment of arrival, which orders the views.
            append_rows(cursor, "grade", _COLUMNS, [_row(event) for event in fresh])
        live.follow(db, fresh)
    return list(distinct)


def current(
    db: Database, project_id: str, *, annotator: str | None = None, overall_only: bool = False
) -> list[Grade]:
    """The grades that count now, oldest first."""
    sql = f"SELECT {', '.join(_READ)} FROM grade_current WHERE project_id = ?"
    parameters: list[Any] = [project_id]
    if annotator is not None:
        sql += " AND annotator = ?"
        parameters.append(annotator)
    if overall_only:
        sql += " AND criterion_id IS NULL AND field IS NULL"
    return [_grade(row) for row in db.rows(f"{sql} ORDER BY stored_at, grade_id", parameters)]


def history(
    db: Database, project_id: str, output_id: str | None = None, criterion_id: str | None = None
) -> list[Grade]:
    """Every event that was ever stored, oldest first, undone ones included."""
    sql = f"SELECT {', '.join(_READ)} FROM grade_event WHERE project_id = ?"
    parameters: list[Any] = [project_id]
    if output_id is not None:
        sql += " AND output_id = ?"
        parameters.append(output_id)
    if criterion_id is not None:
        sql += " AND criterion_id = ?"
        parameters.append(criterion_id)
    return [_grade(row) for row in db.rows(f"{sql} ORDER BY stored_at, grade_id", parameters)]


def latest(
    db: Database, project_id: str, *, annotator: str | None = None, limit: int
) -> list[Grade]:
    """The newest events of everybody or of one person, newest first, undone ones included."""
    who = "" if annotator is None else "AND annotator = $who"
    rows = db.rows(
        f"SELECT {', '.join(_READ)} FROM grade_event WHERE project_id = $project {who} "
        "ORDER BY stored_at DESC, grade_id DESC LIMIT $most",
        {"project": project_id, "most": limit} | ({} if annotator is None else {"who": annotator}),
    )
    return [_grade(row) for row in rows]


def states(db: Database, grade_ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """Of the given grades: those that were taken back, and those that count now."""
    undone = db.rows(
        "SELECT DISTINCT supersedes FROM grade_event WHERE value = 'undone' "
        "AND supersedes IN (SELECT unnest(?))",
        [list(grade_ids)],
    )
    counting = db.rows(
        "SELECT grade_id FROM grade_current WHERE grade_id IN (SELECT unnest(?))", [list(grade_ids)]
    )
    return {row[0] for row in undone}, {row[0] for row in counting}


def of_parts(
    db: Database, project_id: str, annotator: str, output_ids: Sequence[str]
) -> list[Grade]:
    """A person's current grades of single criteria and fields on some outputs."""
    # As grade_current, but a person's few rows are chosen first: this is asked at every press.
    rows = db.rows(
        "WITH mine AS MATERIALIZED (SELECT * FROM grade WHERE project_id = $project "
        "AND annotator = $who AND (criterion_id IS NOT NULL OR field IS NOT NULL) "
        "AND output_id IN (SELECT unnest($outputs)) "
        "QUALIFY row_number() OVER (PARTITION BY grade_id ORDER BY stored_at, made_at) = 1) "
        f"SELECT {', '.join(_READ)} FROM mine WHERE value <> 'undone' AND source <> 'repeat' "
        "AND grade_id NOT IN (SELECT supersedes FROM mine WHERE value = 'undone' AND supersedes IS NOT NULL) "
        "QUALIFY row_number() OVER (PARTITION BY output_id, coalesce(criterion_id, ''), coalesce(field, '') "
        "ORDER BY stored_at DESC, grade_id DESC) = 1",
        {"project": project_id, "who": annotator, "outputs": list(output_ids)},
    )
    return [_grade(row) for row in rows]


def repeats(db: Database, project_id: str, annotator: str | None = None) -> list[Grade]:
    """The silent repeats, oldest first: what people said when an output came back to them."""
    who = "" if annotator is None else "AND annotator = ?"
    rows = db.rows(
        f"SELECT {', '.join(_READ)} FROM grade_event e WHERE project_id = ? AND source = 'repeat' {who} "
        "AND value <> 'undone' AND NOT EXISTS (SELECT 1 FROM grade_event u "
        "WHERE u.value = 'undone' AND u.supersedes = e.grade_id) ORDER BY stored_at, grade_id",
        [project_id] if annotator is None else [project_id, annotator],
    )
    return [_grade(row) for row in rows]


def some(db: Database, grade_ids: Sequence[str]) -> list[Grade]:
    """Grading events by their ids."""
    rows = db.rows(
        f"SELECT {', '.join(_READ)} FROM grade_event WHERE grade_id IN (SELECT unnest(?))",
        [list(grade_ids)],
    )
    return [_grade(row) for row in rows]


def stored(db: Database, grade_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are stored."""
    rows = db.rows(
        "SELECT DISTINCT grade_id FROM grade WHERE grade_id IN (SELECT unnest(?))",
        [list(grade_ids)],
    )
    return {row[0] for row in rows}


def newest(db: Database, project_id: str) -> tuple[int, datetime | None]:
    """How many overall grades count now, and when the newest event of any kind was stored."""
    counting = (
        "SELECT count(*) FROM grade_current WHERE project_id = $project AND criterion_id IS NULL "
        "AND field IS NULL AND value <> 'skipped'"
    )
    newest = "SELECT max(stored_at) FROM grade WHERE project_id = $project"
    number, at = db.rows(f"SELECT ({counting}), ({newest})", {"project": project_id})[0]
    return int(number), aware(at) if at else None


def graded_ids(db: Database, project_id: str, annotator: str | None = None) -> set[str]:
    """Outputs with a current overall grade, skips included, of anyone or of one person."""
    who = "" if annotator is None else "AND annotator = ?"
    rows = db.rows(
        "SELECT DISTINCT output_id FROM grade_current "
        f"WHERE project_id = ? AND criterion_id IS NULL AND field IS NULL {who}",
        [project_id] if annotator is None else [project_id, annotator],
    )
    return {row[0] for row in rows}


def _row(event: Grade) -> tuple[Any, ...]:
    return (
        event.id, event.project_id, event.output_id, event.annotator, event.value,
        event.criterion_id, event.criterion_version, event.note, to_json(list(event.spans)),
        event.corrected_text, event.seconds, event.judge_shown, event.source, event.supersedes,
        event.sample_id, event.field, event.level, utc(event.at), utc(now()),
    )  # fmt: skip


def _grade(row: tuple[Any, ...]) -> Grade:
    named = dict(zip(_READ, row, strict=True))
    named |= {"id": named.pop("grade_id"), "at": aware(named.pop("made_at"))}
    named["spans"] = tuple(from_json(named["spans"]) or ())
    return Grade(**named)

"""Grades: events that are never changed. ``grade_current`` is what counts now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from labelcore.models import Grade, now
from labelcore.store import live
from labelcore.store.connection import Database, aware, utc
from labelcore.store.rows import Stored

_GRADE = Stored(Grade, id="grade_id", at="made_at")


def record(db: Database, events: Sequence[Grade]) -> list[str]:
    """Store grading events; durable when this returns. Sending an event twice stores it once.

    Returns the ids of all given events: each is stored now, whether by this call or an earlier one.
    """
    distinct = {event.id: event for event in events}
    known = _known(db, list(distinct.values()))
    fresh = [event for id_, event in distinct.items() if id_ not in known]
    if fresh:
        # One row at a time gives each its own moment of arrival, which orders the views.
        rows = [_GRADE.row(event, stored_at=utc(now())) for event in fresh]
        db.append("grade", (*_GRADE.columns, "stored_at"), rows)
        live.follow(db, fresh)
    return list(distinct)


def _known(db: Database, events: Sequence[Grade]) -> set[str]:
    """The ids of those events that are stored; most presses are answered from memory."""
    followed = [event for event in events if _is_in_memory(db, event)]
    other = [event.id for event in events if not _is_in_memory(db, event)]
    known = {event.id for event in followed if live.live(db, event.project_id).knows(event.id)}
    return known | (stored(db, other) if other else set())


def _is_in_memory(db: Database, event: Grade) -> bool:
    return live.is_followed(event) and not live.changed_here(db, event.project_id)


def current(
    db: Database,
    project_id: str,
    *,
    annotator: str | None = None,
    overall_only: bool = False,
    criteria_only: bool = False,
) -> list[Grade]:
    """The grades that count now, oldest first."""
    sql = f"SELECT {_GRADE.select} FROM grade_current WHERE project_id = ?"
    parameters: list[Any] = [project_id]
    if annotator is not None:
        sql += " AND annotator = ?"
        parameters.append(annotator)
    if overall_only:
        sql += " AND criterion_id IS NULL AND field IS NULL"
    if criteria_only:
        sql += " AND criterion_id IS NOT NULL"
    return [_GRADE.read(row) for row in db.rows(f"{sql} ORDER BY stored_at, grade_id", parameters)]


def overall(db: Database, project_id: str) -> list[tuple[str, str, str, str]]:
    """(output id, annotator, value, note) of the overall grades that count now, oldest first.

    A tenth of the cost of `current`: the pages that show figures read all grades of a project.
    """
    return db.rows(
        "SELECT output_id, annotator, value, note FROM grade_current WHERE project_id = ? "
        "AND criterion_id IS NULL AND field IS NULL ORDER BY stored_at, grade_id",
        [project_id],
    )


def changed_minds(db: Database, project_id: str) -> list[str]:
    """Outputs that one person both passed and failed; silent repeats and undone grades are left out."""
    rows = db.rows(
        "SELECT DISTINCT output_id FROM (SELECT output_id, annotator FROM grade_unique e "
        "WHERE project_id = ? AND criterion_id IS NULL AND field IS NULL "
        "AND value IN ('pass', 'fail') AND source <> 'repeat' AND NOT EXISTS (SELECT 1 "
        "FROM grade_unique u WHERE u.value = 'undone' AND u.supersedes = e.grade_id) "
        "GROUP BY output_id, annotator HAVING count(DISTINCT value) > 1) ORDER BY output_id",
        [project_id],
    )
    return [output_id for (output_id,) in rows]


def first_overall(db: Database, project_id: str) -> list[tuple[str, str, str, bool]]:
    """(output id, annotator, value, judge_shown) of each person's first pass or fail on an output
    that was not taken back.
    """
    return db.rows(
        "SELECT output_id, annotator, value, judge_shown FROM grade_unique e "
        "WHERE project_id = ? AND criterion_id IS NULL AND field IS NULL "
        "AND value IN ('pass', 'fail') AND source <> 'repeat' AND NOT EXISTS (SELECT 1 "
        "FROM grade_unique u WHERE u.value = 'undone' AND u.supersedes = e.grade_id) "
        "QUALIFY row_number() OVER (PARTITION BY output_id, annotator "
        "ORDER BY stored_at, grade_id) = 1",
        [project_id],
    )


class Tally(NamedTuple):
    """One person's overall grades that count now, in numbers; ``seconds`` is the median."""

    annotator: str
    graded: int
    passes: int
    fails: int
    unsure: int
    notes: int
    seconds: float | None
    last: datetime


def tallies(db: Database, project_id: str) -> list[Tally]:
    """Who graded how much."""
    rows = db.rows(
        "SELECT annotator, count(*) FILTER (value <> 'skipped'), count(*) FILTER (value = 'pass'), "
        "count(*) FILTER (value = 'fail'), count(*) FILTER (value = 'unsure'), "
        "count(*) FILTER (regexp_matches(note, '\\S')), median(seconds), max(made_at) "
        "FROM grade_current WHERE project_id = ? AND criterion_id IS NULL AND field IS NULL "
        "GROUP BY annotator ORDER BY annotator",
        [project_id],
    )
    return [Tally._make((*row[:-1], aware(row[-1]))) for row in rows]


def history(
    db: Database, project_id: str, output_id: str | None = None, criterion_id: str | None = None
) -> list[Grade]:
    """Every event that was ever stored, oldest first, undone ones included."""
    sql = f"SELECT {_GRADE.select} FROM grade_unique WHERE project_id = ?"
    parameters: list[Any] = [project_id]
    if output_id is not None:
        sql += " AND output_id = ?"
        parameters.append(output_id)
    if criterion_id is not None:
        sql += " AND criterion_id = ?"
        parameters.append(criterion_id)
    return [_GRADE.read(row) for row in db.rows(f"{sql} ORDER BY stored_at, grade_id", parameters)]


def latest(db: Database, project_id: str, *, annotator: str | None = None, limit: int) -> list[Grade]:
    """The newest events of everybody or of one person, newest first, undone ones included."""
    who = "" if annotator is None else "AND annotator = $who"
    rows = db.rows(
        f"SELECT {_GRADE.select} FROM grade_unique WHERE project_id = $project {who} "
        "ORDER BY stored_at DESC, grade_id DESC LIMIT $most",
        {"project": project_id, "most": limit} | ({} if annotator is None else {"who": annotator}),
    )
    return [_GRADE.read(row) for row in rows]


def states(db: Database, grade_ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """Of the given grades: those that were taken back, and those that count now."""
    undone = db.rows(
        "SELECT DISTINCT supersedes FROM grade_unique WHERE value = 'undone' "
        "AND supersedes IN (SELECT unnest(?))",
        [list(grade_ids)],
    )
    counting = db.rows(
        "SELECT grade_id FROM grade_current WHERE grade_id IN (SELECT unnest(?))", [list(grade_ids)]
    )
    return {row[0] for row in undone}, {row[0] for row in counting}


def of_parts(db: Database, project_id: str, annotator: str, output_ids: Sequence[str]) -> list[Grade]:
    """A person's current grades of single criteria and fields on some outputs."""
    # At nearly every press there are none: what lies ahead was not graded before.
    graded = live.live(db, project_id).with_parts(annotator, output_ids)
    if not graded:
        return []
    # As grade_current, but a person's few rows are chosen first: this is asked at every press.
    rows = db.rows(
        "WITH mine AS MATERIALIZED (SELECT * FROM grade WHERE project_id = $project "
        "AND annotator = $who AND (criterion_id IS NOT NULL OR field IS NOT NULL) "
        "AND output_id IN (SELECT unnest($outputs)) "
        "QUALIFY row_number() OVER (PARTITION BY grade_id ORDER BY stored_at, made_at) = 1) "
        f"SELECT {_GRADE.select} FROM mine WHERE value <> 'undone' AND source <> 'repeat' "
        "AND grade_id NOT IN (SELECT supersedes FROM mine WHERE value = 'undone' AND supersedes IS NOT NULL) "
        "QUALIFY row_number() OVER (PARTITION BY output_id, coalesce(criterion_id, ''), coalesce(field, '') "
        "ORDER BY stored_at DESC, grade_id DESC) = 1",
        {"project": project_id, "who": annotator, "outputs": graded},
    )
    return [_GRADE.read(row) for row in rows]


def repeats(db: Database, project_id: str, annotator: str | None = None) -> list[Grade]:
    """The silent repeats, oldest first: what people said when an output came back to them."""
    who = "" if annotator is None else "AND annotator = ?"
    rows = db.rows(
        f"SELECT {_GRADE.select} FROM grade_unique e WHERE project_id = ? AND source = 'repeat' {who} "
        "AND value <> 'undone' AND NOT EXISTS (SELECT 1 FROM grade_unique u "
        "WHERE u.value = 'undone' AND u.supersedes = e.grade_id) ORDER BY stored_at, grade_id",
        [project_id] if annotator is None else [project_id, annotator],
    )
    return [_GRADE.read(row) for row in rows]


def some(db: Database, grade_ids: Sequence[str]) -> list[Grade]:
    """Grading events by their ids."""
    rows = db.rows(
        f"SELECT {_GRADE.select} FROM grade_unique WHERE grade_id IN (SELECT unnest(?))", [list(grade_ids)]
    )
    return [_GRADE.read(row) for row in rows]


def stored(db: Database, grade_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are stored."""
    # One id, as at every press, needs no join.
    some = "= ?" if len(grade_ids) == 1 else "IN (SELECT unnest(?))"
    sought = grade_ids[0] if len(grade_ids) == 1 else list(grade_ids)
    rows = db.rows(f"SELECT DISTINCT grade_id FROM grade WHERE grade_id {some}", [sought])
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

"""Grades: events that are never changed. ``grade_current`` is what counts now."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from labelcore.models import Grade, GradeSource, now
from labelcore.store import criteria as criterion_table, live
from labelcore.store.connection import Database, aware, utc
from labelcore.store.live_grades import LiveGrades
from labelcore.store.lookups import remembered
from labelcore.store.rows import RowMapping, equal

_GRADE = RowMapping(Grade, "grade", id="grade_id", at="made_at")
OVERALL = "criterion_id IS NULL AND field IS NULL"
_COUNTS = "source NOT IN ('repeat', 'calibration', 'gold')"
_KEPT = "NOT EXISTS (SELECT 1 FROM grade_unique u WHERE u.value = 'undone' AND u.supersedes = e.grade_id)"
_JUDGEMENTS = (
    f"FROM grade_unique e WHERE project_id = ? AND {OVERALL} AND value IN ('pass', 'fail') "
    f"AND {_COUNTS} AND {_KEPT}"
)
"""Every pass and fail that a person gave an output and did not take back, without those that are apart."""


def record(db: Database, events: Sequence[Grade]) -> list[str]:
    """Store grading events; durable when this returns. Sending an event twice stores it once.

    Returns the ids of all given events: each is stored now, whether by this call or an earlier one.
    """
    distinct = {event.id: event for event in events}
    old = _known(db, list(distinct.values()))
    fresh = [event for id_, event in distinct.items() if id_ not in old]
    if fresh:
        # One row at a time gives each its moment of arrival, which orders the views.
        _GRADE.add(db, fresh, stored_at=lambda _: utc(now()))
        live.follow(db, fresh)
    return list(distinct)


def _known(db: Database, events: Sequence[Grade]) -> set[str]:
    """The ids of those events that are stored; most presses are answered from memory."""
    old, other = set(), []
    for event in events:
        if not live.is_followed(event) or live.changed_here(db, event.project_id):
            other.append(event.id)
        elif live.live(db, event.project_id).knows(event.id):
            old.add(event.id)
    return old | (stored(db, other) if other else set())


def current(
    db: Database,
    project_id: str,
    *,
    annotator: str | None = None,
    overall_only: bool = False,
    criteria_only: bool = False,
) -> list[Grade]:
    """The grades that count now, oldest first."""
    where, parameters = equal(project_id=project_id, annotator=annotator)
    about = f"AND {OVERALL}" if overall_only else "AND criterion_id IS NOT NULL" if criteria_only else ""
    return _GRADE.find(db, f"grade_current WHERE {where} {about} ORDER BY stored_at, grade_id", parameters)


def of_criteria(db: Database, project_id: str) -> list[Grade]:
    """The grades of single criteria that count now, oldest first; read again once somebody has graded."""
    if not live.live(db, project_id).has_parts:
        return []
    read = functools.partial(current, db, project_id, criteria_only=True)
    return remembered(db, (LiveGrades, project_id), "grades of criteria", read)


def votes_on_criteria(db: Database, project_id: str) -> list[tuple[str, str, int, int]]:
    """Output and criterion, then how many passes and fails in its present meaning count; 0 and 0 of who is
    unsure.
    """
    if not live.live(db, project_id).has_parts:
        return []
    return db.rows(
        "SELECT output_id, criterion_id, count(*) FILTER (value = 'pass'), "
        "count(*) FILTER (value = 'fail') FROM grade_current WHERE project_id = $project "
        f"AND criterion_id IS NOT NULL AND value IN ('pass', 'fail', 'unsure') AND {criterion_table.PRESENT} "
        "GROUP BY ALL ORDER BY min(stored_at), min(grade_id)",
        {"project": project_id, "meant": criterion_table.meant(db, project_id)},
    )


def notes_on_criteria(db: Database, project_id: str) -> list[tuple[str, str, list[str]]]:
    """Criterion and output, then what people wrote with their grades of it in its present meaning."""
    if not live.live(db, project_id).has_parts:
        return []
    return db.rows(
        "SELECT criterion_id, output_id, list(note ORDER BY stored_at, grade_id) FROM grade_current "
        "WHERE project_id = $project AND criterion_id IS NOT NULL AND regexp_matches(note, '\\S') "
        f"AND {criterion_table.PRESENT} GROUP BY ALL ORDER BY ALL",
        {"project": project_id, "meant": criterion_table.meant(db, project_id)},
    )


def of_outputs(
    db: Database, project_id: str, output_ids: Sequence[str], *, until: datetime | None = None
) -> list[Grade]:
    """The grades of some outputs that count now, or counted then, oldest first."""
    some = "project_id = $project AND output_id IN (SELECT unnest($outputs))"
    return current_among(db, some, {"project": project_id, "outputs": list(output_ids)}, until=until)


def of_round(
    db: Database, project_id: str, calibration_id: str, *, until: datetime | None = None
) -> list[Grade]:
    """What each person said last in a calibration round whose grades are kept apart, oldest first."""
    where = "project_id = $project AND source = 'calibration' AND sample_id = $round"
    parameters = {"project": project_id, "round": calibration_id}
    return current_among(db, where, parameters, until=until, counts="true")


def current_among(
    db: Database,
    wanted: str,
    parameters: dict[str, Any],
    *,
    until: datetime | None = None,
    counts: str = _COUNTS,
) -> list[Grade]:
    """As grade_current, oldest first, the few rows chosen first: the view numbers all grades of all."""
    if until:
        wanted, parameters = f"{wanted} AND stored_at <= $until", parameters | {"until": utc(until)}
    return _GRADE.find(
        db,
        f"(WITH few AS MATERIALIZED (SELECT * FROM grade_named WHERE {wanted} "
        "QUALIFY row_number() OVER (PARTITION BY grade_id ORDER BY stored_at, made_at) = 1) "
        f"SELECT * FROM few WHERE value <> 'undone' AND {counts} "
        "AND grade_id NOT IN (SELECT supersedes FROM few WHERE value = 'undone' AND supersedes IS NOT NULL) "
        "QUALIFY row_number() OVER (PARTITION BY output_id, annotator, coalesce(criterion_id, ''), "
        "coalesce(field, '') ORDER BY stored_at DESC, grade_id DESC) = 1) ORDER BY stored_at, grade_id",
        parameters,
    )


def overall(db: Database, project_id: str) -> list[tuple[str, str, str, str]]:
    """(output id, annotator, value, note) of the overall grades that count now, oldest first.

    A tenth of the cost of `current`: the pages that show figures read all grades of a project.
    """
    return db.rows(
        "SELECT output_id, annotator, value, note FROM grade_current "
        f"WHERE project_id = ? AND {OVERALL} ORDER BY stored_at, grade_id",
        [project_id],
    )


def changed_minds(db: Database, project_id: str) -> list[str]:
    """Outputs that one person both passed and failed; silent repeats and undone grades are left out."""
    rows = db.rows(
        f"SELECT DISTINCT output_id FROM (SELECT output_id, annotator {_JUDGEMENTS} "
        "GROUP BY output_id, annotator HAVING count(DISTINCT value) > 1) ORDER BY output_id",
        [project_id],
    )
    return [output_id for (output_id,) in rows]


def first_overall(db: Database, project_id: str) -> list[tuple[str, str, str, bool]]:
    """(output id, annotator, value, judge_shown) of each person's first pass or fail on an output
    that was not taken back.
    """
    return db.rows(
        f"SELECT output_id, annotator, value, judge_shown {_JUDGEMENTS} "
        "QUALIFY row_number() OVER (PARTITION BY output_id, annotator ORDER BY stored_at, grade_id) = 1",
        [project_id],
    )


def history(
    db: Database, project_id: str, output_id: str | None = None, criterion_id: str | None = None
) -> list[Grade]:
    """Every event that was ever stored, oldest first, undone ones included."""
    where, parameters = equal(project_id=project_id, output_id=output_id, criterion_id=criterion_id)
    return _GRADE.find(db, f"grade_unique WHERE {where} ORDER BY stored_at, grade_id", parameters)


def latest(db: Database, project_id: str, *, annotator: str | None = None, limit: int) -> list[Grade]:
    """The newest events of everybody or of one person, newest first, undone ones included."""
    where, parameters = equal(project_id=project_id, annotator=annotator)
    newest = f"ORDER BY stored_at DESC, grade_id DESC LIMIT {limit:d}"
    return _GRADE.find(db, f"grade_unique WHERE {where} {newest}", parameters)


def latest_moment(db: Database, project_id: str, annotator: str) -> datetime | None:
    """When somebody last graded; what came in by a file is no act of theirs here."""
    ((moment,),) = db.rows(
        "SELECT max(stored_at) FROM grade_unique WHERE project_id = ? AND annotator = ? "
        "AND source <> 'import'",
        [project_id, annotator],
    )
    return aware(moment) if moment else None


def states(db: Database, grade_ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """Of the given grades: those that were taken back, and those that count now."""
    some = "IN (SELECT unnest(?))"
    undone = f"SELECT DISTINCT supersedes FROM grade_unique WHERE value = 'undone' AND supersedes {some}"
    counting = f"SELECT grade_id FROM grade_current WHERE grade_id {some}"
    taken_back, now_counting = (
        {row[0] for row in db.rows(sql, [list(grade_ids)])} for sql in (undone, counting)
    )
    return taken_back, now_counting


def of_parts(db: Database, project_id: str, annotator: str, output_ids: Sequence[str]) -> list[Grade]:
    """A person's current grades of single criteria and fields on some outputs."""
    # At nearly every press there are none: what lies ahead was not graded before.
    ids = live.live(db, project_id).with_parts(annotator, output_ids)
    if not ids:
        return []
    return current_among(
        db,
        "project_id = $project AND annotator = $who AND (criterion_id IS NOT NULL OR field IS NOT NULL) "
        "AND output_id IN (SELECT unnest($outputs))",
        {"project": project_id, "who": annotator, "outputs": ids},
    )


def on_gold(db: Database, project_id: str, annotator: str = "", output_id: str = "") -> list[Grade]:
    """What people (or one of them) said of gold outputs (or one) and of criteria on them, oldest first."""
    return _GRADE.find(
        db,
        "grade_unique e WHERE project_id = $project AND source = 'gold' AND value <> 'undone' "
        "AND field IS NULL AND $who IN ('', annotator) AND $output IN ('', output_id) "
        f"AND {_KEPT} ORDER BY stored_at, grade_id",
        {"project": project_id, "who": annotator, "output": output_id},
    )


def _by_itself(*more: str) -> str:
    """SQL of each person's newest grades before another look at them; copies of a decision count nowhere."""
    first = "project_id = ? AND value <> 'undone' AND source NOT IN ('relook', 'alike')"
    where = " AND ".join([first, _COUNTS, _KEPT, *more])
    key = "output_id, annotator, coalesce(criterion_id, ''), coalesce(field, '')"
    newest = f"row_number() OVER (PARTITION BY {key} ORDER BY stored_at DESC, grade_id DESC) = 1"
    return f"grade_unique e WHERE {where} QUALIFY {newest} ORDER BY stored_at, grade_id"


_UNTOLD = (
    "NOT EXISTS (FROM grade_unique t WHERE source IN ('gold', 'calibration', 'relook') AND value <> 'undone' "
    "AND (t.project_id, t.output_id, t.annotator) = (e.project_id, e.output_id, e.annotator) "
    "AND t.stored_at < e.stored_at)"
)
"""Not graded before as gold, in a calibration round or once more, where people may learn what others say."""


def before_another_look(db: Database, project_id: str) -> list[Grade]:
    """As `current`, but what people gave before anybody asked them to look again, oldest first."""
    return _GRADE.find(db, _by_itself(), [project_id])


def independent(db: Database, project_id: str) -> list[Grade]:
    """What people gave by themselves, told of nobody's grade, oldest first."""
    return _GRADE.find(db, _by_itself(_UNTOLD), [project_id])


def independent_overall(db: Database, project_id: str) -> list[tuple[str, str, str]]:
    """(output id, annotator, value) of the independent overall grades, oldest first."""
    return db.rows(f"SELECT output_id, annotator, value FROM {_by_itself(_UNTOLD, OVERALL)}", [project_id])


def looked_again(db: Database, project_id: str, output_ids: Sequence[str]) -> dict[tuple[str, str], datetime]:
    """(output id, annotator) -> when they last graded it as a whole on being asked again, a skip included."""
    rows = db.rows(
        "SELECT output_id, annotator, max(stored_at) FROM grade_unique e WHERE project_id = ? "
        f"AND {OVERALL} AND value <> 'undone' AND {_KEPT} "
        "AND (source = 'relook' OR source = 'repeat' AND value = 'skipped') "
        "AND output_id IN (SELECT unnest(?)) GROUP BY output_id, annotator",
        [project_id, list(output_ids)],
    )
    return {(output_id, who): aware(moment) for output_id, who, moment in rows}


def repeats(db: Database, project_id: str, annotator: str | None = None) -> list[Grade]:
    """The silent repeats, oldest first: what people said when an output came back to them."""
    where, parameters = equal(project_id=project_id, annotator=annotator)
    return _GRADE.find(
        db,
        f"grade_unique e WHERE {where} AND source = 'repeat' AND value <> 'undone' AND {_KEPT} "
        "ORDER BY stored_at, grade_id",
        parameters,
    )


def some(db: Database, grade_ids: Sequence[str]) -> list[Grade]:
    """Grading events by their ids."""
    return _GRADE.find(db, "grade_unique WHERE grade_id IN (SELECT unnest(?))", [list(grade_ids)])


def beginning_with(db: Database, beginning: str) -> list[Grade]:
    """Grading events by the beginning of their ids."""
    return _GRADE.find(db, "grade_unique WHERE starts_with(grade_id, ?)", [beginning])


def stored(db: Database, grade_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are stored."""
    # One id, as at every press, needs no join.
    some = "= ?" if len(grade_ids) == 1 else "IN (SELECT unnest(?))"
    sought = grade_ids[0] if len(grade_ids) == 1 else list(grade_ids)
    rows = db.rows(f"SELECT DISTINCT grade_id FROM grade WHERE grade_id {some}", [sought])
    return {row[0] for row in rows}


def newest(db: Database, project_id: str) -> tuple[int, datetime | None]:
    """How many grades count now, of wholes and of criteria in their present meaning, and when the newest
    event of any kind was stored.
    """
    number, at = db.rows(
        "SELECT (SELECT count(*) FROM grade_current WHERE project_id = $project "
        f"AND field IS NULL AND value <> 'skipped' AND {criterion_table.PRESENT}), "
        "(SELECT max(stored_at) FROM grade WHERE project_id = $project)",
        {"project": project_id, "meant": criterion_table.meant(db, project_id)},
    )[0]
    return int(number), aware(at) if at else None


def begun_after(db: Database, output_ids: Sequence[str], moment: datetime) -> bool:
    """Whether one of the outputs got its first grade that counts after a moment."""
    rows = db.rows(
        f"SELECT 1 FROM grade WHERE output_id IN (SELECT unnest(?)) AND {_COUNTS} GROUP BY output_id "
        "HAVING min(stored_at) > ? LIMIT 1",
        [list(output_ids), utc(moment)],
    )
    return bool(rows)


def graded_ids(db: Database, project_id: str, annotator: str | None = None) -> set[str]:
    """Outputs with a current overall grade, skips included, of anyone or of one person."""
    where, parameters = equal(project_id=project_id, annotator=annotator)
    rows = db.rows(f"SELECT DISTINCT output_id FROM grade_current WHERE {where} AND {OVERALL}", parameters)
    return {row[0] for row in rows}


def parts_of_card(
    db: Database, project_id: str, annotator: str, card: tuple[str, GradeSource, str | None]
) -> dict[str, Grade]:
    """Criterion id or JSON pointer -> grade; ``card``: its output, for what it is shown, in which round."""
    output_id, source, round_id = card
    if not live.live(db, project_id).with_parts(annotator, [output_id]):
        return {}
    given = {"project": project_id, "who": annotator, "output": output_id, "source": source}
    wanted = "project_id = $project AND annotator = $who AND output_id = $output AND source = $source"
    if round_id:
        wanted, given = f"{wanted} AND sample_id = $round", given | {"round": round_id}
    found: dict[str, Grade] = {}
    for grade in current_among(db, wanted, given, counts="true"):
        if grade.is_overall:
            found.clear()
        else:
            found[str(grade.criterion_id or grade.field)] = grade
    return found

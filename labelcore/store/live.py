"""What a queue must know at every press, kept in memory: the state of a project follows the tables' events.

A state knows a cursor, and asks the database's feed what came since. It is read anew when a project is first
asked for or an import has written many grades.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from labelcore.models import APART, Comparison, Grade, now
from labelcore.store.connection import Database, utc
from labelcore.store.live_grades import LiveGrades, Uncounted

_EVENTS = (
    "SELECT grade_id, output_id, annotator, value, supersedes, source, sample_id, stored_at "
    "FROM grade_unique WHERE project_id = $project AND criterion_id IS NULL AND field IS NULL "
    "UNION ALL SELECT comparison_id, first_id || '~' || second_id, annotator, value, supersedes, "
    "'person', NULL, stored_at FROM comparison_unique WHERE project_id = $project "
    "ORDER BY stored_at, grade_id"
)
_HELD = (
    "SELECT output_id, annotator, until FROM reservation_current held "
    "WHERE project_id = $project AND until > $moment AND NOT EXISTS ("
    f"FROM ({_EVENTS}) given WHERE (given.output_id, given.annotator) = (held.output_id, held.annotator) "
    "AND value <> 'undone' AND stored_at >= held.made_at)"
)
"""A grade or a skip releases its output for good, though it is replaced or taken back."""
_WITH_PARTS = (
    "SELECT DISTINCT output_id, annotator FROM grade_named WHERE project_id = ? "
    "AND (criterion_id IS NOT NULL OR field IS NOT NULL)"
)
_loading = threading.RLock()


def live(db: Database, project_id: str) -> LiveGrades:
    """The project's state, read from the tables when it is asked for first.

    A transaction that has written events of the project gets another one, read with them.
    """
    if (transaction := db.here) and changed_here(db, project_id):
        if (LiveGrades, project_id) not in transaction.memory:
            transaction.memory[LiveGrades, project_id] = _read(db, project_id)
        inside: LiveGrades = transaction.memory[LiveGrades, project_id]
        return inside
    with _loading:
        return _caught_up(db, project_id)


def _caught_up(db: Database, project_id: str) -> LiveGrades:
    """The state with what was stored since its cursor; read anew where it is not known or too old."""
    topic = (LiveGrades, project_id)
    state: LiveGrades | None = db.memory.get(topic)
    events = db.feed.since(topic, state.cursor) if state else None
    if state is None or events is None:
        cursor = db.feed.cursor(topic)
        # Outside a transaction, which would miss events that were stored since it began.
        state = db.memory[topic] = _read(db.outside(), project_id)
        state.cursor = cursor
        events = db.feed.since(topic, cursor) or []
    for event in events:
        _take_in(state, event)
    state.cursor += len(events)
    return state


def _read(db: Database, project_id: str) -> LiveGrades:
    state = LiveGrades()
    for row in db.rows(_EVENTS, {"project": project_id}):
        _take_in_grade(state, row[:5], row[5], row[6])
    for output_id, who in db.rows(_WITH_PARTS, [project_id]):
        state.follow_part(output_id, who)
    for output_id, who, until in db.rows(_HELD, {"project": project_id, "moment": utc(now())}):
        state.hold(who, [output_id], until)
    return state


def changed_here(db: Database, project_id: str) -> bool:
    """Whether this thread is in a transaction that has written events of the project."""
    transaction = db.here
    return bool(
        transaction and (transaction.changed[LiveGrades, project_id] or transaction.changed[LiveGrades])
    )


def is_followed(event: Grade) -> bool:
    """Whether the state of its project keeps the id of an event once it is stored."""
    return event.is_overall and event.value != "undone" and event.source not in APART


def follow(db: Database, events: Sequence[Grade | Comparison]) -> None:
    """Tell of events, once they are stored for good; a state that is loaded takes them in at once."""
    if transaction := db.here:
        for event in events:
            transaction.changed[LiveGrades, event.project_id] += 1
            if inside := transaction.memory.get((LiveGrades, event.project_id)):
                _take_in(inside, event)

    def tell() -> None:
        for event in events:
            db.feed.tell((LiveGrades, event.project_id), [event])
        with _loading:
            for project_id in {event.project_id for event in events}:
                if (LiveGrades, project_id) in db.memory:
                    _caught_up(db, project_id)

    db.after_storing(tell)


def _take_in(state: LiveGrades, event: Grade | Comparison) -> None:
    if isinstance(event, Comparison):
        state.follow(event.id, event.pair, event.annotator, event.value, event.supersedes)
    elif not event.is_overall:
        state.follow_part(event.output_id, event.annotator)
    else:
        act = (event.id, event.output_id, event.annotator, event.value, event.supersedes)
        _take_in_grade(state, act, event.source, event.sample_id)


def _take_in_grade(
    state: LiveGrades, act: tuple[str, str, str, str, str | None], source: str, sample_id: str | None
) -> None:
    if source not in APART:
        state.follow(*act)
        return
    grade_id, output_id, annotator, value, supersedes = act
    state.follow_apart(grade_id, annotator, supersedes, Uncounted(output_id, value, source, sample_id))


def follow_hold(
    db: Database, project_id: str, annotator: str, output_ids: Sequence[str], until: datetime
) -> None:
    """A reservation that this thread's transaction stores: others learn what comes of it."""
    if changed_here(db, project_id):  # the state that it was put down in is the transaction's
        db.after_commit(lambda: live(db, project_id).hold(annotator, output_ids, utc(until)))
    elif output_ids:
        db.after_rollback(lambda: db.memory.pop((LiveGrades, project_id), None))


def forget(db: Database) -> None:
    """Read everything again when it is asked for next: many rows were written at once."""
    if transaction := db.here:
        transaction.changed[LiveGrades] += 1
        _drop(transaction.memory)
    db.after_storing(lambda: _drop(db.memory))


def _drop(memory: dict[Any, Any]) -> None:
    with _loading:
        for key in [
            key for key in memory if LiveGrades in (key[0], *(key[0] if isinstance(key[0], tuple) else ()))
        ]:
            del memory[key]

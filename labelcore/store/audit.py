"""Who did what when, for acts that change what numbers mean (openings of test, choices, edits)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from labelcore.models import new_id, now
from labelcore.store.connection import Database, aware, from_json, to_json, utc

_noted: ContextVar[list[str] | None] = ContextVar("acts noted under way", default=None)


@contextmanager
def watched() -> Iterator[list[str]]:
    """The names of the acts that are recorded meanwhile in this context."""
    acts: list[str] = []
    before = _noted.set(acts)
    try:
        yield acts
    finally:
        _noted.reset(before)


def note(db: Database, project_id: str, author: str, action: str, subject: str, **detail: Any) -> None:
    """Record an act."""
    columns = ("event_id", "project_id", "author", "action", "subject", "detail", "made_at")
    row = (new_id("event"), project_id, author, action, subject, to_json(detail), utc(now()))
    db.append("audit_event", columns, [row])
    if (acts := _noted.get()) is not None:
        acts.append(action)


def all_of(db: Database, project_id: str, actions: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The acts of a project, or those of some names, the newest first."""
    rows = db.rows(
        "SELECT author, action, subject, detail, made_at FROM audit_event WHERE project_id = ? "
        "AND coalesce(list_contains(?, action), true) ORDER BY made_at DESC, event_id DESC",
        [project_id, None if actions is None else list(actions)],
    )
    return [
        {"author": a, "action": b, "subject": c, "detail": from_json(d), "at": aware(e)}
        for a, b, c, d, e in rows
    ]


def about(db: Database, project_id: str, action: str, subject: str) -> dict[str, Any] | None:
    """The detail of the newest act of a name on a subject; None where there is none."""
    rows = db.rows(
        "SELECT detail FROM audit_event WHERE project_id = ? AND action = ? AND subject = ? "
        "ORDER BY made_at DESC, event_id DESC LIMIT 1",
        [project_id, action, subject],
    )
    return (from_json(rows[0][0]) or {}) if rows else None


def happened(db: Database, project_id: str, action: str) -> bool:
    """Whether an act of that name was ever recorded."""
    sql = "SELECT 1 FROM audit_event WHERE project_id = ? AND action = ? LIMIT 1"
    return bool(db.rows(sql, [project_id, action]))

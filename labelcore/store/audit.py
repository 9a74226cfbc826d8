"""Who did what when, for acts that change what numbers mean (openings of test, choices, edits)."""

from __future__ import annotations

from typing import Any

from labelcore.models import new_id, now
from labelcore.store.connection import Database, aware, from_json, to_json, utc


def note(
    db: Database, project_id: str, author: str, action: str, subject: str, **detail: Any
) -> None:
    """Record an act."""
    columns = ("event_id", "project_id", "author", "action", "subject", "detail", "made_at")
    row = (new_id("event"), project_id, author, action, subject, to_json(detail), utc(now()))
    db.append("audit_event", columns, [row])


def all_of(db: Database, project_id: str) -> list[dict[str, Any]]:
    """The acts of a project, the newest first."""
    rows = db.rows(
        "SELECT author, action, subject, detail, made_at FROM audit_event "
        "WHERE project_id = ? ORDER BY made_at DESC, event_id DESC",
        [project_id],
    )
    return [
        {"author": a, "action": b, "subject": c, "detail": from_json(d), "at": aware(e)}
        for a, b, c, d, e in rows
    ]


def happened(db: Database, project_id: str, action: str) -> bool:
    """Whether an act of that name was ever recorded."""
    return bool(
        db.rows(
            "SELECT 1 FROM audit_event WHERE project_id = ? AND action = ? LIMIT 1",
            [project_id, action],
        )
    )

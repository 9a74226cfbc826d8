"""Who did what when from where, for acts that change what numbers mean (openings of test, choices, edits).

Acts are only added. Once stored each is sealed: its digest covers the act and the digest before it, so that a
change of an act, or one that is missing, breaks the chain from there on.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, NamedTuple

from labelcore.contexts import within
from labelcore.models import new_id, now
from labelcore.store.connection import Database, aware, from_json, to_json, utc

ORIGIN: ContextVar[str] = ContextVar("where the person is", default="")
"""A command, or a page with the visitor's address."""
_sealing = threading.Lock()
_FIRST = ""
_noted: ContextVar[list[str] | None] = ContextVar("acts noted under way", default=None)


def watched() -> AbstractContextManager[list[str] | None]:
    """The names of the acts that are recorded meanwhile in this context."""
    return within(_noted, [])


def note(db: Database, project_id: str, author: str, action: str, subject: str, **detail: Any) -> None:
    """Record an act."""
    columns = ("event_id", "project_id", "author", "action", "subject", "detail", "made_at", "origin")
    row = (new_id("event"), project_id, author, action, subject, to_json(detail), utc(now()), ORIGIN.get())
    db.append("audit_event", columns, [row])
    db.after_commit(lambda: seal(db))
    if (acts := _noted.get()) is not None:
        acts.append(action)


def kept_of(value: Any) -> Any:
    """What is kept of an act's argument: short words and numbers, ids of things, never long texts."""
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= 200 else None
    if isinstance(value, list | tuple):
        return [kept_of(part) for part in value[:20]]
    return getattr(value, "id", None)


class Act(NamedTuple):
    """One act as it is stored; ``detail`` is JSON."""

    event_id: str
    project_id: str
    author: str
    action: str
    subject: str
    detail: str
    made_at: datetime
    origin: str

    def digest(self, before: str) -> str:
        """The hash of this act and of the digest before it."""
        parts = [before, *(str(part or "") for part in self)]
        return hashlib.sha256(
            json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")
        ).hexdigest()


_ACT = ", ".join(Act._fields)


def seal(db: Database) -> None:
    """Seal the acts that are not yet; those of a process that died are sealed by the next."""
    with _sealing:
        last = db.rows("SELECT place, digest FROM audit_seal ORDER BY place DESC LIMIT 1")
        place, digest = last[0] if last else (0, _FIRST)
        rows = db.rows(
            f"SELECT {_ACT} FROM audit_event ANTI JOIN audit_seal USING (event_id) ORDER BY made_at, event_id"
        )
        sealed = []
        for act in map(Act._make, rows):
            place, digest = place + 1, act.digest(digest)
            sealed.append((place, act.event_id, digest, utc(now())))
        db.append("audit_seal", ("place", "event_id", "digest", "made_at"), sealed)


class Chain(NamedTuple):
    """What the chain says: ``sealed`` acts, the last digest, and the place where it breaks, 0 for nowhere."""

    sealed: int
    digest: str
    broken_at: int


def verify(db: Database) -> Chain:
    """Compute the chain anew from the acts."""
    columns = ", ".join(f"act.{name}" for name in Act._fields)
    rows = db.rows(
        f"SELECT place, digest, {columns} FROM audit_seal LEFT JOIN audit_event act USING (event_id) "
        "ORDER BY place"
    )
    digest = _FIRST
    for at, (place, seal, *parts) in enumerate(rows, 1):
        digest = Act._make(parts).digest(digest)
        if place != at or digest != seal:
            return Chain(len(rows), seal, at)
    return Chain(len(rows), digest, 0)


def search(
    db: Database, places: Sequence[str], columns: Mapping[str, str], days: tuple[date, date], limit: int
) -> list[Act]:
    """The newest acts of some projects ("": of none, such as a sign-in) whose columns have these values.

    ``days``: the first and the last that count, in UTC.
    """
    conditions = [f"{column} = ${column}" for column in columns] + ["list_contains($places, project_id)"]
    conditions.append("CAST(made_at AS DATE) BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)")
    parameters: dict[str, Any] = {**columns, "places": list(places)}
    parameters |= {"first": days[0].isoformat(), "last": days[1].isoformat()}
    where = " AND ".join(conditions)
    rows = db.rows(
        f"SELECT {_ACT} FROM audit_event WHERE {where} ORDER BY made_at DESC, event_id DESC LIMIT {limit:d}",
        parameters,
    )
    return list(map(Act._make, rows))


def names(db: Database, places: Sequence[str]) -> tuple[str, ...]:
    """The names of all acts of some projects."""
    sql = "SELECT DISTINCT action FROM audit_event WHERE list_contains(?, project_id) ORDER BY 1"
    return tuple(name for (name,) in db.rows(sql, [list(places)]))


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


def origins(db: Database, action: str, subject: str) -> list[str]:
    """Where each act of a name on a subject came from, of those that are about no one project."""
    sql = "SELECT origin FROM audit_event WHERE project_id = '' AND action = ? AND subject = ?"
    return [str(origin or "") for (origin,) in db.rows(sql, [action, subject])]


def happened(db: Database, project_id: str, action: str) -> bool:
    """Whether an act of that name was ever recorded."""
    sql = "SELECT 1 FROM audit_event WHERE project_id = ? AND action = ? LIMIT 1"
    return bool(db.rows(sql, [project_id, action]))

"""Reservations: who holds which output until when. Append-only; the newest row counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from labelcore.models import now
from labelcore.store.connection import Database, utc
from labelcore.store.live import follow_hold, live

_COLUMNS = ("project_id", "output_id", "annotator", "until", "made_at")


def hold(db: Database, project_id: str, annotator: str, output_ids: Sequence[str], until: datetime) -> None:
    """Reserve outputs for a person until a moment; a moment in the past gives them back."""
    live(db, project_id).hold(annotator, output_ids, utc(until))
    keep(db, project_id, annotator, output_ids, until)


def keep(db: Database, project_id: str, annotator: str, output_ids: Sequence[str], until: datetime) -> None:
    """Store what the project's state has taken in already, for the next process."""
    rows = [(project_id, output_id, annotator, utc(until), utc(now())) for output_id in output_ids]
    db.append("reservation", _COLUMNS, rows)
    follow_hold(db, project_id, annotator, output_ids, until)


def release(db: Database, project_id: str, holds: Iterable[tuple[str, str]]) -> None:
    """Give back outputs, each with who holds it."""
    by_person: dict[str, list[str]] = {}
    for output_id, who in holds:
        by_person.setdefault(who, []).append(output_id)
    for who, output_ids in by_person.items():
        hold(db, project_id, who, output_ids, now())


def held(db: Database, project_id: str) -> list[tuple[str, str, datetime]]:
    """(output id, annotator, until) of every reservation that has not run out."""
    return db.rows(
        "SELECT output_id, annotator, until FROM reservation_current WHERE project_id = ? AND until > ?",
        [project_id, utc(now())],
    )

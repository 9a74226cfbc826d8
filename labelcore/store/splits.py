"""Looks at the sealed test, and the groups whose split no longer follows from the hash alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from labelcore.models import Frozen, SplitName, now
from labelcore.stats.splits import Splits
from labelcore.store.connection import Database, append_rows, aware, utc


class Opening(Frozen):
    """One look at a split: who, when, for what, and a hash of what there was to see."""

    author: str
    purpose: str
    state: str
    round: int
    at: datetime


class Round(Frozen):
    """The giving up of a spent test; ``number`` counts from 1, before it is round 0."""

    number: int
    author: str
    why: str
    at: datetime


def record_opening(
    db: Database, project_id: str, split: SplitName, *, author: str, purpose: str, state: str, round_: int
) -> None:
    """Log a look at a split."""
    columns = ("project_id", "split", "author", "purpose", "made_at", "state", "round")
    row = (project_id, split, author, purpose, utc(now()), state, round_)
    db.append("split_opening", columns, [row])


def openings(db: Database, project_id: str, split: SplitName) -> list[Opening]:
    """Every look at a split, the oldest first."""
    rows = db.rows(
        "SELECT author, purpose, coalesce(state, ''), coalesce(round, 0), made_at "
        "FROM split_opening WHERE project_id = ? AND split = ? ORDER BY made_at",
        [project_id, split],
    )
    return [Opening(author=a or "", purpose=b or "", state=c, round=d, at=aware(e)) for a, b, c, d, e in rows]


def rounds(db: Database, project_id: str) -> list[Round]:
    """Every giving up of a test, the oldest first."""
    rows = db.rows(
        "SELECT round, author, why, made_at FROM split_round WHERE project_id = ? "
        "QUALIFY row_number() OVER (PARTITION BY round ORDER BY made_at) = 1 ORDER BY round",
        [project_id],
    )
    return [Round(number=a, author=b, why=c, at=aware(d)) for a, b, c, d in rows]


def dealt(db: Database, project_id: str) -> Splits:
    """How the groups of a project are dealt now."""
    begun = rounds(db, project_id)
    if not begun:
        return Splits(project_id)
    rows = db.rows("SELECT group_key, split FROM settled_group_current WHERE project_id = ?", [project_id])
    return Splits(project_id, begun[-1].number, dict(rows))


def begin_round(
    db: Database, project_id: str, number: int, groups: Mapping[str, SplitName], *, author: str, why: str
) -> None:
    """Give the test up: these groups stay where they are told, all others are dealt anew."""
    at = utc(now())
    columns = ("project_id", "group_key", "split", "round", "made_at")
    rows = [(project_id, group, split, number, at) for group, split in groups.items()]
    with db.transaction() as cursor:
        if rows:
            append_rows(cursor, "settled_group", columns, rows)
        append_rows(
            cursor,
            "split_round",
            ("project_id", "round", "author", "why", "made_at"),
            [(project_id, number, author, why, at)],
        )

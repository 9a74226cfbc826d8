"""Looks at the sealed test, and the groups whose split no longer follows from the hash alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from labelcore.models import Frozen, SplitName, now
from labelcore.stats.splits import UNTIL_DEV, UNTIL_TRAIN, Splits
from labelcore.store.connection import Database, utc
from labelcore.store.rows import RowMapping


class Opening(Frozen):
    """One look at a split: who, when, for what, and a hash of what there was to see."""

    author: str = ""
    purpose: str = ""
    state: str = ""
    round: int = 0
    at: datetime = Field(default_factory=now)


class SpentTest(Frozen):
    """The giving up of a spent test; ``number`` counts from 1, before it is round 0."""

    number: int
    author: str
    why: str
    at: datetime = Field(default_factory=now)


_OPENING = RowMapping(Opening, "split_opening", at="made_at")
_ROUND = RowMapping(SpentTest, "split_round", number="round", at="made_at")


def record_opening(db: Database, project_id: str, split: SplitName, opening: Opening) -> None:
    """Log a look at a split."""
    _OPENING.add(db, [opening], project_id=project_id, split=split)


def openings(db: Database, project_id: str, split: SplitName) -> list[Opening]:
    """Every look at a split, the oldest first."""
    source = "split_opening WHERE project_id = ? AND split = ? ORDER BY made_at"
    return _OPENING.find(db, source, [project_id, split])


def rounds(db: Database, project_id: str) -> list[SpentTest]:
    """Every giving up of a test, the oldest first."""
    once = "QUALIFY row_number() OVER (PARTITION BY round ORDER BY made_at) = 1"
    return _ROUND.find(db, f"split_round WHERE project_id = ? {once} ORDER BY round", [project_id])


def dealt(db: Database, project_id: str) -> Splits:
    """How the groups of a project are dealt now."""
    begun = rounds(db, project_id)
    if not begun:
        return Splits(project_id)
    rows = db.rows("SELECT group_key, split FROM settled_group_current WHERE project_id = ?", [project_id])
    return Splits(project_id, begun[-1].number, dict(rows))


def split_sql(db: Database, project_id: str) -> str:
    """SQL for the split of a row of ``output``, as `Splits.of` deals it; its parameter is $project."""
    number = max((begun.number for begun in rounds(db, project_id)), default=0)
    group = "coalesce(group_key, output_id)"
    hashed = f"concat_ws(chr(31), $project, {group}{f', {number:d}' if number else ''})"
    percent = f"('0x' || left(sha256({hashed}), 16))::UBIGINT % 100"
    dealt = f"CASE WHEN {percent} < {UNTIL_TRAIN} THEN 'train' WHEN {percent} < {UNTIL_DEV} THEN 'dev' "
    settled = (
        "(SELECT any_value(s.split) FROM settled_group_current s WHERE s.project_id = $project "
        "AND s.group_key = coalesce(output.group_key, output.output_id)), "
    )
    return f"coalesce({settled if number else ''}{dealt} ELSE 'test' END)"


def sizes(db: Database, project_id: str) -> dict[SplitName, tuple[int, int]]:
    """By split that has any: how many outputs, of how many groups."""
    rows = db.rows(
        "SELECT split, count(*), count(DISTINCT source) FROM (SELECT coalesce(group_key, output_id) AS "
        f"source, {split_sql(db, project_id)} AS split FROM output_current output "
        "WHERE project_id = $project) GROUP BY split",
        {"project": project_id},
    )
    return {split: (int(outputs), int(groups)) for split, outputs, groups in rows}


def begin_round(db: Database, project_id: str, begun: SpentTest, groups: Mapping[str, SplitName]) -> None:
    """Give the test up: these groups stay where they are told, all others are dealt anew."""
    columns = ("project_id", "group_key", "split", "round", "made_at")
    rows = [(project_id, group, split, begun.number, utc(begun.at)) for group, split in groups.items()]
    with db.transaction():
        db.append("settled_group", columns, rows)
        _ROUND.add(db, [begun], project_id=project_id)

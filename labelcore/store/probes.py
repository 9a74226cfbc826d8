"""Probes of criteria, and what experts say of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labelcore.models import ProbeCase, ProbeOpinion
from labelcore.store.connection import Database, aware, utc

_COLUMNS = (
    "probe_id",
    "project_id",
    "criterion_id",
    "criterion_version",
    "output_id",
    "defect",
    "text",
    "changed",
    "seed",
    "author",
    "made_at",
)
_OPINION = ("opinion_id", "project_id", "probe_id", "annotator", "value", "note", "made_at")


def save(db: Database, probes: Sequence[ProbeCase]) -> int:
    """Store the probes that are not there yet. Returns how many were new."""
    known = _stored(db, [probe.id for probe in probes])
    fresh = {probe.id: probe for probe in probes if probe.id not in known}
    db.append("probe", _COLUMNS, [_row(probe) for probe in fresh.values()])
    return len(fresh)


def _stored(db: Database, ids: Sequence[str]) -> set[str]:
    sql = "SELECT probe_id FROM probe WHERE probe_id IN (SELECT unnest(?))"
    return {str(row[0]) for row in db.rows(sql, [list(ids)])}


def all_of(db: Database, project_id: str, criterion_id: str | None = None) -> list[ProbeCase]:
    """The probes of a project, or of one criterion in all its versions, oldest first."""
    sql = f"SELECT {', '.join(_COLUMNS)} FROM probe_unique WHERE project_id = ?"
    parameters = [project_id]
    if criterion_id is not None:
        sql += " AND criterion_id = ?"
        parameters.append(criterion_id)
    return [_probe(row) for row in db.rows(f"{sql} ORDER BY made_at, probe_id", parameters)]


def say(db: Database, opinion: ProbeOpinion) -> None:
    """Store an opinion; earlier ones stay in the history."""
    named = opinion.model_dump()
    named |= {"opinion_id": named.pop("id"), "made_at": utc(named.pop("at"))}
    db.append("probe_opinion", _OPINION, [tuple(named[column] for column in _OPINION)])


def opinions(db: Database, project_id: str) -> dict[str, ProbeOpinion]:
    """The opinion that counts now, by probe id: the newest of anybody's that was not taken back."""
    return {opinion.probe_id: opinion for opinion in _read(db, "probe_opinion_current", project_id)}


def opinions_by_person(db: Database, project_id: str) -> list[ProbeOpinion]:
    """What each person says of each probe now, oldest first."""
    return _read(db, "probe_opinion_by_person", project_id)


def history(db: Database, project_id: str) -> list[ProbeOpinion]:
    """Every opinion that was ever stored, oldest first, undone ones included."""
    return _read(db, "probe_opinion", project_id)


def _read(db: Database, table: str, project_id: str) -> list[ProbeOpinion]:
    rows = db.rows(
        f"SELECT {', '.join(_OPINION)} FROM {table} WHERE project_id = ? ORDER BY made_at, opinion_id",
        [project_id],
    )
    return [_opinion(row) for row in rows]


def _opinion(row: tuple[Any, ...]) -> ProbeOpinion:
    named = dict(zip(_OPINION, row, strict=True))
    named |= {"id": named.pop("opinion_id"), "at": aware(named.pop("made_at"))}
    return ProbeOpinion(**named)


def _probe(row: tuple[Any, ...]) -> ProbeCase:
    named = dict(zip(_COLUMNS, row, strict=True))
    named |= {"id": named.pop("probe_id"), "at": aware(named.pop("made_at"))}
    named["where"] = named.pop("changed")  # WHERE is a word of SQL
    return ProbeCase(**named)


def _row(probe: ProbeCase) -> tuple[Any, ...]:
    named = probe.model_dump()
    named |= {"probe_id": named.pop("id"), "made_at": utc(named.pop("at"))}
    named["changed"] = named.pop("where")
    return tuple(named[column] for column in _COLUMNS)

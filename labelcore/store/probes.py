"""Probes of criteria, and what experts say of them."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import ProbeCase, ProbeOpinion
from labelcore.store.connection import Database
from labelcore.store.rows import Stored

_PROBE = Stored(ProbeCase, id="probe_id", at="made_at", where="changed")  # WHERE is a word of SQL
_OPINION = Stored(ProbeOpinion, id="opinion_id", at="made_at")


def save(db: Database, probes: Sequence[ProbeCase]) -> int:
    """Store the probes that are not there yet. Returns how many were new."""
    known = _stored(db, [probe.id for probe in probes])
    fresh = {probe.id: probe for probe in probes if probe.id not in known}
    db.append("probe", _PROBE.columns, [_PROBE.row(probe) for probe in fresh.values()])
    return len(fresh)


def _stored(db: Database, ids: Sequence[str]) -> set[str]:
    sql = "SELECT probe_id FROM probe WHERE probe_id IN (SELECT unnest(?))"
    return {str(row[0]) for row in db.rows(sql, [list(ids)])}


def all_of(db: Database, project_id: str, criterion_id: str | None = None) -> list[ProbeCase]:
    """The probes of a project, or of one criterion in all its versions, oldest first."""
    sql = f"SELECT {_PROBE.select} FROM probe_unique WHERE project_id = ?"
    parameters = [project_id]
    if criterion_id is not None:
        sql += " AND criterion_id = ?"
        parameters.append(criterion_id)
    return [_PROBE.read(row) for row in db.rows(f"{sql} ORDER BY made_at, probe_id", parameters)]


def say(db: Database, opinion: ProbeOpinion) -> None:
    """Store an opinion; earlier ones stay in the history."""
    db.append("probe_opinion", _OPINION.columns, [_OPINION.row(opinion)])


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
        f"SELECT {_OPINION.select} FROM {table} WHERE project_id = ? ORDER BY made_at, opinion_id",
        [project_id],
    )
    return [_OPINION.read(row) for row in rows]

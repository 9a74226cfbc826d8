"""Probes of criteria with what experts say of them; what hardness tests found, so that none is paid twice."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import HardnessResult, ProbeCase, ProbeOpinion
from labelcore.store.connection import Database
from labelcore.store.rows import RowMapping, equal

_PROBE = RowMapping(
    ProbeCase, "probe", id="probe_id", at="made_at", where="changed"
)  # WHERE is a word of SQL
_OPINION = RowMapping(ProbeOpinion, "probe_opinion", id="opinion_id", at="made_at")
_OF_PROJECT = "WHERE project_id = ? ORDER BY made_at, opinion_id"


def save(db: Database, probes: Sequence[ProbeCase]) -> int:
    """Store the probes that are not there yet. Returns how many were new."""
    sql = "SELECT probe_id FROM probe WHERE probe_id IN (SELECT unnest(?))"
    old = {row[0] for row in db.rows(sql, [[probe.id for probe in probes]])}
    fresh = {probe.id: probe for probe in probes if probe.id not in old}
    _PROBE.add(db, fresh.values())
    return len(fresh)


def all_of(db: Database, project_id: str, criterion_id: str | None = None) -> list[ProbeCase]:
    """The probes of a project, or of one criterion in all its versions, oldest first."""
    where, parameters = equal(project_id=project_id, criterion_id=criterion_id)
    return _PROBE.find(db, f"probe_unique WHERE {where} ORDER BY made_at, probe_id", parameters)


def say(db: Database, opinion: ProbeOpinion) -> None:
    """Store an opinion; earlier ones stay in the history."""
    _OPINION.add(db, [opinion])


def opinions(db: Database, project_id: str) -> dict[str, ProbeOpinion]:
    """The opinion that counts now, by probe id: the newest of anybody's that was not taken back."""
    newest = _OPINION.find(db, f"probe_opinion_current {_OF_PROJECT}", [project_id])
    return {opinion.probe_id: opinion for opinion in newest}


def opinions_by_person(db: Database, project_id: str) -> list[ProbeOpinion]:
    """What each person says of each probe now, oldest first."""
    return _OPINION.find(db, f"probe_opinion_by_person {_OF_PROJECT}", [project_id])


def history(db: Database, project_id: str) -> list[ProbeOpinion]:
    """Every opinion that was ever stored, oldest first, undone ones included."""
    return _OPINION.find(db, f"probe_opinion {_OF_PROJECT}", [project_id])


_RESULT = RowMapping(HardnessResult, "hardness_result", id="result_id", at="made_at")


def save_hardness(db: Database, results: Sequence[HardnessResult]) -> None:
    """Store results; one that is there already is not counted twice."""
    _RESULT.add(db, results)


def hardness_of(db: Database, judge_version_id: str) -> list[HardnessResult]:
    """All results of a judge version, in the order of their ids."""
    return _RESULT.find(
        db, "hardness_result_unique WHERE judge_version_id = ? ORDER BY result_id", [judge_version_id]
    )

"""Criteria in all their versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from labelcore.models import Criterion, JudgeVersion, new_id, now
from labelcore.store import judges as judge_table
from labelcore.store.connection import Database, utc
from labelcore.store.lookups import remembers, written
from labelcore.store.rows import RowMapping

_CRITERION = RowMapping(Criterion, "criterion_version", id="criterion_id", at="made_at")
PRESENT = (
    "(criterion_id IS NULL OR list_contains($meant, criterion_id || ' ' || coalesce(criterion_version, 1)))"
)
"""SQL of what is said of a whole, or of a criterion in its present meaning; ``$meant`` is `meant`."""


def save(db: Database, criteria: Sequence[Criterion], judges: Sequence[JudgeVersion] = ()) -> None:
    """Store criteria versions together with judges of them, all or none."""
    with db.transaction():
        _CRITERION.add(db, criteria, event_id=lambda _: new_id("event"))
        if judges:
            judge_table.save(db, judges)
    written(db, "criterion_version")


@remembers("criterion_version")
def current(db: Database, project_id: str) -> list[Criterion]:
    """The newest version of every criterion of a project, whatever its status, oldest first."""
    return _CRITERION.find(db, "criterion_current WHERE project_id = ? ORDER BY criterion_id", [project_id])


@remembers("criterion_version")
def versions(db: Database, project_id: str) -> dict[str, list[Criterion]]:
    """All versions of every criterion of a project by its id, oldest first."""
    versions_of: dict[str, list[Criterion]] = defaultdict(list)
    source = "criterion_version WHERE project_id = ? ORDER BY version, made_at"
    for version in _CRITERION.find(db, source, [project_id]):
        versions_of[version.id].append(version)
    return dict(versions_of)


def same_meaning(versions: Sequence[Criterion]) -> set[int]:
    """The numbers of the versions that mean what the newest means.

    They changed its wording only, or have the statement of one that did (an edit that was taken back).
    """
    meaning: dict[int, int] = {}
    first_with: dict[str, int] = {}
    newest = 0
    for version in versions:
        before = newest if version.wording_only else 0
        newest = before or first_with.get(version.statement) or version.version
        meaning[version.version] = newest
        first_with.setdefault(version.statement, newest)
    return {number for number, oldest in meaning.items() if oldest == newest}


def present_meanings(db: Database, project_id: str) -> dict[str, set[int]]:
    """Of each criterion by its id: the numbers of the versions that mean what it means now."""
    return {key: same_meaning(all_of_it) for key, all_of_it in versions(db, project_id).items()}


def meant(db: Database, project_id: str) -> list[str]:
    """The same as `PRESENT` compares them: a criterion's id with such a number."""
    return [f"{key} {n}" for key, numbers in present_meanings(db, project_id).items() for n in numbers]


def history(db: Database, criterion_id: str) -> list[Criterion]:
    """All versions of one criterion, oldest first."""
    source = "criterion_version WHERE criterion_id = ? ORDER BY version, made_at"
    return _CRITERION.find(db, source, [criterion_id])


def keep_apart(db: Database, project_id: str, *, pair: tuple[str, str], by: str) -> None:
    """Append that somebody keeps two criteria apart."""
    columns = ("first_id", "second_id", "project_id", "made_by", "made_at")
    db.append("criteria_apart", columns, [(*pair, project_id, by, utc(now()))])


def apart(db: Database, project_id: str) -> set[frozenset[str]]:
    """The pairs of criteria, by id, that somebody keeps apart."""
    pairs = db.rows("SELECT first_id, second_id FROM criteria_apart WHERE project_id = ?", [project_id])
    return {frozenset(pair) for pair in pairs}

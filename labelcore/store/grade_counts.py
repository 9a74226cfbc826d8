"""What people graded, in numbers: how much, when, and how it compares with the grades of others."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from labelcore.models import Frozen
from labelcore.store.connection import Database, aware, utc
from labelcore.store.grades import OVERALL


class Tally(Frozen):
    """One person's overall grades that count now, in numbers; ``seconds`` is the median."""

    annotator: str
    graded: int
    passes: int
    fails: int
    unsure: int
    notes: int
    seconds: float | None
    last: datetime


def tallies(db: Database, project_id: str) -> list[Tally]:
    """Who graded how much."""
    rows = db.rows(
        "SELECT annotator, count(*) FILTER (value <> 'skipped'), count(*) FILTER (value = 'pass'), "
        "count(*) FILTER (value = 'fail'), count(*) FILTER (value = 'unsure'), "
        "count(*) FILTER (regexp_matches(note, '\\S')), median(seconds), max(made_at) "
        f"FROM grade_current WHERE project_id = ? AND {OVERALL} "
        "GROUP BY annotator ORDER BY annotator",
        [project_id],
    )
    counted = (zip(Tally.model_fields, (*row[:-1], aware(row[-1])), strict=True) for row in rows)
    return [Tally.model_validate(dict(count)) for count in counted]


class VerdictShares(NamedTuple):
    """A pass or fail of one person, and how many others passed and failed the same."""

    output_id: str
    criterion_id: str | None
    passes: bool
    others_pass: int
    others_failed: int

    @property
    def is_tie(self) -> bool:
        """Whether as many others passed it as failed it."""
        return self.others_pass == self.others_failed

    @property
    def others_fail(self) -> bool:
        """Whether most others failed it."""
        return self.others_failed > self.others_pass

    @property
    def others_differ(self) -> bool:
        """Whether anybody else said otherwise."""
        return bool(self.others_failed if self.passes else self.others_pass)


def beside(db: Database, project_id: str, annotator: str) -> list[VerdictShares]:
    """A person's grades of wholes and criteria that others gave too; nothing of what only others graded."""
    rows = db.rows(
        "WITH given AS (SELECT * FROM grade_current WHERE project_id = $project AND field IS NULL "
        "AND value IN ('pass', 'fail')) "
        "SELECT mine.output_id, mine.criterion_id, mine.value = 'pass', "
        "count(*) FILTER (other.value = 'pass'), count(*) FILTER (other.value = 'fail') "
        "FROM given mine JOIN given other ON other.output_id = mine.output_id "
        "AND coalesce(other.criterion_id, '') = coalesce(mine.criterion_id, '') "
        "AND other.annotator <> mine.annotator "
        "WHERE mine.annotator = $who GROUP BY ALL ORDER BY ALL",
        {"project": project_id, "who": annotator},
    )
    return [VerdictShares._make(row) for row in rows]


class Share(NamedTuple):
    """What one person did since a moment: outputs graded as wholes, and grades with a note."""

    annotator: str
    outputs: int
    notes: int


def since(db: Database, project_id: str, moment: datetime) -> list[Share]:
    """Who graded how much here since a moment, the most first; imported grades and skips are left out."""
    rows = db.rows(
        "SELECT annotator, count(*), count(*) FILTER (regexp_matches(note, '\\S')) FROM grade_current "
        f"WHERE project_id = ? AND {OVERALL} AND value <> 'skipped' AND stored_at >= ? "
        "AND source NOT IN ('import', 'feedback') GROUP BY annotator ORDER BY 2 DESC, annotator",
        [project_id, utc(moment)],
    )
    return list(map(Share._make, rows))


def recent_days(db: Database, project_id: str, since: datetime) -> dict[str, list[datetime]]:
    """When each person graded whole outputs since a moment, skips left out; of whom only files tell: []."""
    days_of: dict[str, list[datetime]] = {}
    for who, source, moment in db.rows(
        f"SELECT annotator, source, made_at FROM grade_current WHERE project_id = ? AND {OVERALL} "
        "AND value <> 'skipped' AND made_at >= ? ORDER BY made_at",
        [project_id, utc(since)],
    ):
        graded_here = days_of.setdefault(who, [])
        if source != "import":
            graded_here.append(aware(moment))
    return days_of

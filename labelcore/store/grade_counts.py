"""What people graded, in numbers: how much, when, and how it compares with the grades of others."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from labelcore.models import Frozen
from labelcore.store import criteria as criterion_table
from labelcore.store.connection import Database, aware, utc
from labelcore.store.grades import OVERALL


class Tally(Frozen):
    """What one person's grades that count now say of outputs, in numbers: as wholes or, without a grade of
    that, on criteria in their present meaning, failed for one fail. ``notes``, ``seconds`` (the median) and
    ``last`` are of all that they gave, whatever a criterion means since: outputs with a note.
    """

    annotator: str
    graded: int
    passes: int
    fails: int
    unsure: int
    notes: int
    seconds: float | None
    last: datetime


_EACH = (
    "WITH each AS (SELECT annotator, output_id, bool_or(regexp_matches(note, '\\S')) AS noted, "
    f"coalesce(max(value) FILTER ({OVERALL} AND value <> 'skipped'), "
    "CASE WHEN bool_or(value = 'fail') THEN 'fail' WHEN bool_or(value = 'pass') THEN 'pass' "
    "WHEN bool_or(value = 'unsure') THEN 'unsure' ELSE 'skipped' END) AS said, "
    f"coalesce(max(seconds) FILTER ({OVERALL}), max(seconds)) AS seconds, max(made_at) AS made_at "
    f"FROM (SELECT * REPLACE (CASE WHEN {criterion_table.PRESENT} THEN value ELSE 'skipped' END AS value) "
    "FROM grade_current WHERE project_id = $project AND field IS NULL) GROUP BY annotator, output_id)"
)


def tallies(db: Database, project_id: str) -> list[Tally]:
    """Who graded how much."""
    rows = db.rows(
        f"{_EACH} SELECT annotator, count(*) FILTER (said <> 'skipped'), count(*) FILTER (said = 'pass'), "
        "count(*) FILTER (said = 'fail'), count(*) FILTER (said = 'unsure'), "
        "count(*) FILTER (noted), median(seconds), max(made_at) "
        "FROM each GROUP BY annotator ORDER BY annotator",
        {"project": project_id, "meant": criterion_table.meant(db, project_id)},
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
    """A person's grades of wholes, and of criteria in their present meaning, that others gave too; nothing of
    what only others graded.
    """
    rows = db.rows(
        "WITH given AS (SELECT * FROM grade_current WHERE project_id = $project AND field IS NULL "
        f"AND value IN ('pass', 'fail') AND {criterion_table.PRESENT}) "
        "SELECT mine.output_id, mine.criterion_id, mine.value = 'pass', "
        "count(*) FILTER (other.value = 'pass'), count(*) FILTER (other.value = 'fail') "
        "FROM given mine JOIN given other ON other.output_id = mine.output_id "
        "AND coalesce(other.criterion_id, '') = coalesce(mine.criterion_id, '') "
        "AND other.annotator <> mine.annotator "
        "WHERE mine.annotator = $who GROUP BY ALL ORDER BY ALL",
        {"project": project_id, "who": annotator, "meant": criterion_table.meant(db, project_id)},
    )
    return [VerdictShares._make(row) for row in rows]


class Share(NamedTuple):
    """What one person did since a moment: outputs graded as wholes or on criteria, whatever those mean since,
    and those with a note.
    """

    annotator: str
    outputs: int
    notes: int


def since(db: Database, project_id: str, moment: datetime) -> list[Share]:
    """Who graded how much here since a moment, the most first; imported grades and skips are left out."""
    rows = db.rows(
        "SELECT annotator, count(DISTINCT output_id), "
        "count(DISTINCT output_id) FILTER (regexp_matches(note, '\\S')) FROM grade_current "
        "WHERE project_id = ? AND field IS NULL AND value <> 'skipped' AND stored_at >= ? "
        "AND source NOT IN ('import', 'feedback') GROUP BY annotator ORDER BY 2 DESC, annotator",
        [project_id, utc(moment)],
    )
    return list(map(Share._make, rows))


def recent_days(db: Database, project_id: str, since: datetime) -> dict[str, list[datetime]]:
    """When each person graded outputs, as wholes or else on criteria, whatever those mean since, since a
    moment, skips left out; of whom only files tell: [].
    """
    days_of: dict[str, list[datetime]] = {}
    for who, source, moment in db.rows(
        "SELECT annotator, source, made_at FROM grade_current WHERE project_id = ? AND field IS NULL "
        "AND value <> 'skipped' AND made_at >= ? "
        "QUALIFY row_number() OVER (PARTITION BY annotator, output_id "
        "ORDER BY criterion_id IS NOT NULL, made_at DESC) = 1 ORDER BY made_at",
        [project_id, utc(since)],
    ):
        graded_here = days_of.setdefault(who, [])
        if source != "import":
            graded_here.append(aware(moment))
    return days_of

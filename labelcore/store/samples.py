"""Samples and their picks."""

from __future__ import annotations

from typing import Any

from labelcore.models import Pick, Sample
from labelcore.store.connection import Database, append_rows, aware, from_json, to_json, utc
from labelcore.store.remembering import remembered, written

_COLUMNS = ("sample_id", "project_id", "rule", "seed", "parameters", "author", "made_at")
_PICK = ("sample_id", "output_id", "reason", "probability", "position")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM sample"


def save(db: Database, sample: Sample) -> None:
    """Store a draw with all its picks, at once."""
    head = (
        sample.id,
        sample.project_id,
        sample.rule,
        sample.seed,
        to_json(sample.parameters),
        sample.author,
        utc(sample.at),
    )
    picks = [(sample.id, p.output_id, p.reason, p.probability, p.position) for p in sample.picks]
    with db.transaction() as cursor:
        append_rows(cursor, "sample", _COLUMNS, [head])
        if picks:
            append_rows(cursor, "sample_pick", _PICK, picks)
    written(db, "sample")


def all_of(db: Database, project_id: str) -> list[Sample]:
    """The samples of a project with their picks, the newest first."""
    rows = db.rows(f"{_SELECT} WHERE project_id = ? ORDER BY made_at DESC, sample_id", [project_id])
    return [_sample(db, row) for row in rows]


def get(db: Database, sample_id: str) -> Sample | None:
    """One sample with its picks."""
    rows = db.rows(f"{_SELECT} WHERE sample_id = ?", [sample_id])
    return _sample(db, rows[0]) if rows else None


def probabilities(db: Database, project_id: str) -> dict[str, float]:
    """The inclusion probability of every output that was drawn with a known one.

    An output that several draws held has the chance that at least one of them picked it.
    """
    rows = db.rows(
        "SELECT output_id, 1 - product(1 - probability) FROM sample_pick JOIN sample USING (sample_id) "
        "WHERE project_id = ? AND probability IS NOT NULL GROUP BY output_id",
        [project_id],
    )
    return dict(rows)


def newest_id(db: Database, project_id: str) -> str | None:
    """The newest sample of a project."""

    def read() -> str | None:
        rows = db.rows(
            "SELECT sample_id FROM sample WHERE project_id = ? ORDER BY made_at DESC, sample_id DESC LIMIT 1",
            [project_id],
        )
        return rows[0][0] if rows else None

    return remembered(db, "sample", project_id, read)


def _sample(db: Database, row: tuple[Any, ...]) -> Sample:
    picks = db.rows(
        "SELECT output_id, reason, probability, position FROM sample_pick "
        "WHERE sample_id = ? ORDER BY position",
        [row[0]],
    )
    return Sample(
        id=row[0],
        project_id=row[1],
        rule=row[2],
        seed=row[3],
        parameters=from_json(row[4]),
        author=row[5],
        at=aware(row[6]),
        picks=tuple(Pick(output_id=p[0], reason=p[1], probability=p[2], position=p[3]) for p in picks),
    )

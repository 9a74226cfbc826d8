"""Samples and their picks."""

from __future__ import annotations

from datetime import datetime

from labelcore.models import Pick, Sample
from labelcore.store.connection import Database, aware
from labelcore.store.lookups import remembers, written
from labelcore.store.rows import RowMapping

_SAMPLE = RowMapping(Sample, "sample", leave_out=["picks"], id="sample_id", at="made_at")
MOVE = "move"
"""The rule of what a judge's move to another model asks for."""
_PICK = RowMapping(Pick, "sample_pick")


def save(db: Database, sample: Sample) -> None:
    """Store a draw with all its picks, at once."""
    with db.transaction():
        _SAMPLE.add(db, [sample])
        _PICK.add(db, sample.picks, sample_id=sample.id)
    written(db, "sample")


def all_of(db: Database, project_id: str) -> list[Sample]:
    """The samples of a project with their picks, the newest first."""
    newest_first = "WHERE project_id = ? ORDER BY made_at DESC, sample_id"
    rows = db.rows(f"SELECT sample_id, {_SAMPLE.select} FROM sample {newest_first}", [project_id])
    picks = "sample_pick WHERE sample_id = ? ORDER BY position"
    return [_SAMPLE.read(row, picks=_PICK.find(db, picks, [sample_id])) for sample_id, *row in rows]


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


def first_of_the_rest(db: Database, project_id: str) -> datetime | None:
    """When outputs were first drawn with known chances from all that nobody had graded; None: never so.

    None too where the pool of such a draw is not known.
    """
    rows = db.rows(
        "SELECT min(made_at) FROM sample WHERE project_id = $project AND sample_id IN "
        "(SELECT sample_id FROM sample_pick WHERE probability IS NOT NULL) "
        "HAVING bool_and(json_extract_string(parameters, '$.pool') IS NOT NULL)",
        {"project": project_id},
    )
    return aware(rows[0][0]) if rows and rows[0][0] else None


@remembers("sample")
def newest_id(db: Database, project_id: str) -> str | None:
    """The newest sample of a project, without those of moves: their picks are dealt as a review."""
    rows = db.rows(
        "SELECT sample_id FROM sample WHERE project_id = ? AND rule <> ? "
        "ORDER BY made_at DESC, sample_id DESC LIMIT 1",
        [project_id, MOVE],
    )
    return rows[0][0] if rows else None

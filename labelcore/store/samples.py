"""Samples and their picks."""

from __future__ import annotations

from typing import Any

from labelcore.models import Pick, Sample
from labelcore.store.connection import Database
from labelcore.store.live.lookups import remembered, written
from labelcore.store.rows import Stored

_SAMPLE = Stored(Sample, leave_out=["picks"], id="sample_id", at="made_at")
_PICK = Stored(Pick)
_SELECT = f"SELECT {_SAMPLE.select} FROM sample"


def save(db: Database, sample: Sample) -> None:
    """Store a draw with all its picks, at once."""
    picks = [_PICK.row(pick, sample_id=sample.id) for pick in sample.picks]
    with db.transaction():
        db.append("sample", _SAMPLE.columns, [_SAMPLE.row(sample)])
        db.append("sample_pick", (*_PICK.columns, "sample_id"), picks)
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
    sample_id = row[_SAMPLE.columns.index("sample_id")]
    picks = db.rows(
        f"SELECT {_PICK.select} FROM sample_pick WHERE sample_id = ? ORDER BY position", [sample_id]
    )
    return _SAMPLE.read(row, picks=[_PICK.read(pick) for pick in picks])

"""Import batches and the rows that were kept apart."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from labelcore.models import ImportBatch, RejectedRow
from labelcore.store.connection import Database, append_rows
from labelcore.store.rows import Stored

_BATCH = Stored(ImportBatch, id="batch_id", at="made_at")
_REJECTED = Stored(RejectedRow, row="row_number")


def save(db: Database, batch: ImportBatch, rejected: Sequence[RejectedRow] = ()) -> None:
    """Store a finished import with the rows that it kept apart."""
    with db.transaction() as cursor:
        save_within(cursor, batch, rejected)


def save_within(
    cursor: duckdb.DuckDBPyConnection, batch: ImportBatch, rejected: Sequence[RejectedRow]
) -> None:
    """The same inside an open transaction."""
    append_rows(cursor, "import_batch", _BATCH.columns, [_BATCH.row(batch)])
    if rejected:
        apart = [_REJECTED.row(bad, batch_id=batch.id) for bad in rejected]
        append_rows(cursor, "rejected_row", (*_REJECTED.columns, "batch_id"), apart)


def all_of(db: Database, project_id: str) -> list[ImportBatch]:
    """The imports of a project, the newest first."""
    rows = db.rows(
        f"SELECT {_BATCH.select} FROM import_batch WHERE project_id = ? ORDER BY made_at DESC", [project_id]
    )
    return [_BATCH.read(row) for row in rows]


def rejected(db: Database, batch_id: str) -> list[RejectedRow]:
    """The rows that an import kept apart, in the order of the file."""
    rows = db.rows(
        f"SELECT {_REJECTED.select} FROM rejected_row WHERE batch_id = ? ORDER BY row_number", [batch_id]
    )
    return [_REJECTED.read(row) for row in rows]

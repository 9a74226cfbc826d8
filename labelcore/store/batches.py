"""Import batches and the rows that were kept apart."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from labelcore.models import ImportBatch, RejectedRow
from labelcore.store.connection import Database, append_rows
from labelcore.store.rows import Stored

_BATCH = Stored(ImportBatch, "import_batch", id="batch_id", at="made_at")
_REJECTED = Stored(RejectedRow, "rejected_row", row="row_number")


def save_within(
    cursor: duckdb.DuckDBPyConnection, batch: ImportBatch, rejected: Sequence[RejectedRow]
) -> None:
    """Store a finished import with the rows that it kept apart, inside an open transaction."""
    append_rows(cursor, "import_batch", _BATCH.columns, [_BATCH.row(batch)])
    if rejected:
        apart = [_REJECTED.row(bad, batch_id=batch.id) for bad in rejected]
        append_rows(cursor, "rejected_row", (*_REJECTED.columns, "batch_id"), apart)


def all_of(db: Database, project_id: str) -> list[ImportBatch]:
    """The imports of a project, the newest first."""
    return _BATCH.find(db, "import_batch WHERE project_id = ? ORDER BY made_at DESC", [project_id])


def rejected(db: Database, batch_id: str) -> list[RejectedRow]:
    """The rows that an import kept apart, in the order of the file."""
    return _REJECTED.find(db, "rejected_row WHERE batch_id = ? ORDER BY row_number", [batch_id])

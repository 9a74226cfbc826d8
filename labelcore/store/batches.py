"""Import batches and the rows that were kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from labelcore.models import ImportBatch, RejectedRow
from labelcore.store.connection import Database, append_rows, aware, from_json, to_json, utc

_COLUMNS = (
    "batch_id",
    "project_id",
    "file_name",
    "sha256",
    "mapping",
    "rows_read",
    "outputs_new",
    "outputs_known",
    "rows_rejected",
    "grades_new",
    "verdicts_new",
    "made_at",
    "duplicates",
)
_REJECTED = ("batch_id", "row_number", "field", "reason", "raw")


def save(db: Database, batch: ImportBatch, rejected: Sequence[RejectedRow] = ()) -> None:
    """Store a finished import with the rows that it kept apart."""
    with db.transaction() as cursor:
        save_within(cursor, batch, rejected)


def save_within(
    cursor: duckdb.DuckDBPyConnection, batch: ImportBatch, rejected: Sequence[RejectedRow]
) -> None:
    """The same inside an open transaction."""
    row = (
        batch.id,
        batch.project_id,
        batch.file_name,
        batch.sha256,
        to_json(batch.mapping),
        batch.rows_read,
        batch.outputs_new,
        batch.outputs_known,
        batch.rows_rejected,
        batch.grades_new,
        batch.verdicts_new,
        utc(batch.at),
        batch.duplicates,
    )
    append_rows(cursor, "import_batch", _COLUMNS, [row])
    if rejected:
        apart = [(batch.id, bad.row, bad.field, bad.reason, bad.raw) for bad in rejected]
        append_rows(cursor, "rejected_row", _REJECTED, apart)


def all_of(db: Database, project_id: str) -> list[ImportBatch]:
    """The imports of a project, the newest first."""
    rows = db.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM import_batch WHERE project_id = ? ORDER BY made_at DESC",
        [project_id],
    )
    return [_batch(row) for row in rows]


def rejected(db: Database, batch_id: str) -> list[RejectedRow]:
    """The rows that an import kept apart, in the order of the file."""
    rows = db.rows(
        "SELECT row_number, field, reason, raw FROM rejected_row WHERE batch_id = ? ORDER BY row_number",
        [batch_id],
    )
    return [RejectedRow(row=row[0], field=row[1], reason=row[2], raw=row[3] or "") for row in rows]


def _batch(row: tuple[Any, ...]) -> ImportBatch:
    named = dict(zip(_COLUMNS, row, strict=True))
    named |= {"id": named.pop("batch_id"), "at": aware(named.pop("made_at"))}
    named["duplicates"] = named["duplicates"] or 0  # earlier imports counted them among the known
    return ImportBatch(**{**named, "mapping": from_json(named["mapping"])})

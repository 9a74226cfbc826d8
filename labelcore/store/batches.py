"""Import batches and the rows that were kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from labelcore.models import ImportBatch, RejectedRow, now
from labelcore.store.connection import Database, append_rows, from_json, to_json, utc
from labelcore.store.lookups import written
from labelcore.store.rows import RowMapping

_BATCH = RowMapping(ImportBatch, "import_batch", id="batch_id", at="made_at")
_REJECTED = RowMapping(RejectedRow, "rejected_row", row="row_number")


def save_within(
    cursor: duckdb.DuckDBPyConnection, batch: ImportBatch, rejected: Sequence[RejectedRow]
) -> None:
    """Store a finished import with the rows that it kept apart, inside an open transaction."""
    append_rows(cursor, "import_batch", _BATCH.columns, [_BATCH.row(batch)])
    if rejected:
        apart = [_REJECTED.row(bad, batch_id=batch.id) for bad in rejected]
        append_rows(cursor, "rejected_row", (*_REJECTED.columns, "batch_id"), apart)


def all_of(db: Database, project_id: str) -> list[ImportBatch]:
    """The imports of a project that were not taken back, the newest first."""
    still = "import_batch ANTI JOIN import_undone USING (batch_id) WHERE project_id = ? ORDER BY made_at DESC"
    return _BATCH.find(db, still, [project_id])


def rejected(db: Database, batch_id: str) -> list[RejectedRow]:
    """The rows that an import kept apart, in the order of the file."""
    return _REJECTED.find(db, "rejected_row WHERE batch_id = ? ORDER BY row_number", [batch_id])


def graded_here(db: Database, batch_id: str) -> int:
    """How many grades people gave here on outputs that only this import brought."""
    rows = db.rows(
        f"SELECT count(*) FROM grade WHERE source <> 'import' AND output_id IN ({_ITS_OUTPUTS})", [batch_id]
    )
    return int(rows[0][0])


_ITS_OUTPUTS = "SELECT output_id FROM output WHERE batch_id = ?"


def remove(db: Database, project_id: str, batch_id: str, person: str) -> dict[str, int]:
    """Remove what an import brought, all or nothing. Returns how many outputs, grades, verdicts, feedback."""
    counts: dict[str, int] = {}
    with db.writing() as cursor:
        for noun, statement in {
            "grades": "DELETE FROM grade WHERE source = 'import' AND batch_id = ?",
            "verdicts": "DELETE FROM verdict WHERE run_id = ?",
            "feedback": "DELETE FROM signal WHERE batch_id = ?",
            "aliases": "DELETE FROM output_alias WHERE batch_id = ?",
            "outputs": "DELETE FROM output WHERE batch_id = ?",
        }.items():
            count = cursor.execute(statement, [batch_id]).fetchone()
            counts[noun] = int(count[0]) if count else 0
        del counts["aliases"]
        cursor.execute(
            "INSERT INTO import_undone VALUES (?, ?, ?, ?, ?)",
            [batch_id, project_id, person, to_json(counts), utc(now())],
        )
        written(db, "output")
        written(db, "verdict")
    return counts


def keep_mapping(db: Database, project_id: str, name: str, mapping: dict[str, Any], person: str) -> None:
    """Keep a mapping by name; a later one of the name replaces it."""
    row = (project_id, name, "[]", to_json(mapping), person, utc(now()))
    db.append("mapping_kept", ("project_id", "name", "columns", "mapping", "person", "made_at"), [row])


def kept_mappings(db: Database, project_id: str) -> dict[str, dict[str, Any]]:
    """The kept mappings by name, the newest first."""
    rows = db.rows(
        "SELECT name, mapping FROM mapping_kept WHERE project_id = ? "
        "QUALIFY row_number() OVER (PARTITION BY name ORDER BY made_at DESC) = 1 ORDER BY made_at DESC",
        [project_id],
    )
    return {name: from_json(mapping) for name, mapping in rows}


def replaced_grades(cursor: duckdb.DuckDBPyConnection, batch_id: str, who: str) -> int:
    """How many grades of an import take the place of different ones that came under this name before."""
    found = cursor.execute(
        "SELECT count(*) FROM grade g WHERE g.batch_id = $batch AND g.annotator = $who AND EXISTS (SELECT 1 "
        "FROM grade o WHERE o.output_id = g.output_id AND o.annotator = g.annotator AND o.source = 'import' "
        "AND o.criterion_id IS NOT DISTINCT FROM g.criterion_id AND o.batch_id <> g.batch_id "
        "AND o.value <> g.value)",
        {"batch": batch_id, "who": who},
    ).fetchone()
    return int(found[0]) if found else 0

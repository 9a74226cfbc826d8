"""Whole copies of the database, also while it is in use."""

from __future__ import annotations

from pathlib import Path

from labelcore.errors import BadInput
from labelcore.store.connection import Database


def copy_to(db: Database, out: Path) -> int:
    """Write a copy that labelcore can open. Returns its size in bytes.

    Raises:
        BadInput: the file exists already, or its folder does not.
    """
    if out.exists():
        raise BadInput(f"{out} exists already.", next_step="Name a new file for the backup.")
    if not out.parent.is_dir():
        raise BadInput(f"There is no folder {out.parent}.", next_step="Make it, or name another.")
    target = str(out).replace("'", "''")
    source = db.rows("SELECT current_database()")[0][0]
    db.run(f"ATTACH '{target}' AS backup_copy")
    try:
        db.run(f'COPY FROM DATABASE "{source}" TO backup_copy')
    finally:
        db.run("DETACH backup_copy")
    return out.stat().st_size


def integrity(db: Database) -> dict[str, int]:
    """Counts of rows that should not be: grades, picks or verdicts whose output is missing."""
    tables = ("grade", "sample_pick", "verdict")
    return {
        table: int(
            db.rows(f"SELECT count(*) FROM {table} ANTI JOIN output USING (output_id)")[0][0]
        )
        for table in tables
    }

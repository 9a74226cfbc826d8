"""Exporting: flat tables of everything, with labelcore's ids and the importer's own."""

from __future__ import annotations

from pathlib import Path

from labelcore.models import Project
from labelcore.store import Database, exports

TABLES = tuple(exports.TABLES)
"""The tables that can be exported."""


def export_table(db: Database, project: Project, what: str, out: Path) -> int:
    """Write ``outputs``, ``grades``, ``verdicts`` or ``criteria`` to a .csv, .jsonl or .parquet.

    Returns the number of rows.

    Raises:
        BadInput: the table or the ending is not known, or the folder does not exist.
    """
    return exports.write(db, project.id, what, out)

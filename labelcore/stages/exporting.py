"""Exporting: flat tables of everything, with labelcore's ids and the importer's own."""

from __future__ import annotations

from pathlib import Path

from labelcore.store import exports
from labelcore.workspace import Workspace

TABLES = tuple(exports.TABLES)
"""The tables that can be exported."""


def export_table(workspace: Workspace, what: str, out: Path) -> int:
    """Write ``outputs``, ``grades``, ``verdicts`` or ``criteria`` to a .csv, .jsonl or .parquet.

    Returns the number of rows.

    Raises:
        BadInput: the table or the ending is not known, or the folder does not exist.
    """
    return exports.write(workspace.db, workspace.project.id, what, out)

"""Exporting: flat tables of everything, with labelcore's ids and the importer's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from labelcore.models import Frozen, Role
from labelcore.operations import operation
from labelcore.stages.selecting import EVERYTHING, Filters, resolved
from labelcore.store import exports
from labelcore.workspace import Workspace

TABLES = tuple(exports.TABLES)
"""The tables that can be exported."""


class Exported(Frozen):
    """A table that was written, and its number of rows."""

    what: str
    rows: int
    out: str


@operation("export", role=Role.ENGINEER)
def export_table(
    workspace: Workspace,
    what: str,
    *,
    out: Annotated[Path, Field(description="A .csv, .jsonl or .parquet file.")],
    filters: Filters = EVERYTHING,
) -> Exported:
    """Write a flat table that other tools can read.

    WHAT is outputs, grades, comparisons, verdicts or criteria; a filter leaves the rows of the outputs that
    match.

    Raises:
        BadInput: the table or the ending is not known, or the folder does not exist.
    """
    wanted = None if filters == EVERYTHING else resolved(workspace, filters)
    rows = exports.write(workspace.db, workspace.project.id, what, out, wanted)
    return Exported(what=what, rows=rows, out=str(out))

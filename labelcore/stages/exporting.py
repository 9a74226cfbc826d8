"""Exporting: flat tables of everything, with labelcore's ids and the importer's."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from labelcore.models import Frozen, Role
from labelcore.operations import operation
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading.settled import Settlement, settled
from labelcore.stages.selecting import EVERYTHING, Filters, resolved
from labelcore.store import exports
from labelcore.workspace import Workspace

TABLES = tuple(exports.TABLES)
"""The tables that can be exported."""


class ExportReport(Frozen):
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
) -> ExportReport:
    """Write a flat table that other tools can read.

    WHAT is outputs, grades, labels, comparisons, verdicts, feedback or criteria; a filter leaves the rows of
    the outputs that match. Each says what the outputs count as, by whose ruling and why.

    Raises:
        BadInput: the table or the ending is not known, or the folder does not exist.
    """
    selection = None if filters == EVERYTHING else resolved(workspace, filters)
    rows = exports.write(
        workspace.db, workspace.project.id, what, out, facts=_told(workspace), selection=selection
    )
    return ExportReport(what=what, rows=rows, out=str(out))


def _told(workspace: Workspace) -> exports.ExportFacts:
    """What outputs count as, and what criteria rest on, for the rows of the tables."""
    rows = settled(workspace)
    by_criterion: dict[str, list[Settlement]] = defaultdict(list)
    for row in rows:
        for key in {row.criterion_id, row.about} - {None}:
            by_criterion[str(key)].append(row)
    criteria = [
        {
            "criterion_id": criterion.id,
            "evidence": [item.model_dump() for item in criterion.evidence],
            "pass_examples": criterion.pass_examples,
            "fail_examples": criterion.fail_examples,
            "passes": sum(row.label == "pass" for row in by_criterion[criterion.id] if row.criterion_id),
            "fails": sum(row.is_fail for row in by_criterion[criterion.id] if row.criterion_id),
            "rulings": [_ruling(row) for row in by_criterion[criterion.id] if row.ruled_by],
        }
        for criterion in list_criteria(workspace)
    ]
    labels = [row.model_dump(mode="json") for row in rows]
    return exports.ExportFacts(labels=_json(labels), told=_json(criteria))


def _ruling(row: Settlement) -> dict[str, str]:
    label = row.label or "unclear"
    return {"output_id": row.output_id, "label": label, "reason": row.reason, "ruled_by": row.ruled_by}


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace").decode()

"""What was settled where people differed, as it leaves the project: labels with reasons, no names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from labelcore.models import Frozen
from labelcore.stages.deriving.clauses import EXCERPT
from labelcore.stages.grading.labels import unsealed
from labelcore.stages.grading.settled import Settlement, settled
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

MOST = 50
"""So many rulings of a criterion are in a file, the newest."""


class SharedRuling(Frozen):
    """What a lead settled where people differed on an output, and why; ``text``: the output's beginning."""

    label: Literal["pass", "fail", "unclear"]
    reason: str
    text: str = ""


def by_subject(workspace: Workspace) -> dict[str | None, list[Settlement]]:
    """What outputs count as, by criterion (None: as a whole)."""
    rows_of: dict[str | None, list[Settlement]] = defaultdict(list)
    for row in settled(workspace):
        rows_of[row.criterion_id].append(row)
    return rows_of


def rulings_of(
    workspace: Workspace, rows: Mapping[str | None, Sequence[Settlement]]
) -> dict[str | None, tuple[SharedRuling, ...]]:
    """The newest rulings by criterion, also those that call it unclear; none of the sealed test."""
    rulings = [row for rows_here in rows.values() for row in rows_here if row.ruled_at]
    visible = unsealed(workspace, {row.output_id for row in rulings})
    newest: dict[str | None, list[Settlement]] = defaultdict(list)
    for row in sorted(rulings, key=lambda row: str(row.ruled_at), reverse=True):
        for subject in {row.criterion_id, row.about or row.criterion_id}:
            if row.output_id in visible and len(newest[subject]) < MOST:
                newest[subject].append(row)
    outputs = output_table.many(
        workspace.db, sorted({row.output_id for rows_here in newest.values() for row in rows_here})
    )
    return {
        subject: tuple(
            SharedRuling(
                label=row.label or "unclear", reason=row.reason, text=outputs[row.output_id].text[:EXCERPT]
            )
            for row in rows_here
            if row.output_id in outputs
        )
        for subject, rows_here in newest.items()
    }

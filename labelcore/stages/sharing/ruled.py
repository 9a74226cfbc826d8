"""What was settled where people differed, as it leaves the project: labels with reasons, no names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from labelcore.models import Frozen
from labelcore.stages.deriving.grounding import EXCERPT
from labelcore.stages.deriving.settled import Settlement, settled
from labelcore.stages.grading.labels import unsealed
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
    found: dict[str | None, list[Settlement]] = defaultdict(list)
    for row in settled(workspace):
        found[row.criterion_id].append(row)
    return found


def rulings_of(
    workspace: Workspace, rows: Mapping[str | None, Sequence[Settlement]]
) -> dict[str | None, tuple[SharedRuling, ...]]:
    """The newest rulings by criterion, also those that call it unclear; none of the sealed test."""
    ruled = [row for found in rows.values() for row in found if row.ruled_at]
    visible = unsealed(workspace, {row.output_id for row in ruled})
    told: dict[str | None, list[Settlement]] = defaultdict(list)
    for row in sorted(ruled, key=lambda row: str(row.ruled_at), reverse=True):
        for subject in {row.criterion_id, row.about or row.criterion_id}:
            if row.output_id in visible and len(told[subject]) < MOST:
                told[subject].append(row)
    outputs = output_table.many(
        workspace.db, sorted({row.output_id for found in told.values() for row in found})
    )
    return {
        subject: tuple(
            SharedRuling(
                label=row.label or "unclear", reason=row.reason, text=outputs[row.output_id].text[:EXCERPT]
            )
            for row in found
            if row.output_id in outputs
        )
        for subject, found in told.items()
    }

"""The week of a project in counts: graded, settled, derived, judged. It quotes nobody and no output."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from labelcore.models import Criterion, Frozen, Role, now
from labelcore.operations import operation
from labelcore.stages.grading import completion
from labelcore.store import (
    batches as batch_table,
    criteria as criterion_table,
    golds,
    grade_counts,
    judges as judge_table,
    verdicts as verdict_table,
)
from labelcore.store.rulings import court, rulings
from labelcore.workspace import Workspace


class Digest(Frozen):
    """What happened in ``since`` to ``until``. ``people``: (person, outputs graded), the most first;
    ``settled``: rulings on conflicts; ``court``: rulings between judges and people; names of criteria and
    judges as they are now; ``complete`` of ``outputs``: as many as are graded often enough by now.
    """

    project: str
    since: datetime
    until: datetime
    graded: int
    notes: int
    people: tuple[tuple[str, int], ...]
    settled: int
    court: int
    criteria_new: tuple[str, ...]
    criteria_changed: tuple[str, ...]
    criteria_dropped: tuple[str, ...]
    judges: tuple[str, ...]
    verdicts: int
    imported: int
    complete: int
    outputs: int
    out: Path | None = None


@operation("team digest", role=Role.EXPERT)
def digest(
    workspace: Workspace,
    *,
    days: Annotated[int, Field(ge=1, le=366, description="So many days back.")] = 7,
    out: Annotated[Path | None, Field(description="A Markdown file to write it to.")] = None,
) -> Digest:
    """Say what the last days brought: what was graded, settled, derived and judged, in counts."""
    place, until = (workspace.db, workspace.project.id), now()
    since = until - timedelta(days=days)
    shares = grade_counts.since(*place, since)
    new, others, dropped = _criteria(workspace, since)
    versions = (version for version in judge_table.current(*place) if version.at >= since)
    whole, gold = completion(workspace)[0], golds.ever(*place)  # experts are not told of gold
    return Digest(
        project=workspace.project.name,
        since=since,
        until=until,
        graded=sum(share.outputs for share in shares),
        notes=sum(share.notes for share in shares),
        people=tuple((share.annotator, share.outputs) for share in shares),
        settled=sum(
            ruling.at >= since and ruling.output_id not in gold for ruling in rulings.current(*place)
        ),
        court=sum(ruling.at >= since for ruling in court.current(*place)),
        criteria_new=new,
        criteria_changed=others,
        criteria_dropped=dropped,
        judges=tuple(sorted(version.name for version in versions)),
        verdicts=verdict_table.since(*place, since),
        imported=sum(batch.outputs_new for batch in batch_table.all_of(*place) if batch.at >= since),
        complete=whole.complete,
        outputs=whole.outputs,
        out=out,
    )


def _criteria(workspace: Workspace, since: datetime) -> tuple[tuple[str, ...], ...]:
    """The names of criteria accepted, changed and dropped since a moment."""
    new: list[str] = []
    others: list[str] = []
    dropped: list[str] = []
    for criterion in criterion_table.current(workspace.db, workspace.project.id):
        if criterion.at < since:
            continue
        before = _accepted(criterion_table.history(workspace.db, criterion.id), since)
        if criterion.status == "accepted":
            (others if before else new).append(criterion.name)
        elif before:
            dropped.append(criterion.name)
    return tuple(map(tuple, map(sorted, (new, others, dropped))))


def _accepted(versions: Sequence[Criterion], moment: datetime) -> bool:
    """Whether a criterion was accepted at a moment."""
    earlier = [version for version in versions if version.at < moment]
    return bool(earlier) and earlier[-1].status == "accepted"

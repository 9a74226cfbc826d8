"""Everything that a report says, found at one moment and not yet in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from labelcore.models import Criterion, JudgeVersion, Project, now
from labelcore.stages import projects
from labelcore.stages.aligning import align
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stages.deriving import list_criteria
from labelcore.stages.reporting.slicing import SliceReport, slices
from labelcore.stages.reporting.timeline import History, timeline
from labelcore.stages.reporting.trust import Trust, trust
from labelcore.store import judges as judge_table
from labelcore.store.verdicts import Cost, costs
from labelcore.workspace import Workspace


@dataclass(frozen=True)
class Findings:
    """What a report rests on; ``costs`` by judge version, ``members`` of the chosen set in its order."""

    project: Project
    made_at: datetime
    alignment: AlignmentReport
    verdict: Trust
    slices: tuple[SliceReport, ...]
    history: History | None
    costs: dict[str, Cost]
    outputs: int
    annotators: int
    criteria: tuple[Criterion, ...]
    members: tuple[JudgeVersion, ...]


def gather(workspace: Workspace, *, by: tuple[str, ...] = ()) -> Findings:
    """What is found of a project as it stands now; ``by`` names metadata fields to slice by."""
    made = now()
    report = align(workspace, split="all")
    seen = projects.overview(workspace)
    ids = report.chosen.judge_version_ids if report.chosen else ()
    versions = judge_table.many(workspace.db, list(ids))
    return Findings(
        project=workspace.project,
        made_at=made,
        alignment=report,
        verdict=trust(workspace, report=report),
        slices=tuple(slices(workspace, by=by)),
        history=timeline(workspace),
        costs=costs(workspace.db, workspace.project.id),
        outputs=seen.outputs,
        annotators=seen.annotators,
        criteria=tuple(list_criteria(workspace, status="accepted")),
        members=tuple(versions[version_id] for version_id in ids if version_id in versions),
    )

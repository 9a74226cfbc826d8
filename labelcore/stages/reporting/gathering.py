"""Everything that a report says, found at one moment and not yet in words, with what went before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from labelcore.models import Criterion, Fact, Frozen, JudgeVersion, Project, fact, now
from labelcore.stages import projects
from labelcore.stages.aligning import align
from labelcore.stages.aligning.measuring import judges_of
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stages.deriving.editing import list_criteria, versions_of
from labelcore.stages.grading.settled import Settlement, ruled
from labelcore.stages.reporting.comparing import GradedVersions, newest_versions
from labelcore.stages.reporting.failing import Failures, failures
from labelcore.stages.reporting.slicing import SliceReport, slices
from labelcore.stages.reporting.trend import Trend, trend
from labelcore.stages.reporting.trust import Trust, trust
from labelcore.stats.rate import Rate
from labelcore.store import judges as judge_table, splits as split_table
from labelcore.store.verdicts import Cost, costs
from labelcore.workspace import Workspace

_MOST = 40


class ProjectEvent(Frozen):
    """Something that changed at a moment, such as the edit of a criterion."""

    at: datetime
    what: Fact


class AlignmentHistory(Frozen):
    """The chosen sets' held-out alignment at the moments of their choice, with what changed between."""

    points: tuple[tuple[datetime, Rate], ...]
    happenings: tuple[ProjectEvent, ...]


@dataclass(frozen=True)
class Findings:
    """What a report rests on; ``costs`` by judge version, ``members`` of the chosen set in its order;
    ``ruled``: what was settled where people differed, the newest first.
    """

    project: Project
    made_at: datetime
    alignment: AlignmentReport
    verdict: Trust
    slices: tuple[SliceReport, ...]
    trend: Trend
    failures: Failures
    versions: GradedVersions | None
    history: AlignmentHistory | None
    costs: dict[str, Cost]
    outputs: int
    annotators: int
    criteria: tuple[Criterion, ...]
    members: tuple[JudgeVersion, ...]
    ruled: tuple[Settlement, ...] = ()


def gather(workspace: Workspace, *, by: tuple[str, ...] = ()) -> Findings:
    """What is found of a project as it stands now; ``by`` names metadata fields to slice by."""
    moment = now()
    report = align(workspace, split="all")
    counts, over_time = projects.overview(workspace), trend(workspace)
    return Findings(
        project=workspace.project,
        made_at=moment,
        alignment=report,
        verdict=trust(workspace, report=report),
        slices=tuple(slices(workspace, by=by)),
        trend=over_time,
        versions=newest_versions(workspace),
        failures=failures(workspace),
        history=timeline(workspace),
        costs=costs(workspace.db, workspace.project.id),
        outputs=counts.outputs,
        annotators=counts.annotators,
        criteria=tuple(list_criteria(workspace, status="accepted")),
        members=tuple(judges_of(workspace.db, report.chosen.judge_version_ids if report.chosen else ())),
        ruled=tuple(ruled(workspace)),
    )


def timeline(workspace: Workspace) -> AlignmentHistory | None:
    """The held-out alignment of every chosen set, and what changed; None where nothing did."""
    points = tuple(_choices(workspace))
    marks = [*_criteria(workspace), *_judges(workspace)]
    marks += [
        ProjectEvent(at=test.at, what=fact("fresh_test_begun", author=test.author, reason=test.why))
        for test in split_table.rounds(workspace.db, workspace.project.id)
    ]
    marks.sort(key=lambda mark: mark.at)
    return AlignmentHistory(points=points, happenings=tuple(marks[-_MOST:])) if points or marks else None


def _choices(workspace: Workspace) -> Iterator[tuple[datetime, Rate]]:
    for choice in judge_table.choices(workspace.db, workspace.project.id):
        figures = choice["figures"]["held_out"]
        if figures["alignment"] is not None:
            ends = {"low": figures["low"], "high": figures["high"], "n": choice["figures"].get("n_grades", 0)}
            method = figures.get("method", "cross-fitted")
            yield choice["at"], Rate(value=figures["alignment"], **ends, method=method)


def _criteria(workspace: Workspace) -> Iterator[ProjectEvent]:
    """Edits that change what is asked; edits of the wording only are left out."""
    for criterion in list_criteria(workspace):
        for version in versions_of(workspace, criterion.id):
            if version.version > 1 and not version.wording_only and version.status == "accepted":
                code = "new_version_because" if version.why else "new_version"
                what = fact(code, name=version.name, version=version.version, reason=version.why)
                yield ProjectEvent(at=version.at, what=what)


def _judges(workspace: Workspace) -> Iterator[ProjectEvent]:
    """New versions of judges, those of one minute together."""
    names_at: dict[datetime, list[str]] = defaultdict(list)
    for version in judge_table.current(workspace.db, workspace.project.id):
        for judge in judge_table.history(workspace.db, version.judge_id):
            names_at[judge.at.replace(second=0, microsecond=0)].append(f"{judge.name} v{judge.version}")
    for at, names in names_at.items():
        code = "new_judge" if len(names) == 1 else "new_judges"
        yield ProjectEvent(at=at, what=fact(code, judge=names[0], n=len(names)))

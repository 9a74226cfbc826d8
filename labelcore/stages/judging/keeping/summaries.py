"""Judges with their verdicts in counts, their history, and the outputs behind a count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from labelcore.judges.kinds import kind_of
from labelcore.models import OVERALL, Decision, Frozen, JudgeVersion, Output, Role
from labelcore.operations import operation
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.judging.keeping.versions import Staleness
from labelcore.store import (
    Database,
    judges as judge_table,
    outputs as output_table,
    verdicts as verdict_table,
)
from labelcore.workspace import Workspace


class JudgeSummary(Frozen):
    """A judge's version in use with its verdicts in counts; ``newest``: the number of its last version.

    ``errors`` are outputs without a verdict; ``refusals`` are those among them that the model refused.
    ``stale_because``: what changed since it was made, in words. ``shown``: the version, for its words in
    another language than that of its description.
    """

    judge: str
    judge_version_id: str
    name: str
    kind: str
    version: int
    criterion: str
    criterion_id: str | None
    description: str
    passes: int
    fails: int
    abstains: int
    errors: int
    stale: bool
    stale_because: tuple[str, ...] = ()
    refusals: int = 0
    newest: int = 0
    shown: JudgeVersion = Field(exclude=True, repr=False)


class EarlierVersion(Frozen):
    """One of a judge's versions: when it was made, why (empty where nobody said), and what it does."""

    version: int
    at: datetime
    why: str
    description: str
    shown: JudgeVersion = Field(exclude=True, repr=False)


class JudgeDetail(Frozen):
    """A judge with its specification and the versions that it had."""

    summary: JudgeSummary
    spec: dict[str, object]
    fitted_on: tuple[str, ...]
    versions: tuple[EarlierVersion, ...]


def judged(
    db: Database, version: str, value: str, *, limit: int = 10, start: int = 0
) -> list[tuple[Output, Decision]]:
    """Outputs that a judge version gave a value (pass, fail, abstain), in the order of their ids."""
    verdicts = verdict_table.page(db, version, value, limit, start)
    outputs = output_table.many(db, [verdict.output_id for verdict in verdicts])
    return [(outputs[verdict.output_id], verdict.decision) for verdict in verdicts]


@operation("judge show", role=Role.MANAGER)
def show_judge(workspace: Workspace, judge: JudgeVersion) -> JudgeDetail:
    """Show one judge with its specification (a learned judge's numbers left out) and history."""
    heavy = kind_of(judge).heavy
    return JudgeDetail(
        summary=list_judges(workspace, [judge])[0],
        spec={key: value for key, value in judge.spec.items() if key not in heavy},
        fitted_on=judge.fitted_on,
        versions=tuple(
            EarlierVersion(
                version=earlier.version,
                at=earlier.at,
                why=earlier.why,
                description=earlier.description,
                shown=earlier,
            )
            for earlier in judge_table.history(workspace.db, judge.judge_id)
        ),
    )


@operation(role=Role.MANAGER)
def list_judges(workspace: Workspace, versions: Sequence[JudgeVersion] | None = None) -> list[JudgeSummary]:
    """Every judge's version in use, or these versions, with their verdicts in counts."""
    if versions is None:
        versions = judge_table.current(workspace.db, workspace.project.id)
    counts = verdict_table.counts(workspace.db, workspace.project.id)
    refused = verdict_table.refusals(workspace.db, workspace.project.id)
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    staleness, last = Staleness(workspace), judge_table.last_numbers(workspace.db, workspace.project.id)
    summaries = []
    for version in versions:
        figures = counts.get(version.id, {})
        reasons = staleness.reasons(version)
        criterion = criteria.get(version.criterion_id or "")
        summaries.append(
            JudgeSummary(
                judge=version.judge_id,
                judge_version_id=version.id,
                name=version.name,
                kind=version.kind,
                version=version.version,
                criterion=criterion.name if criterion else OVERALL,
                criterion_id=version.criterion_id,
                description=version.description,
                passes=figures.get("pass", 0),
                fails=figures.get("fail", 0),
                abstains=figures.get("abstain", 0),
                errors=figures.get("error", 0),
                stale=bool(reasons),
                stale_because=reasons,
                refusals=refused.get(version.id, 0),
                newest=last.get(version.judge_id, version.version),
                shown=version,
            )
        )
    return summaries

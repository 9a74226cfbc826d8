"""Judges as people ask for them: proposed and listed, with what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from labelcore.judges.fitted_proposals import HeldOutCounts
from labelcore.judges.kinds import known_word, of_kind
from labelcore.models import Fact, Frozen, JudgeVersion, Role
from labelcore.operations import Effect, NotAnOption, operation
from labelcore.stages.judging.keeping.naming import renamed
from labelcore.stages.judging.keeping.summaries import JudgeSummary, list_judges
from labelcore.stages.judging.keeping.versions import active_judges
from labelcore.stages.judging.proposing.proposals import EVERY_CRITERION, ProposalOrder, propose_all
from labelcore.stages.judging.proposing.retraining import Freshness, freshness
from labelcore.stages.judging.testing.suspecting import Suspect, suspicious
from labelcore.store import judges as judge_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace


class ProposedJudges(Frozen):
    """New judges, what is wrong with them already, and why some could not be made.

    ``held_out``: what each does on grades that it was not fitted on, by judge. ``nothing``: for which
    criteria nothing beats a constant answer or nobody can tell yet, and what would help.
    """

    judges: tuple[JudgeVersion, ...]
    suspects: tuple[Suspect, ...]
    warnings: tuple[Wording, ...]
    held_out: dict[str, HeldOutCounts]
    nothing: tuple[Fact, ...]

    def document(self) -> dict[str, Any]:
        """Its JSON form: each judge with what it does on held-out grades."""
        judges = [
            judge.document() | {"held_out": counts.model_dump() if counts else None}
            for judge in self.judges
            for counts in [self.held_out.get(judge.judge_id)]
        ]
        return {name: value for name, value in self if name != "held_out"} | {"judges": judges}


class JudgesOverview(Frozen):
    """Every judge with its counts, those that look wrong, and how fresh the learned ones are.

    ``renamed``: where another model answered than was asked for.
    """

    judges: Sequence[JudgeSummary]
    suspects: Sequence[Suspect]
    learned: Sequence[Freshness]
    renamed: Sequence[Fact] = ()


@operation("judge propose", role=Role.ENGINEER, effect=Effect.GRADUAL)
def propose_judges(
    workspace: Workspace,
    *,
    order: ProposalOrder = EVERY_CRITERION,
    examined: Annotated[bool, NotAnOption()] = True,
) -> ProposedJudges:
    """Propose candidate judges for the accepted criteria.

    Those that look wrong are looked for, which takes seconds.

    Raises:
        BadInput: a kind was asked for that cannot be had.
    """
    report = propose_all(workspace, order)
    suspects = suspicious(workspace, report.versions) if examined else []
    return ProposedJudges(
        judges=tuple(report.versions),
        suspects=tuple(suspects),
        warnings=tuple(report.remarks),
        held_out=report.held_out,
        nothing=tuple(report.nothing),
    )


@operation("judge list", role=Role.MANAGER)
def overview(
    workspace: Workspace,
    *,
    kind: Annotated[
        Annotated[str, AfterValidator(known_word)] | None, Field(description="code, llm, learned or feedback")
    ] = None,
) -> JudgesOverview:
    """Show every judge with its verdicts in counts, and those that look wrong."""
    active = of_kind(active_judges(workspace), kind)
    current = of_kind(judge_table.current(workspace.db, workspace.project.id), kind)
    return JudgesOverview(
        judges=list_judges(workspace, current),
        suspects=suspicious(workspace, current),
        learned=freshness(workspace, active),
        renamed=tuple(renamed(workspace.db, active).values()),
    )

"""What became of rulings: whether the judge decides otherwise now, the grade or the criterion changed, or
what was missing came; and from the rulings, each judge's list to mend.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.models import CourtRuling, Criterion, Frozen, JudgeVersion, Output, Role
from labelcore.operations import operation
from labelcore.stages.aligning.evidence import truth_of
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import fitting_labels
from labelcore.store import judges as judge_table, outputs as output_table, verdicts as verdict_table
from labelcore.store.settling import court
from labelcore.workspace import Workspace

State = Literal["mended", "differs", "undecided", "grade changed", "criterion edited", "waiting"]
_FIELDS = ("context", "input", "conversation")


class RulingOutcome(Frozen):
    """A ruling with what became of it. ``version``: of the judge, as it is now; ``missing``: the parts that
    the output came without.

    "mended": the judge decides as people do now; "differs": not yet; "undecided": its present version has
    not decided the output; "grade changed", "criterion edited": since the ruling; "waiting": for an act.
    """

    ruling: CourtRuling
    judge: str
    version: int
    state: State
    missing: tuple[str, ...] = ()

    @property
    def to_mend(self) -> bool:
        """Whether the judge was ruled wrong and is not known to have it right now."""
        return self.ruling.value == "judge_wrong" and self.state in {"differs", "undecided"}

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        fields = self.ruling.model_dump(mode="json", exclude={"project_id", "id"})
        return fields | {name: value for name, value in self if name != "ruling"}


class Outcomes(Frozen):
    """All rulings that count, the newest first."""

    rulings: tuple[RulingOutcome, ...]

    def count(self, state: State) -> int:
        """How many are in this state."""
        return sum(outcome.state == state for outcome in self.rulings)

    def document(self) -> dict[str, Any]:
        """Its JSON form: counts by state, and each ruling."""
        counts = {outcome.state: self.count(outcome.state) for outcome in self.rulings}
        return {"counts": counts, "rulings": [outcome.document() for outcome in self.rulings]}


@operation("refine rulings", role=Role.MANAGER)
def outcomes(
    workspace: Workspace,
    *,
    judge: Annotated[JudgeVersion | None, Field(description="Only those on this judge.")] = None,
) -> Outcomes:
    """Say of each ruling whether what it found was mended since."""
    current = {
        version.judge_id: version for version in judge_table.current(workspace.db, workspace.project.id)
    }
    if judge:
        current = {judge.judge_id: judge}
    every = list[RulingOutcome]()
    for judge_id, rulings in _by_judge(workspace).items():
        if version := current.get(judge_id):
            every += _of_judge(workspace, version, rulings)
    return Outcomes(rulings=tuple(sorted(every, key=lambda outcome: outcome.ruling.at, reverse=True)))


def to_mend(workspace: Workspace, judge: JudgeVersion) -> list[str]:
    """The outputs on which this judge was ruled wrong and which it is not known to have right now."""
    return [
        outcome.ruling.output_id for outcome in outcomes(workspace, judge=judge).rulings if outcome.to_mend
    ]


def missing_in(output: Output) -> tuple[str, ...]:
    """The parts that an output came without."""
    return tuple(name for name in _FIELDS if not getattr(output, name))


def _by_judge(workspace: Workspace) -> Mapping[str, list[CourtRuling]]:
    groups: dict[str, list[CourtRuling]] = defaultdict(list)
    for ruling in court.current(workspace.db, workspace.project.id):
        groups[ruling.judge_id].append(ruling)
    return groups


def _of_judge(
    workspace: Workspace, version: JudgeVersion, rulings: Sequence[CourtRuling]
) -> Iterator[RulingOutcome]:
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    criterion = criteria.get(version.criterion_id or "")
    fails = truth_of(criterion, fitting_labels(workspace)).fails
    ids = [ruling.output_id for ruling in rulings]
    verdicts = {
        output_id: value for output_id, value, _ in verdict_table.said(workspace.db, ids, [version.id])
    }
    outputs = output_table.many(workspace.db, ids)
    for ruling in rulings:
        output = outputs.get(ruling.output_id)
        yield RulingOutcome(
            ruling=ruling,
            judge=version.name,
            version=version.version,
            state=_state(ruling, fails, verdicts.get(ruling.output_id), criterion),
            missing=missing_in(output) if output and ruling.value == "context_missing" else (),
        )


def _state(
    ruling: CourtRuling, fails: Mapping[str, bool], verdict: str | None, criterion: Criterion | None
) -> State:
    if fails.get(ruling.output_id) is not (not ruling.human_pass):
        return "grade changed"
    agrees = verdict == ("pass" if ruling.human_pass else "fail")
    if agrees or (ruling.value == "context_missing" and verdict == "abstain"):
        return "mended"
    if ruling.value == "criterion_unclear" and criterion and criterion.at > ruling.at:
        return "criterion edited"
    if ruling.value == "judge_wrong":
        return "differs" if verdict in {"pass", "fail"} else "undecided"
    return "waiting"

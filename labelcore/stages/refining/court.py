"""The court: every disagreement of a judge and people is ruled on, and starts what comes next.

A judge fails what people passed, or passes what people failed for its criterion. Where the criterion is
unclear, no better judge helps. The sealed test stays out: to rule on it would be to fit to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import (
    OVERALL,
    CourtRuling,
    CourtValue,
    Criterion,
    Decision,
    Frozen,
    JudgeVersion,
    Output,
    Role,
    SplitName,
    new_id,
)
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages import grading
from labelcore.stages.aligning import chosen_set
from labelcore.stages.aligning.evidence import truth_of
from labelcore.stages.aligning.measuring import chosen_judges
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import Labels, fitting_labels
from labelcore.stages.judging import active_judges
from labelcore.stats.rate import Rate, proportion
from labelcore.store import outputs as output_table, splits as split_table, verdicts as verdict_table
from labelcore.store.settling import court
from labelcore.workspace import Workspace

VALUES: tuple[CourtValue, ...] = ("judge_wrong", "person_wrong", "criterion_unclear", "context_missing")
NEXT: dict[str, str] = {
    "judge_wrong": "It is on this judge's list to mend, and offered as an example for its prompt.",
    "person_wrong": "Grade it again: it stands first in the queue now.",
    "criterion_unclear": "Edit the criterion: say what these outputs should get; then grade them anew.",
    "context_missing": "Import what the output came without, or let the judge abstain.",
}
"""What each ruling starts."""


class CourtCase(Frozen):
    """One output on which a judge and people differ, with what was ruled on it."""

    output: Output
    judge: JudgeVersion
    criterion: Criterion | None
    decision: Decision
    human_pass: bool
    notes: tuple[str, ...]
    split: SplitName
    ruling: CourtRuling | None

    @property
    def subject(self) -> str:
        """What is disagreed on: the criterion's name, or "overall"."""
        return self.criterion.name if self.criterion else OVERALL

    def document(self) -> dict[str, Any]:
        """The JSON form: output, judge and verdict by name."""
        return {
            "output_id": self.output.id,
            "external_id": self.output.external_id,
            "judge": self.judge.name,
            "criterion": self.subject,
            "verdict": self.decision.value,
            "reason": self.decision.reason,
            **{name: getattr(self, name) for name in ("human_pass", "notes", "split", "ruling")},
        }


class Gap(Frozen):
    """What was ruled for one criterion (or overall): counts by value, and the share unclear."""

    criterion: str
    criterion_id: str | None
    open: int
    ruled: dict[CourtValue, int]
    unclear: Rate


class Docket(Frozen):
    """All conflicts, the open ones first, with what the rulings amount to.

    ``sealed``: how many outputs of the sealed test were left out; ``limit``: so many conflicts are listed.
    """

    conflicts: tuple[CourtCase, ...]
    gaps: tuple[Gap, ...]
    unclear: Rate
    sealed: int
    limit: int

    @property
    def open(self) -> int:
        """How many conflicts nobody has ruled on."""
        return sum(conflict.ruling is None for conflict in self.conflicts)

    @property
    def listed(self) -> tuple[CourtCase, ...]:
        """The conflicts that are listed."""
        return self.conflicts[: self.limit]

    def document(self) -> dict[str, Any]:
        """The JSON form: counts, and the conflicts that are listed."""
        return {
            "open": self.open,
            "ruled": len(self.conflicts) - self.open,
            "sealed": self.sealed,
            "unclear": self.unclear,
            "criteria": self.gaps,
            "conflicts": [conflict.document() for conflict in self.listed],
        }


class RulingReport(CourtRuling):
    """A ruling, and what it starts."""

    next: str


@operation("refine court", role=Role.MANAGER)
def docket(
    workspace: Workspace,
    *,
    judge: Annotated[JudgeVersion | None, Field(description="Only this judge's conflicts.")] = None,
    limit: Annotated[int, Field(ge=1, description="List so many at most.")] = 20,
) -> Docket:
    """List the conflicts of judges and people, the open ones first, with the gap in the specification.

    They are those of the chosen set's judges, or of all judges where none is chosen.
    """
    labels = fitting_labels(workspace)
    all_judges = active_judges(workspace) if chosen_set(workspace) is None else chosen_judges(workspace)
    judges = [judge] if judge else all_judges
    cases = [conflict for version in judges for conflict in _conflicts(workspace, version, labels)]
    cases.sort(key=lambda conflict: (conflict.ruling is not None, conflict.subject, conflict.output.id))
    everything = grading.human_labels(workspace)
    return Docket(
        conflicts=tuple(cases),
        gaps=tuple(_gaps(cases)),
        unclear=_unclear([conflict.ruling for conflict in cases if conflict.ruling]),
        sealed=len(everything.graded) - len(labels.graded),
        limit=limit,
    )


def _conflicts(workspace: Workspace, version: JudgeVersion, labels: Labels) -> list[CourtCase]:
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    criterion = criteria.get(version.criterion_id or "")
    fails, notes = truth_of(criterion, labels).fails, labels.noted(version.criterion_id).notes
    differ = [
        verdict
        for verdict in verdict_table.of_outputs(workspace.db, list(fails), [version.id])
        if verdict.decision.value == ("pass" if fails[verdict.output_id] else "fail")
    ]
    outputs = output_table.many(workspace.db, [verdict.output_id for verdict in differ])
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    rulings_of = {  # by what they are on: a changed grade or verdict is another conflict
        (ruling.output_id, ruling.judge_id, ruling.human_pass): ruling
        for ruling in court.current(workspace.db, workspace.project.id)
    }
    return [
        CourtCase(
            output=outputs[verdict.output_id],
            judge=version,
            criterion=criterion,
            decision=verdict.decision,
            human_pass=not fails[verdict.output_id],
            notes=notes.get(verdict.output_id, ()),
            split=dealt.of(outputs[verdict.output_id].group),
            ruling=rulings_of.get((verdict.output_id, version.judge_id, not fails[verdict.output_id])),
        )
        for verdict in differ
    ]


def _gaps(cases: Sequence[CourtCase]) -> list[Gap]:
    by_subject: dict[tuple[str, str | None], list[CourtCase]] = defaultdict(list)
    for conflict in cases:
        by_subject[conflict.subject, conflict.criterion.id if conflict.criterion else None].append(conflict)
    gaps = []
    for (name, criterion_id), conflicts in by_subject.items():
        rulings = [conflict.ruling for conflict in conflicts if conflict.ruling]
        counts = Counter(ruling.value for ruling in rulings)
        figures: dict[CourtValue, int] = {value: counts[value] for value in VALUES}
        gap = Gap(
            criterion=name,
            criterion_id=criterion_id,
            open=len(conflicts) - len(rulings),
            ruled=figures,
            unclear=_unclear(rulings),
        )
        gaps.append(gap)
    return sorted(gaps, key=lambda gap: (-gap.ruled["criterion_unclear"], -gap.open, gap.criterion))


def _unclear(rulings: Sequence[CourtRuling]) -> Rate:
    """The share of ruled conflicts whose criterion is unclear: of conflicts, not of all outputs."""
    unclear = sum(ruling.value == "criterion_unclear" for ruling in rulings)
    return proportion(unclear, len(rulings), what="ruled conflicts")


@operation("refine rule", role=Role.LEAD, effect=Effect.WRITES, signed=True)
def decide(
    workspace: Workspace,
    output: Annotated[str, Metavar("OUTPUT_ID")],
    value: Annotated[str, Metavar("judge-wrong|person-wrong|criterion-unclear|context-missing|withdrawn")],
    *,
    judge: Annotated[JudgeVersion, Field(description="The judge that differs.")],
    reason: Annotated[str, Field(description="Why.")] = "",
) -> RulingReport:
    """Rule on one conflict that stands now; the ruling starts what comes next.

    "person-wrong" puts the output before everything else in the grading queue; no grade is changed.
    "withdrawn" takes the ruling back.

    Raises:
        BadInput: the value is no ruling, or the name is missing.
        NotFound: the judge does not differ from people on this output.
    """
    value = value.replace("-", "_")
    _check(workspace, value)
    conflict = _conflict(workspace, judge, output)
    ruling = RulingReport.model_validate(
        {
            "id": new_id("court"),
            "project_id": workspace.project.id,
            "output_id": conflict.output.id,
            "judge_id": judge.judge_id,
            "judge_version_id": judge.id,
            "criterion_id": judge.criterion_id,
            "verdict": conflict.decision.value,
            "human_pass": conflict.human_pass,
            "value": value,
            "reason": reason.strip(),
            "author": workspace.person.strip(),
            "next": NEXT.get(value, "The ruling is taken back."),
        }
    )
    court.save(workspace.db, ruling)
    if value == "person_wrong":
        waiting = workspace.project.rules.review
        grading.review(workspace, list(dict.fromkeys([*waiting, conflict.output.id])))
    return ruling


def _check(workspace: Workspace, value: str) -> None:
    if value not in {*VALUES, "withdrawn"}:
        words = ", ".join(ruling.replace("_", "-") for ruling in VALUES)
        raise BadInput(
            "'{value}' is not a ruling.", next_step="Use {words} or withdrawn.", value=value, words=words
        )
    if not workspace.person.strip():
        raise BadInput("A ruling needs a name.", next_step="Say who rules.")


def _conflict(workspace: Workspace, judge: JudgeVersion, output: str) -> CourtCase:
    place = output_table.get(workspace.db, output, workspace.project.id)
    for case in _conflicts(workspace, judge, fitting_labels(workspace)):
        if place and case.output.id == place.id:
            return case
    raise NotFound(
        "{name} does not differ from people on the output '{output}' (now).",
        next_step="`labelcore refine court` lists the conflicts.",
        name=judge.name,
        output=output,
    )

"""The disagreement court: every conflict of a judge and people is ruled, and starts what comes next.

A conflict is an output that a judge fails and people passed, or that it passes and people failed
for its own criterion. Whoever rules says who was right, or that nobody could be: the criterion is
unclear, or what is needed to decide is not there. The share of "criterion unclear" is a gap in the
specification, which no better judge can close. The sealed test stays out: to rule on it would be to
fit to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

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
    SplitName,
    new_id,
)
from labelcore.stages import grading
from labelcore.stages.aligning import chosen_set
from labelcore.stages.deriving import list_criteria
from labelcore.stages.grading import Labels, fitting_labels
from labelcore.stages.judging import active_judges, find_judge
from labelcore.stages.judging.proposing.subjects import subject_of
from labelcore.stats.rate import Rate, wilson
from labelcore.store import court
from labelcore.store import judges as judge_table
from labelcore.store import outputs as output_table
from labelcore.store import splits as split_table
from labelcore.store import verdicts as verdict_table
from labelcore.workspace import Workspace

VALUES: tuple[CourtValue, ...] = ("judge_wrong", "person_wrong", "criterion_unclear", "context_missing")
NEXT: dict[CourtValue, str] = {
    "judge_wrong": "Change the judge: its prompt, its examples or its threshold.",
    "person_wrong": "Grade it again: it stands first in the queue now.",
    "criterion_unclear": "Edit the criterion: say what these outputs should get.",
    "context_missing": "Import what is needed to decide, or let the judge abstain.",
}
"""What each ruling starts."""


class Conflict(Frozen):
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


class Gap(Frozen):
    """What was ruled for one criterion (or overall): counts by value, and the share unclear."""

    criterion: str
    criterion_id: str | None
    open: int
    ruled: dict[CourtValue, int]
    unclear: Rate


class Docket(Frozen):
    """All conflicts, the open ones first, with what the rulings amount to.

    ``sealed``: how many outputs of the sealed test were left out, whether they conflict or not.
    """

    conflicts: tuple[Conflict, ...]
    gaps: tuple[Gap, ...]
    unclear: Rate
    sealed: int

    @property
    def open(self) -> int:
        """How many conflicts nobody has ruled on."""
        return sum(conflict.ruling is None for conflict in self.conflicts)


def docket(workspace: Workspace, *, judge: str | None = None) -> Docket:
    """The conflicts of the chosen set's judges, of all judges where none is chosen, or of one.

    Raises:
        NotFound: there is no such judge.
    """
    labels = fitting_labels(workspace)
    judges = [find_judge(workspace, judge)] if judge else _judges(workspace)
    found = [conflict for version in judges for conflict in _conflicts(workspace, version, labels)]
    found.sort(key=lambda conflict: (conflict.ruling is not None, conflict.subject, conflict.output.id))
    everything = grading.human_labels(workspace)
    return Docket(
        conflicts=tuple(found),
        gaps=tuple(_gaps(found)),
        unclear=_unclear([conflict.ruling for conflict in found if conflict.ruling]),
        sealed=len(everything.value) - len(labels.value),
    )


def _judges(workspace: Workspace) -> list[JudgeVersion]:
    choice = chosen_set(workspace)
    if choice is None:
        return active_judges(workspace)
    ids: list[str] = choice["judge_version_ids"]
    found = judge_table.many(workspace.db, ids)
    return [found[version_id] for version_id in ids if version_id in found]


def _conflicts(workspace: Workspace, version: JudgeVersion, labels: Labels) -> list[Conflict]:
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    criterion = criteria.get(version.criterion_id or "")
    fails = subject_of(criterion, labels).fails
    differ = [
        verdict
        for verdict in verdict_table.of_outputs(workspace.db, list(fails), [version.id])
        if verdict.decision.value == ("pass" if fails[verdict.output_id] else "fail")
    ]
    outputs = output_table.many(workspace.db, [verdict.output_id for verdict in differ])
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    ruled = _ruled(workspace)
    return [
        Conflict(
            output=outputs[verdict.output_id],
            judge=version,
            criterion=criterion,
            decision=verdict.decision,
            human_pass=not fails[verdict.output_id],
            notes=labels.notes.get(verdict.output_id, ()),
            split=dealt.of(outputs[verdict.output_id].group),
            ruling=ruled.get((verdict.output_id, version.judge_id, not fails[verdict.output_id])),
        )
        for verdict in differ
    ]


def _ruled(workspace: Workspace) -> Mapping[tuple[str, str, bool], CourtRuling]:
    """Rulings by what they are on; a changed grade or verdict is another conflict."""
    return {
        (ruling.output_id, ruling.judge_id, ruling.human_pass): ruling
        for ruling in court.current(workspace.db, workspace.project.id)
    }


def _gaps(found: Sequence[Conflict]) -> list[Gap]:
    by_subject: dict[tuple[str, str | None], list[Conflict]] = defaultdict(list)
    for conflict in found:
        by_subject[conflict.subject, conflict.criterion.id if conflict.criterion else None].append(conflict)
    gaps = []
    for (name, criterion_id), conflicts in by_subject.items():
        rulings = [conflict.ruling for conflict in conflicts if conflict.ruling]
        counts = Counter(ruling.value for ruling in rulings)
        gaps.append(
            Gap(
                criterion=name,
                criterion_id=criterion_id,
                open=len(conflicts) - len(rulings),
                ruled={value: counts[value] for value in VALUES},
                unclear=_unclear(rulings),
            )
        )
    return sorted(gaps, key=lambda gap: (-gap.ruled["criterion_unclear"], -gap.open, gap.criterion))


def _unclear(rulings: Sequence[CourtRuling]) -> Rate:
    """The share of ruled conflicts whose criterion is unclear: of conflicts, not of all outputs."""
    unclear = sum(ruling.value == "criterion_unclear" for ruling in rulings)
    return wilson(unclear, len(rulings), what="ruled conflicts")


def decide(workspace: Workspace, output_id: str, judge: str, value: str, *, reason: str) -> CourtRuling:
    """Rule on a conflict that stands now, and start what comes next.

    "person_wrong" puts the output before everything else in the grading queue; no grade is changed.
    "withdrawn" takes the ruling back.

    Raises:
        BadInput: the value is no ruling, or a name or reason is missing.
        NotFound: there is no such judge, or it does not differ from people on this output.
    """
    if value not in {*VALUES, "withdrawn"}:
        words = ", ".join(ruling.replace("_", "-") for ruling in VALUES)
        raise BadInput(f"'{value}' is no ruling.", next_step=f"Use {words} or withdrawn.")
    if not workspace.person.strip() or not reason.strip():
        raise BadInput("A ruling needs a name and a reason.", next_step="Say who rules, and why.")
    version = find_judge(workspace, judge)
    standing = _conflicts(workspace, version, fitting_labels(workspace))
    output = output_table.get(workspace.db, output_id)
    conflict = next((conflict for conflict in standing if output and conflict.output.id == output.id), None)
    if conflict is None:
        raise NotFound(
            f"{version.name} does not differ from people on the output '{output_id}' (now).",
            next_step="`labelcore refine court` lists the conflicts.",
        )
    ruling = CourtRuling.model_validate(
        {
            "id": new_id("court"),
            "project_id": workspace.project.id,
            "output_id": conflict.output.id,
            "judge_id": version.judge_id,
            "judge_version_id": version.id,
            "criterion_id": version.criterion_id,
            "verdict": conflict.decision.value,
            "human_pass": conflict.human_pass,
            "value": value,
            "reason": reason.strip(),
            "author": workspace.person.strip(),
        }
    )
    court.save(workspace.db, ruling)
    if value == "person_wrong":
        waiting = grading.rules_of(workspace.project).review
        if conflict.output.id not in waiting:
            grading.review(workspace, [*waiting, conflict.output.id])
    return ruling

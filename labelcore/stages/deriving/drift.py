"""The drift ledger: what an edit does to the grades that were given under the old wording.

Criteria change their meaning while people grade (EvalGen, arXiv 2404.12272). An edit of more than the wording
makes the earlier grades stale. The smallest re-grade that settles them: a random part, so large that, if none
of it flips, at most a tenth of all would (95 %, hypergeometric); if some flip, the most doubtful; above a
third, all.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from labelcore.models import APART, Criterion, Fact, Frozen, Output, Role, fact
from labelcore.operations import Effect, operation
from labelcore.progress import silent
from labelcore.stages.deriving.editing import history, list_criteria
from labelcore.stages.deriving.grouping import points_of
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import current_grades, grade_history, part_grades, set_rules
from labelcore.stages.grading.labels import unsealed
from labelcore.stages.grading.settled import given_under
from labelcore.stages.projects import open_project
from labelcore.stats.rate import Rate, proportion
from labelcore.store import outputs as output_table
from labelcore.store.criteria import same_meaning
from labelcore.workspace import Workspace

_TOLERATED = 0.1
_DOUBT = 0.05
_ALL_FROM = 1 / 3
_AT_ONCE = 10

Stage = Literal["nothing stale", "random part", "doubtful ones", "all", "settled"]


class Ledger(Frozen):
    """One criterion's newest change of meaning and what it leaves to do.

    ``stale``: outputs with an answer (True: pass) from before the change, given or cited for it; ``again``:
    the new answers; ``undecided``: looked at anew without an answer, and left out. ``random``: the part drawn
    by chance, each with ``probability``; ``flips``: the share of it that changed. ``next``: outputs to grade
    now, in order.
    """

    criterion: Criterion
    changed_in: int | None
    changed_at: datetime | None
    changed_by: str
    why: str
    kept: int
    stale: dict[str, bool]
    again: dict[str, bool]
    undecided: int = 0
    random: tuple[str, ...]
    probability: float | None
    flips: Rate
    next: tuple[str, ...]
    stage: Stage
    says: Fact

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return dict(self) | {"criterion": self.criterion.document()}


class Regrade(Frozen):
    """A criterion's ledger once its stale answers are asked for anew, or not any more."""

    ledger: Ledger
    end: bool

    def document(self) -> dict[str, Any]:
        """The JSON form: what to grade next."""
        return {"criterion": self.ledger.criterion.id, "next": self.ledger.next}


@dataclass(frozen=True)
class _Stale:
    """Answers from before a change of meaning, those of them given anew, and the part drawn by chance."""

    before: Mapping[str, bool]
    again: Mapping[str, bool]
    drawn: Sequence[str]

    @cached_property
    def flips(self) -> Rate:
        flipped = [self.before[key] != self.again[key] for key in self.drawn if key in self.again]
        return proportion(sum(flipped), len(flipped), what="outputs of the random part graded again")

    @property
    def left(self) -> list[str]:
        return [key for key in self.before if key not in self.again]

    @property
    def undrawn(self) -> list[str]:
        return [key for key in self.drawn if key not in self.again]

    @property
    def stage(self) -> Stage:
        if not self.before:
            return "nothing stale"
        if self.undrawn:
            return "random part"
        if not self.left or not self.flips.value:
            return "settled"
        return "all" if self.flips.value > _ALL_FROM else "doubtful ones"

    def says(self, name: str) -> Fact:
        """How far the smallest re-grade is, in facts about the criterion of this name."""
        if self.stage == "nothing stale":
            return fact("nothing_stale", criterion=name)
        flips, n_drawn, n_left = self.flips, len(self.drawn), len(self.left)
        values = {"stale": fact("stale", n=len(self.before), criterion=name)}
        if self.stage == "random part":
            return fact("grade_random_part", **values, left=len(self.undrawn), drawn=n_drawn)
        if flips.value == 0:
            return fact("none_flipped", **values, drawn=n_drawn)
        values["flipped"] = fact("flipped", share=flips.value, low=flips.low, high=flips.high, n=flips.n)
        if self.stage == "all":
            return fact("grade_all", **values, left=n_left)
        return fact("all_anew" if self.stage == "settled" else "grade_doubtful", **values)


def ledger(workspace: Workspace, criterion_id: str) -> Ledger:
    """What is stale for a criterion, what was graded anew, and what to grade next."""
    criterion = find_criterion(workspace, criterion_id)
    versions = history(workspace, criterion)
    same = same_meaning(versions)
    last_other = max((version.version for version in versions if version.version not in same), default=0)
    change = next((version for version in versions if version.version > last_other), versions[0])
    after, undecided = _answers(workspace, criterion, same)
    stale = _Stale({}, {}, ())
    moved: dict[str, Any] = {"changed_in": None, "changed_at": None, "changed_by": "", "why": ""}
    if change.version > 1:
        stale = _stale(workspace, versions, change, after, undecided)
        moved = {"changed_in": change.version, "changed_at": change.at, "changed_by": change.author}
        moved |= {"why": change.why, "undecided": len(undecided)}
    unmoved = fact("meaning_kept", criterion=criterion.name)
    return Ledger(
        criterion=criterion,
        **moved,
        kept=len(after.keys() - stale.before.keys()),
        stale=dict(stale.before),
        again=dict(stale.again),
        random=tuple(stale.drawn),
        probability=len(stale.drawn) / len(stale.before) if stale.before else None,
        flips=stale.flips,
        next=tuple(_todo(workspace, versions, change, stale)),
        stage=stale.stage,
        says=stale.says(criterion.name) if change.version > 1 else unmoved,
    )


def _stale(
    workspace: Workspace,
    versions: Sequence[Criterion],
    change: Criterion,
    after: Mapping[str, bool],
    undecided: Set[str],
) -> _Stale:
    """The answers on the versions that mean something else, and the fails cited before the change."""
    others = {version.version for version in versions} - same_meaning(versions)
    others_answers, _ = _answers(workspace, change, others)
    cited = next(version for version in reversed(versions) if version.version < change.version).evidence
    answers = {quote.output_id: False for quote in cited} | others_answers
    visible = unsealed(workspace, answers)
    before = {key: passed for key, passed in answers.items() if key in visible and key not in undecided}
    again = {key: after[key] for key in before if key in after}

    def lot(output_id: str) -> str:  # a hash: everybody sees the same part, and nothing need be stored
        return hashlib.sha256(f"{change.id}\x1e{change.version}\x1e{output_id}".encode()).hexdigest()

    return _Stale(before, again, sorted(before, key=lot)[: _enough(len(before))])


@operation("criteria drift", role=Role.MANAGER, listed_as="ledgers")
def ledgers(workspace: Workspace, criterion: Criterion | None = None) -> list[Ledger]:
    """Which grades an edit made stale, how many flip, and what to grade next.

    Of one criterion, or of all accepted ones; those with something to grade first.
    """
    criteria = [criterion] if criterion else list_criteria(workspace, status="accepted")
    all_ledgers = [ledger(workspace, criterion.id) for criterion in criteria]
    return sorted(all_ledgers, key=lambda ledger: (not ledger.next, ledger.criterion.name))


@operation("criteria regrade", role=Role.ENGINEER, effect=Effect.WRITES)
def queue_regrade(
    workspace: Workspace,
    criterion: Criterion,
    *,
    end: Annotated[bool, Field(description="Stop asking.")] = False,
) -> Regrade:
    """Have the Grade page ask for the stale answers on a criterion anew, or end that."""
    rules = open_project(workspace.db, workspace.project.name).rules
    queued = [key for key in rules.regrade if key != criterion.id]
    set_rules(workspace, regrade=queued if end else [*queued, criterion.id])
    return Regrade(ledger=ledger(workspace, criterion.id), end=end)


def regrade_items(workspace: Workspace, criterion_id: str, annotator: str) -> tuple[Ledger, list[Output]]:
    """The ledger, and the outputs that this person should grade anew for it, in order."""
    entry = ledger(workspace, criterion_id)
    grades_by_output = part_grades(workspace.by(annotator), entry.next)
    since = entry.changed_in or 0
    answers = {key: grades.get(entry.criterion.id) for key, grades in grades_by_output.items()}
    todo = [
        key
        for key in entry.next
        if (grade := answers.get(key)) is None or (grade.criterion_version or 0) < since
    ]
    outputs = output_table.many(workspace.db, todo)
    return entry, [outputs[key] for key in todo if key in outputs]


def _answers(
    workspace: Workspace, criterion: Criterion, numbers: set[int]
) -> tuple[dict[str, bool], set[str]]:
    """The majority of each output on the criterion in some of its versions, and the outputs left undecided.

    From the history: a person's grade under the new wording replaces the earlier one, and both are needed.
    """
    events = grade_history(workspace, criterion_id=criterion.id)
    undone = {grade.supersedes for grade in events if grade.value == "undone"}
    newest: dict[tuple[str, str], str] = {}
    for grade in events:
        counts = grade.value != "undone" and grade.id not in undone and grade.source not in APART
        if counts and given_under(grade, numbers):
            newest[grade.output_id, grade.annotator] = grade.value
    votes: dict[str, list[str]] = defaultdict(list)
    for (output_id, _), value in newest.items():
        votes[output_id].append(value)
    balance = {key: values.count("pass") - values.count("fail") for key, values in votes.items()}
    decided = {key: balance > 0 for key, balance in balance.items() if balance}
    return decided, votes.keys() - decided.keys()


def _enough(total: int) -> int:
    """The smallest sample in which no flip shows (95 %) that at most a tenth of ``total`` would flip."""
    from scipy.stats import hypergeom

    bad = min(int(_TOLERATED * total) + 1, total)
    enough = np.flatnonzero(hypergeom.pmf(0, total, bad, np.arange(1, total + 1)) <= _DOUBT)
    return int(enough[0]) + 1 if len(enough) else total


def _todo(
    workspace: Workspace, versions: Sequence[Criterion], change: Criterion, stale: _Stale
) -> Sequence[str]:
    """The outputs to grade now; the doubtful: whose notes move most between the old statement and the new."""
    if stale.stage != "doubtful ones":
        return {"random part": stale.undrawn, "all": sorted(stale.left)}.get(stale.stage, ())
    ids = stale.left
    notes = dict.fromkeys(ids, "")
    for grade in current_grades(workspace):
        if grade.output_id in notes and grade.note.strip():
            notes[grade.output_id] += f" {grade.note}"
    old = next(version for version in reversed(versions) if version.version < change.version)
    texts = [old.statement, change.statement, *(notes[key][1:] or "-" for key in ids)]
    points = points_of(workspace.db, texts, silent)
    moved = np.abs(points[2:] @ (points[1] - points[0]))
    return [ids[at] for at in np.argsort(-moved, kind="stable")[:_AT_ONCE]]

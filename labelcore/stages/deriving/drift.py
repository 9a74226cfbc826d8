"""The drift ledger: what an edit does to the grades that were given under the old wording.

Criteria change their meaning while people grade (EvalGen, arXiv 2404.12272). An edit of the wording
only keeps all grades. Any other makes the earlier grades of that criterion stale; the smallest
re-grade that settles them is proposed:

1. a random part of known probability, just large enough that, if none of it flips, at most a tenth
   of the stale grades would (95 %, hypergeometric);
2. if some flip, the outputs on which the new wording could change the answer most;
3. if more than a third flips, all.
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

from labelcore.models import Criterion, Fact, Frozen, Output, Role, fact
from labelcore.operations import Effect, operation
from labelcore.progress import silent
from labelcore.stages.deriving.criteria_by_meaning import points_of
from labelcore.stages.deriving.editing import history, list_criteria
from labelcore.stages.deriving.meaning import given_under, same_meaning
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import (
    current_grades,
    fitting_labels,
    grade_history,
    human_labels,
    part_grades,
    set_rules,
)
from labelcore.stages.projects import open_project
from labelcore.stats.rate import Rate, proportion
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

_TOLERATED = 0.1
_DOUBT = 0.05
_ALL_FROM = 1 / 3
_AT_ONCE = 10

Stage = Literal["nothing stale", "random part", "doubtful ones", "all", "settled"]


class Ledger(Frozen):
    """One criterion's newest change of meaning and what it leaves to do.

    ``stale``: outputs whose grade of this criterion, or whose note cited for it, is from before the
    change, with what was said (True: pass). ``again``: those graded anew, with the new answer.
    ``undecided``: outputs that somebody looked at anew without an answer; they are left out.
    ``random``: the part drawn by chance; ``probability`` of an output to be in it. ``flips``: the
    share of the random part that changed its answer. ``next``: outputs to grade now, in order.
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
        """The share of the random part that changed its answer."""
        flipped = [self.before[key] != self.again[key] for key in self.drawn if key in self.again]
        return proportion(sum(flipped), len(flipped), what="outputs of the random part graded anew")

    @property
    def left(self) -> list[str]:
        """Outputs that nobody graded anew."""
        return [key for key in self.before if key not in self.again]

    @property
    def undrawn(self) -> list[str]:
        """Outputs of the random part that nobody graded anew."""
        return [key for key in self.drawn if key not in self.again]

    @property
    def stage(self) -> Stage:
        """How far the smallest re-grade is."""
        if not self.before:
            return "nothing stale"
        if self.undrawn:
            return "random part"
        if not self.left or not self.flips.value:
            return "settled"
        return "all" if self.flips.value > _ALL_FROM else "doubtful ones"


def ledger(workspace: Workspace, criterion_id: str) -> Ledger:
    """What is stale for a criterion, what was graded anew, and what to grade next."""
    criterion = find_criterion(workspace, criterion_id)
    versions = history(workspace, criterion)
    same = same_meaning(versions)
    last_other = max((version.version for version in versions if version.version not in same), default=0)
    change = next((version for version in versions if version.version > last_other), versions[0])
    after, undecided = _answers(workspace, criterion, same)
    stale = _Stale({}, {}, ())
    if change.version > 1:
        stale = _stale(workspace, versions, change, after, undecided)
    moved = {"changed_in": change.version, "changed_at": change.at, "changed_by": change.author}
    return Ledger(
        criterion=criterion,
        **(moved | {"why": change.why, "undecided": len(undecided)} if change.version > 1 else _UNMOVED),
        kept=len(after.keys() - stale.before.keys()),
        stale=dict(stale.before),
        again=dict(stale.again),
        random=tuple(stale.drawn),
        probability=len(stale.drawn) / len(stale.before) if stale.before else None,
        flips=stale.flips,
        next=tuple(_todo(workspace, versions, change, stale)),
        stage=stale.stage,
        says=_left_to_do(criterion.name, stale)
        if change.version > 1
        else fact("meaning_kept", criterion=criterion.name),
    )


_UNMOVED: dict[str, Any] = {"changed_in": None, "changed_at": None, "changed_by": "", "why": ""}


def _stale(
    workspace: Workspace,
    versions: Sequence[Criterion],
    change: Criterion,
    after: Mapping[str, bool],
    undecided: Set[str],
) -> _Stale:
    """The answers on the versions that mean something else, and the fails cited before the change."""
    visible = set(fitting_labels(workspace).value) | _ungraded(workspace)
    others = {version.version for version in versions} - same_meaning(versions)
    given, _ = _answers(workspace, change, others)
    cited = next(version for version in reversed(versions) if version.version < change.version).evidence
    answers = {quote.output_id: False for quote in cited} | given
    before = {key: passed for key, passed in answers.items() if key in visible and key not in undecided}
    again = {key: after[key] for key in before if key in after}
    return _Stale(before, again, _random_part(change.id, change.version, sorted(before)))


@operation("criteria drift", role=Role.MANAGER, listed_as="ledgers")
def ledgers(workspace: Workspace, criterion: Criterion | None = None) -> list[Ledger]:
    """Which grades an edit made stale, how many flip, and what to grade next.

    Of one criterion, or of all accepted ones; those with something to grade first.
    """
    criteria = [criterion] if criterion else list_criteria(workspace, status="accepted")
    found = [ledger(workspace, criterion.id) for criterion in criteria]
    return sorted(found, key=lambda ledger: (not ledger.next, ledger.criterion.name))


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
    found = ledger(workspace, criterion_id)
    given = part_grades(workspace.by(annotator), found.next)
    since = found.changed_in or 0
    left = [
        key
        for key in found.next
        if (grade := given.get(key, {}).get(found.criterion.id)) is None
        or (grade.criterion_version or 0) < since
    ]
    outputs = output_table.many(workspace.db, left)
    return found, [outputs[key] for key in left if key in outputs]


def _ungraded(workspace: Workspace) -> set[str]:
    """Outputs with answers on criteria but no overall grade: no split was ever sealed over them."""
    known = human_labels(workspace).value
    return {grade.output_id for grade in current_grades(workspace) if grade.output_id not in known}


def _answers(
    workspace: Workspace, criterion: Criterion, numbers: set[int]
) -> tuple[dict[str, bool], set[str]]:
    """What people said of the criterion in some of its versions: the majority of each output, and
    the outputs on which nobody decided (unsure, skipped, or as many passes as fails).

    From the history: a grade given under the new wording takes the place of the same person's
    earlier one, and both are needed here. Silent repeats never count.
    """
    events = grade_history(workspace, criterion_id=criterion.id)
    undone = {grade.supersedes for grade in events if grade.value == "undone"}
    newest: dict[tuple[str, str], str] = {}
    for grade in events:
        counts = grade.value != "undone" and grade.id not in undone and grade.source != "repeat"
        if counts and given_under(grade, numbers):
            newest[grade.output_id, grade.annotator] = grade.value
    votes: dict[str, list[str]] = defaultdict(list)
    for (output_id, _), value in newest.items():
        votes[output_id].append(value)
    balance = {key: values.count("pass") - values.count("fail") for key, values in votes.items()}
    decided = {key: balance > 0 for key, balance in balance.items() if balance}
    return decided, votes.keys() - decided.keys()


def _random_part(criterion_id: str, version: int, outputs: Sequence[str]) -> tuple[str, ...]:
    """Drawn by a hash, so that everybody sees the same part and nothing need be stored."""

    def lot(output_id: str) -> str:
        return hashlib.sha256(f"{criterion_id}\x1e{version}\x1e{output_id}".encode()).hexdigest()

    return tuple(sorted(outputs, key=lot)[: _enough(len(outputs))])


def _enough(total: int) -> int:
    """The smallest sample in which no flip shows that at most a tenth of all would flip.

    With one more than the tolerated number of flips among ``total``, the chance of seeing none in
    the sample must be at most 5 %: hypergeometric, drawn without putting back.
    """
    from scipy.stats import hypergeom

    bad = int(_TOLERATED * total) + 1
    for size in range(1, total + 1):
        if hypergeom.pmf(0, total, min(bad, total), size) <= _DOUBT:
            return size
    return total


def _todo(
    workspace: Workspace, versions: Sequence[Criterion], change: Criterion, stale: _Stale
) -> Sequence[str]:
    if stale.stage == "random part":
        return stale.undrawn
    if stale.stage == "all":
        return sorted(stale.left)
    return _doubtful(workspace, versions, change, stale.left) if stale.stage == "doubtful ones" else ()


def _doubtful(
    workspace: Workspace, versions: Sequence[Criterion], change: Criterion, left: Sequence[str]
) -> list[str]:
    """The outputs whose notes move most between the old statement and the new one."""
    notes = defaultdict(list)
    for grade in current_grades(workspace):
        if grade.output_id in set(left) and grade.note.strip():
            notes[grade.output_id].append(grade.note)
    old = next(version for version in reversed(versions) if version.version < change.version)
    texts = [old.statement, change.statement, *(" ".join(notes[key]) or "-" for key in left)]
    points = points_of(workspace.db, texts, silent)
    moved = np.abs(points[2:] @ (points[1] - points[0]))
    order = np.argsort(-moved, kind="stable")[:_AT_ONCE]
    return [left[at] for at in order]


def _left_to_do(name: str, stale: _Stale) -> Fact:
    if stale.stage == "nothing stale":
        return fact("nothing_stale", criterion=name)
    flips, drawn = stale.flips, len(stale.drawn)
    told = {"stale": fact("stale", n=len(stale.before), criterion=name)}
    if stale.stage == "random part":
        return fact("grade_random_part", **told, left=len(stale.undrawn), drawn=drawn)
    if flips.value == 0:
        return fact("none_flipped", **told, drawn=drawn)
    told["flipped"] = fact("flipped", share=flips.value, low=flips.low, high=flips.high, n=flips.n)
    if stale.stage == "settled":
        return fact("all_anew", **told)
    if stale.stage == "all":
        return fact("grade_all", **told, left=len(stale.left))
    return fact("grade_doubtful", **told)

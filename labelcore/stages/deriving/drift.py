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
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import numpy as np

from labelcore.models import Criterion, Evidence, Fact, Frozen, Output, Project, fact
from labelcore.progress import silent
from labelcore.stages.deriving.editing import history, list_criteria
from labelcore.stages.deriving.meaning import given_under, same_meaning
from labelcore.stages.deriving.offline import points_of
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
from labelcore.stats.rate import Rate, wilson
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


def ledger(workspace: Workspace, criterion_id: str) -> Ledger:
    """What is stale for a criterion, what was graded anew, and what to grade next."""
    criterion = find_criterion(workspace, criterion_id)
    versions = history(workspace, criterion.id)
    same = same_meaning(versions)
    change = next((v for v in versions if v.version > _last_other(versions, same)), versions[0])
    visible = set(fitting_labels(workspace).value) | _ungraded(workspace)
    before, _ = _answers(workspace, criterion, {v.version for v in versions} - same)
    after, undecided = _answers(workspace, criterion, same)
    cited = _cited(versions, change.version) if change.version > 1 else ()
    before = {item.output_id: False for item in cited} | before
    before = {key: passed for key, passed in before.items() if key in visible and key not in undecided}
    if change.version == 1:
        return _untouched(criterion, len(after))
    again = {key: after[key] for key in before if key in after}
    drawn = _random_part(criterion.id, change.version, sorted(before))
    flipped = [before[key] != again[key] for key in drawn if key in again]
    flips = wilson(sum(flipped), len(flipped), what="outputs of the random part graded anew")
    stage = _stage(before, again, drawn, flips)
    todo = _todo(workspace, versions, change, before, again, drawn, stage)
    return Ledger(
        criterion=criterion,
        changed_in=change.version,
        changed_at=change.at,
        changed_by=change.author,
        why=change.why,
        kept=len(after.keys() - before.keys()),
        stale=before,
        again=again,
        undecided=len(undecided),
        random=drawn,
        probability=len(drawn) / len(before) if before else None,
        flips=flips,
        next=tuple(todo),
        stage=stage,
        says=_left_to_do(criterion, before, again, drawn, flips, stage),
    )


def ledgers(workspace: Workspace) -> list[Ledger]:
    """The ledgers of all accepted criteria; those with something to grade first."""
    found = [ledger(workspace, criterion.id) for criterion in list_criteria(workspace, status="accepted")]
    return sorted(found, key=lambda ledger: (not ledger.next, ledger.criterion.name))


def queue_regrade(workspace: Workspace, criterion_id: str, *, end: bool = False) -> Project:
    """Have the Grade page ask for a criterion's stale answers anew, or end that."""
    criterion = find_criterion(workspace, criterion_id)
    queued = [
        key for key in open_project(workspace.db, workspace.project.name).rules.regrade if key != criterion.id
    ]
    return set_rules(workspace, regrade=queued if end else [*queued, criterion.id])


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


def _last_other(versions: Sequence[Criterion], same: set[int]) -> int:
    """The newest version that means something else; 0 where there is none."""
    return max((version.version for version in versions if version.version not in same), default=0)


def _ungraded(workspace: Workspace) -> set[str]:
    """Outputs with answers on criteria but no overall grade: no split was ever sealed over them."""
    known = human_labels(workspace).value
    return {grade.output_id for grade in current_grades(workspace) if grade.output_id not in known}


def _untouched(criterion: Criterion, kept: int) -> Ledger:
    return Ledger(
        criterion=criterion,
        changed_in=None,
        changed_at=None,
        changed_by="",
        why="",
        kept=kept,
        stale={},
        again={},
        random=(),
        probability=None,
        flips=wilson(0, 0, what="outputs of the random part graded anew"),
        next=(),
        stage="nothing stale",
        says=fact("meaning_kept", criterion=criterion.name),
    )


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


def _cited(versions: Sequence[Criterion], changed_in: int) -> Sequence[Evidence]:
    before = [version for version in versions if version.version < changed_in]
    return before[-1].evidence if before else ()


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


def _stage(before: Mapping[str, bool], again: Mapping[str, bool], drawn: Sequence[str], flips: Rate) -> Stage:
    if not before:
        return "nothing stale"
    if any(key not in again for key in drawn):
        return "random part"
    if len(again) == len(before) or not flips.value:
        return "settled"
    return "all" if flips.value > _ALL_FROM else "doubtful ones"


def _todo(
    workspace: Workspace,
    versions: Sequence[Criterion],
    change: Criterion,
    before: Mapping[str, bool],
    again: Mapping[str, bool],
    drawn: Sequence[str],
    stage: Stage,
) -> list[str]:
    if stage == "random part":
        return [key for key in drawn if key not in again]
    left = [key for key in before if key not in again]
    if stage == "all":
        return sorted(left)
    return _doubtful(workspace, versions, change, left) if stage == "doubtful ones" else []


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


def _left_to_do(
    criterion: Criterion,
    before: Mapping[str, bool],
    again: Mapping[str, bool],
    drawn: Sequence[str],
    flips: Rate,
    stage: Stage,
) -> Fact:
    total, left = len(before), sum(key not in again for key in drawn)
    if stage == "nothing stale":
        return fact("nothing_stale", criterion=criterion.name)
    stale = fact("stale", n=total, criterion=criterion.name)
    if stage == "random part":
        return fact("grade_random_part", stale=stale, left=left, drawn=len(drawn))
    if flips.value == 0:
        return fact("none_flipped", stale=stale, drawn=len(drawn))
    shares = {"share": flips.value, "low": flips.low, "high": flips.high, "n": flips.n}
    flipped = fact("flipped", **shares)
    if stage == "settled":
        return fact("all_anew", stale=stale, flipped=flipped)
    if stage == "all":
        return fact("grade_all", stale=stale, flipped=flipped, left=total - len(again))
    return fact("grade_doubtful", stale=stale, flipped=flipped)

"""Lint of the rubric: criteria that are vague, compound, overlapping, contradictory, or never fire.

Overlap and contradiction are measured on what people said and judges decided; each finding carries its
counts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np

from labelcore.models import Criterion, Fact, Frozen, Role, fact
from labelcore.operations import operation
from labelcore.progress import silent
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.deriving.grouping import points_of
from labelcore.stages.deriving.naming import quoted_in
from labelcore.stages.grading import fitting_labels
from labelcore.stages.selecting import failed_for
from labelcore.store import Database, judges as judge_table, verdicts as verdict_table
from labelcore.text.demands import demands
from labelcore.workspace import Workspace

_VAGUE = re.compile(
    r"\b(good|bad|nice|appropriate(?:ly)?|proper(?:ly)?|high[- ]quality|reasonable|suitabl[ey]|"
    r"adequate(?:ly)?"
    r"|professional(?:ly)?|clear(?:ly)?|natural(?:ly)?|helpful|useful|relevant|as needed|if possible|etc)\b"
    r"|合适|恰当|适当|良好|高质量|合理|专业|自然|有帮助|有用|尽量|等等",
    re.IGNORECASE,
)
_SAME, _OPPOSITE = 0.6, -0.6
_FEW, _TEN = 5, 10
_SHARE = 0.15

Kind = Literal["vague", "compound", "overlapping", "contradictory", "never fires", "not needed"]


class Finding(Frozen):
    """One weakness of the rubric. ``outputs``: ids of the outputs that show it."""

    kind: Kind
    criteria: tuple[str, ...]
    names: tuple[str, ...]
    says: Fact
    outputs: tuple[str, ...] = ()


class Lint(Frozen):
    """All findings, and the fewest criteria that still explain every explained fail.

    ``explained_outputs`` and ``open_outputs`` are the failed outputs with and without a criterion.
    """

    findings: tuple[Finding, ...]
    covering: tuple[str, ...]
    explained: int
    fails: int
    explained_outputs: tuple[str, ...] = ()
    open_outputs: tuple[str, ...] = ()


@operation("criteria lint", role=Role.MANAGER)
def lint(workspace: Workspace) -> Lint:
    """Point out vague, compound, overlapping, contradictory and silent criteria.

    Of the accepted ones or, where none is, of the proposed.
    """
    criteria = list_criteria(workspace, status="accepted") or list_criteria(workspace, status="proposed")
    fails = set(fitting_labels(workspace).failed)
    failed = {key: outputs & fails for key, outputs in failed_for(workspace, criteria).items()}
    decided = _failed_by_judges(workspace, criteria)
    covering = _covering(failed)
    findings = [finding for criterion in criteria for finding in _wording(workspace.db, criterion)]
    for pair in itertools.combinations(criteria, 2):
        findings += _overlapping(*pair, failed, decided)
        findings += _contradictory(*pair, decided)
    for criterion in criteria:
        findings += _silent(criterion, failed[criterion.id], decided[criterion.id])
    for criterion in criteria:
        if failed[criterion.id] and criterion.id not in covering:
            says = fact("not_needed", name=criterion.name)
            findings.append(_finding("not needed", [criterion], says, sorted(failed[criterion.id])))
    explained = set().union(*failed.values())
    return Lint(
        findings=tuple(findings),
        covering=tuple(criterion.id for criterion in criteria if criterion.id in covering),
        explained=len(explained),
        fails=len(fails),
        explained_outputs=tuple(sorted(explained)),
        open_outputs=tuple(sorted(fails - explained)),
    )


def _failed_by_judges(workspace: Workspace, criteria: Sequence[Criterion]) -> dict[str, dict[str, bool]]:
    """Criterion -> output -> failed, by the judge that stands for it: a chosen one, else its first."""
    choice = judge_table.chosen(workspace.db, workspace.project.id)
    preferred = set(choice["judge_version_ids"]) if choice else set()
    judges: dict[str, str] = {}
    for version in judge_table.current(workspace.db, workspace.project.id):
        if version.criterion_id and (version.criterion_id not in judges or version.id in preferred):
            judges[version.criterion_id] = version.id
    criteria_of = {judges[item.id]: item.id for item in criteria if item.id in judges}
    failed: dict[str, dict[str, bool]] = {item.id: {} for item in criteria}
    table = verdict_table.values(workspace.db, list(criteria_of))
    for row in table[table["value"].isin(["pass", "fail"])].itertuples():
        failed[criteria_of[row.judge_version_id]][row.output_id] = row.value == "fail"
    return failed


def _wording(db: Database, criterion: Criterion) -> Iterator[Finding]:
    text = quoted_in(criterion.statement)
    if words := sorted({match[0].lower() for match in _VAGUE.finditer(text)}):
        yield _finding("vague", [criterion], fact("vague", name=criterion.name, words=words))
    if halves := demands(text):
        yield from _compound(db, criterion, halves)


def _compound(db: Database, criterion: Criterion, halves: Sequence[str]) -> Iterator[Finding]:
    """Two demands in one; the evidence is which half each quote speaks of."""
    quotes = [item.quote for item in criterion.evidence]
    values = {"name": criterion.name, "first": halves[0], "other": halves[1]}
    if len(quotes) < 2:
        yield _finding("compound", [criterion], fact("two_demands", **values))
        return
    points = points_of(db, [*halves, *quotes], silent)
    first = int((points[2:] @ points[0] > points[2:] @ points[1]).sum())
    other = len(quotes) - first
    if min(first, other) >= max(2, _SHARE * len(quotes)):  # else it is one demand, said at length
        says = fact("two_demands_quoted", **values, of_first=first, of_other=other)
        yield _finding("compound", [criterion], says, [item.output_id for item in criterion.evidence])


def _overlapping(
    first: Criterion, other: Criterion, failed: Mapping[str, set[str]], decided: Mapping[str, dict[str, bool]]
) -> Iterator[Finding]:
    by_judges = {key: {output for output, fails in decided[key].items() if fails} for key in decided}
    for source, fails in (("people", failed), ("judges", by_judges)):
        both, either = fails[first.id] & fails[other.id], fails[first.id] | fails[other.id]
        if len(either) >= _FEW and len(both) / len(either) >= _SAME:
            counts = {"both": len(both), "either": len(either)}
            says = fact(f"same_fails_by_{source}", first=first.name, other=other.name, **counts)
            yield _finding("overlapping", [first, other], says, sorted(both))


def _contradictory(
    first: Criterion, other: Criterion, decided: Mapping[str, dict[str, bool]]
) -> Iterator[Finding]:
    shared = sorted(decided[first.id].keys() & decided[other.id].keys())
    answers = np.array([[decided[item.id][key] for key in shared] for item in (first, other)], dtype=float)
    if len(shared) < _TEN or (answers.std(axis=1) == 0).any():
        return
    phi = float(np.corrcoef(answers)[0, 1])
    if phi <= _OPPOSITE:
        says = fact("contradictory", first=first.name, other=other.name, phi=phi, n=len(shared))
        opposite = [key for key in shared if decided[first.id][key] != decided[other.id][key]]
        yield _finding("contradictory", [first, other], says, opposite)


def _silent(criterion: Criterion, failed: set[str], verdicts: Mapping[str, bool]) -> Iterator[Finding]:
    if not failed:
        yield _finding("never fires", [criterion], fact("never_failed", name=criterion.name))
    elif len(verdicts) >= _TEN and not any(verdicts.values()):
        says = fact("judge_silent", name=criterion.name, n=len(verdicts), failed=len(failed))
        yield _finding("never fires", [criterion], says, sorted(failed))


def _covering(failed: Mapping[str, set[str]]) -> set[str]:
    """The fewest criteria that explain every fail that any explains: set cover, solved by HiGHS."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    ids = list(failed)
    outputs = sorted(set().union(*failed.values())) if failed else []
    if not outputs:
        return set()
    explains = np.array([[key in failed[item] for item in ids] for key in outputs], dtype=float)
    answer = milp(
        np.ones(len(ids)),
        integrality=np.ones(len(ids), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(explains, lb=1),
        options={"time_limit": 5},
    )
    if answer.x is None:
        return set(ids)
    return {criterion_id for criterion_id, share in zip(ids, answer.x, strict=True) if share > 0.5}


def _finding(kind: Kind, criteria: Sequence[Criterion], says: Fact, outputs: Sequence[str] = ()) -> Finding:
    return Finding(
        kind=kind,
        criteria=tuple(criterion.id for criterion in criteria),
        names=tuple(criterion.name for criterion in criteria),
        says=says,
        outputs=tuple(dict.fromkeys(outputs)),
    )

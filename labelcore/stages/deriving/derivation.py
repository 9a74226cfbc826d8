"""From notes to a rubric: criteria with the evidence that produced each, offline or by a model.

Derivation adds: a criterion that people accepted or edited keeps its wording and only gains evidence; what
they rejected is not proposed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from labelcore.models import Criterion, Frozen, Role, now
from labelcore.operations import Effect, operation
from labelcore.stages.deriving import by_model
from labelcore.stages.deriving.clauses import Clause, clauses_of_fails
from labelcore.stages.deriving.editing import accept, list_criteria, live_criteria, new_criterion
from labelcore.stages.deriving.grouping import Floats, central, group, points_of, unit
from labelcore.stages.deriving.naming import case_words, name_of, statement_of, telling_words, without_case
from labelcore.stages.deriving.proposing_codes import code_notes
from labelcore.stages.grading import Labels, fitting_labels, human_labels
from labelcore.stats.threads import one_thread
from labelcore.store import criteria as criterion_table, outputs as output_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_MUST_SHARE = 0.2
_EXAMPLES, _EXCERPT = 3, 200
_NEAR = 0.5  # cosine of the blend from which a new note joins an existing criterion


class Derivation(Frozen):
    """The rubric after a derivation, and what it does not explain."""

    criteria: tuple[Criterion, ...]
    uncovered_fails: int
    warnings: tuple[Wording, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return dict(self) | {"criteria": [criterion.document() for criterion in self.criteria]}


@operation("derive", role=Role.ENGINEER, effect=Effect.GRADUAL)
@one_thread()
def derive(
    workspace: Workspace,
    *,
    offline: Annotated[bool, Field(description="Without any model.")] = False,
    accept_all: Annotated[bool, Field(description="Accept what is proposed.")] = False,
) -> Derivation:
    """Turn the notes on failed outputs into criteria.

    What people said of failed outputs gets codes too, offline.

    Raises:
        ModelTrouble: a model was asked for and none answers.
    """
    labels = fitting_labels(workspace)
    before = list_criteria(workspace)
    troubles: list[Wording] = []
    if clauses := _new_clauses(workspace, before):
        if offline:
            _derive_by_meaning(workspace, clauses, labels, before)
        else:
            troubles = by_model.derive_criteria(workspace, clauses, before)
        code_notes(workspace, offline=True)
    if accept_all:
        for criterion in list_criteria(workspace, status="proposed"):
            accept(workspace, criterion, why="accepted with all")
    after = live_criteria(workspace)
    return Derivation(
        criteria=tuple(after),
        uncovered_fails=len(uncovered_fails(workspace)),
        warnings=(*troubles, *_warnings(workspace, labels, after)),
    )


def uncovered_fails(workspace: Workspace) -> list[str]:
    """Failed outputs that no proposed or accepted criterion explains (the sealed split aside)."""
    explained = {quote.output_id for criterion in live_criteria(workspace) for quote in criterion.evidence}
    return [output_id for output_id in fitting_labels(workspace).fails if output_id not in explained]


def _new_clauses(workspace: Workspace, before: Sequence[Criterion]) -> list[Clause]:
    """What no criterion cites yet: the clauses of notes, and the marked words of grades without a note."""
    cited = {quote.grade_id for criterion in before for quote in criterion.evidence}
    fresh = [clause for clause in clauses_of_fails(workspace) if clause.grade_id not in cited]
    noted = {clause.grade_id for clause in fresh if not clause.marked}
    return [clause for clause in fresh if not (clause.marked and clause.grade_id in noted)]


def _warnings(workspace: Workspace, labels: Labels, criteria: Sequence[Criterion]) -> Iterator[Wording]:
    everything = human_labels(workspace)
    if not everything.value:
        yield Wording("No output has a pass or a fail yet: grade some first.")
    elif not everything.fails:
        yield Wording("No output has been failed yet, so there is nothing to derive from: grade on.")
    elif not clauses_of_fails(workspace):
        yield Wording(
            "No failed output has a note: say in a few words what is wrong with some, or mark the words."
        )
    if held := len(everything.value) - len(labels.value):
        yield Wording(
            "{n} graded outputs are set aside as the sealed test; their notes are not read here.", n=held
        )
    if single := [item.name for item in criteria if len({quote.grade_id for quote in item.evidence}) == 1]:
        yield Wording("Resting on a single note: {names}.", names=single)


@dataclass(frozen=True)
class _Placed:
    """Clauses with their points, shape (n, d), and the words of the cases that they are about."""

    clauses: Sequence[Clause]
    points: Floats
    case: frozenset[str]

    def some(self, numbers: Sequence[int]) -> _Placed:
        return _Placed([self.clauses[at] for at in numbers], self.points[list(numbers)], self.case)


def _derive_by_meaning(
    workspace: Workspace, clauses: Sequence[Clause], labels: Labels, before: Sequence[Criterion]
) -> None:
    """Store criteria of groups of clauses; those that say what a criterion says already join it."""
    live = [criterion for criterion in before if criterion.status in {"proposed", "accepted"}]
    cited = [quote for criterion in live for quote in criterion.evidence]
    texts = [quote.quote for quote in cited] + [clause.text for clause in clauses]
    about = [quote.output_id for quote in cited] + [clause.output_id for clause in clauses]
    known = output_table.many(workspace.db, list(dict.fromkeys(about)))
    outputs = [known.get(output_id) for output_id in about]
    sources = [f"{output.text}\n{output.input}\n{output.context}" if output else "" for output in outputs]
    groups = [output.group if output else key for output, key in zip(outputs, about, strict=True)]
    case = case_words(texts, sources, groups)
    points = points_of(workspace.db, [without_case(text, case) for text in texts], workspace.progress)
    placed = _Placed(clauses, points[len(cited) :], case)
    joined, rest = _join(placed, live, points[: len(cited)])
    changed = [
        criterion.model_copy(
            update={
                "version": criterion.version + 1,
                "wording_only": True,
                "at": now(),
                "author": workspace.person,
                "evidence": (*criterion.evidence, *(clause.evidence() for clause in more)),
                "why": f"{len(more)} more quotes say the same",
            }
        )
        for criterion in live
        if (more := joined.get(criterion.id))
    ]
    proposed = _proposed(workspace, placed.some(rest), labels, {criterion.name for criterion in before})
    criterion_table.save(workspace.db, [*changed, *proposed])


def _join(
    placed: _Placed, criteria: Sequence[Criterion], cited: Floats
) -> tuple[dict[str, list[Clause]], list[int]]:
    """Clauses that say what a criterion says, and the numbers of the others; ``cited``: a point a quote."""
    citing = [criterion for criterion in criteria if criterion.evidence]
    if not citing:
        return {}, list(range(len(placed.clauses)))
    ends = np.cumsum([len(criterion.evidence) for criterion in citing])[:-1]
    likeness = placed.points @ unit(np.stack([rows.mean(axis=0) for rows in np.split(cited, ends)])).T
    best, nearest = likeness.max(axis=1), likeness.argmax(axis=1)
    joined: dict[str, list[Clause]] = {}
    for number in np.flatnonzero(best >= _NEAR).tolist():
        joined.setdefault(citing[nearest[number]].id, []).append(placed.clauses[number])
    return joined, np.flatnonzero(best < _NEAR).tolist()


def _proposed(workspace: Workspace, placed: _Placed, labels: Labels, taken: set[str]) -> list[Criterion]:
    """One proposed criterion for each group of clauses, the largest first."""
    if not placed.clauses:
        return []
    numbers = group(placed.points)
    members = [placed.some(np.flatnonzero(numbers == k).tolist()) for k in range(int(numbers.max()) + 1)]
    telling = telling_words([[clause.text for clause in same.clauses] for same in members], placed.case)
    found = []
    for same, keywords in zip(members, telling, strict=True):
        found.append(_criterion(workspace, same, labels, taken, tuple(keywords)))
        taken.add(found[-1].name)
    return found


def _criterion(
    workspace: Workspace, same: _Placed, labels: Labels, taken: set[str], keywords: tuple[str, ...]
) -> Criterion:
    """A criterion of clauses that say the same."""
    typical = same.clauses[central(same.points)]
    failing = list(dict.fromkeys(clause.output_id for clause in same.clauses))
    share = len(failing) / max(1, len(labels.fails))
    why = f"{len(same.clauses)} quotes on {len(failing)} failed outputs."
    if len(same.clauses) == 1:
        why = "Rests on a single note: look for more before you rely on it."

    def excerpts(ids: Sequence[str]) -> tuple[str, ...]:
        found = output_table.many(workspace.db, ids[:_EXAMPLES])
        return tuple(found[key].text[:_EXCERPT] for key in ids[:_EXAMPLES] if key in found)

    return new_criterion(
        workspace,
        name_of([clause.text for clause in same.clauses], typical.text, taken),
        statement_of(typical.text, marked=typical.marked),
        severity="must" if share >= _MUST_SHARE else "should",
        origin="notes",
        evidence=tuple(clause.evidence() for clause in same.clauses),
        why=why,
        keywords=keywords,
        fail_examples=excerpts(failing),
        pass_examples=excerpts(sorted(labels.passes)),
    )

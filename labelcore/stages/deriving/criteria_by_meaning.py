"""Criteria from notes without any model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelcore.models import Criterion, Output, now
from labelcore.progress import Progress
from labelcore.stages.deriving.clauses import Clause
from labelcore.stages.deriving.editing import new_criterion
from labelcore.stages.deriving.embedding import meanings
from labelcore.stages.deriving.grouping import Floats, blend, central, group
from labelcore.stages.deriving.naming import name_of, statement_of, telling_words
from labelcore.stages.deriving.wording import case_words, without_case
from labelcore.stages.grading import Labels
from labelcore.store import Database
from labelcore.store import criteria as criterion_table
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

_MUST_SHARE = 0.2
_EXAMPLES = 3
_EXCERPT = 200
_NEAR = 0.5  # cosine of the blend from which a new note joins an existing criterion


@dataclass(frozen=True)
class PlacedClauses:
    """Clauses with their points, shape (n, d), and the words of the cases that they are about."""

    clauses: Sequence[Clause]
    points: Floats
    case: frozenset[str]

    def some(self, numbers: Sequence[int]) -> PlacedClauses:
        """Those of these numbers."""
        return PlacedClauses([self.clauses[at] for at in numbers], self.points[list(numbers)], self.case)


def points_of(db: Database, texts: Sequence[str], progress: Progress) -> Floats:
    """Blended unit vectors of texts; embeddings come from the store where they are known."""
    return blend(texts, meanings(db, texts, progress))


def join_existing(
    placed: PlacedClauses, existing: Sequence[Criterion], old: Floats
) -> tuple[dict[str, list[Clause]], list[int]]:
    """New clauses that belong to an existing criterion, and the numbers of those that do not.

    ``old`` are the points of the criteria's quotes, one row for each quote, in order.
    """
    centres, ids, start = [], [], 0
    for criterion in existing:
        size = len(criterion.evidence)
        if size:
            centres.append(old[start : start + size].mean(axis=0))
            ids.append(criterion.id)
        start += size
    if not centres:
        return {}, list(range(len(placed.clauses)))
    table = np.stack(centres)
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    likeness = placed.points @ table.T
    best, nearest = likeness.max(axis=1), likeness.argmax(axis=1)
    joined: dict[str, list[Clause]] = {}
    for number in np.flatnonzero(best >= _NEAR).tolist():
        joined.setdefault(ids[nearest[number]], []).append(placed.clauses[number])
    return joined, np.flatnonzero(best < _NEAR).tolist()


def derive(
    workspace: Workspace, clauses: Sequence[Clause], labels: Labels, before: Sequence[Criterion]
) -> None:
    """Store criteria of groups of clauses; those that say what a criterion says already join it."""
    live = [criterion for criterion in before if criterion.status in {"proposed", "accepted"}]
    cited = [quote for criterion in live for quote in criterion.evidence]
    texts = [quote.quote for quote in cited] + [clause.text for clause in clauses]
    about = [quote.output_id for quote in cited] + [clause.output_id for clause in clauses]
    outputs = output_table.many(workspace.db, list(dict.fromkeys(about)))
    sources = [_source(outputs.get(output_id)) for output_id in about]
    groups = [outputs[output_id].group if output_id in outputs else output_id for output_id in about]
    case = case_words(texts, sources, groups)
    points = points_of(workspace.db, [without_case(text, case) for text in texts], workspace.progress)
    old, placed = points[: len(cited)], PlacedClauses(clauses, points[len(cited) :], case)
    joined, rest = join_existing(placed, live, old)
    changed = [
        _with_more(criterion, joined[criterion.id], workspace.person)
        for criterion in live
        if criterion.id in joined
    ]
    taken = {criterion.name for criterion in before}
    proposed = _proposed(workspace, placed.some(rest), labels, taken)
    criterion_table.save(workspace.db, [*changed, *proposed])


def _source(output: Output | None) -> str:
    """What a note is about: the output with its input and context, as one text."""
    return f"{output.text}\n{output.input}\n{output.context}" if output else ""


def _with_more(criterion: Criterion, clauses: Sequence[Clause], author: str) -> Criterion:
    """The criterion with more evidence; its wording, and so its grades, stay as they are."""
    changes = {"version": criterion.version + 1, "wording_only": True, "at": now(), "author": author}
    evidence = (*criterion.evidence, *(clause.evidence() for clause in clauses))
    told = {"evidence": evidence, "why": f"{len(clauses)} more quotes say the same"}
    return criterion.model_copy(update=changes | told)


def _proposed(
    workspace: Workspace, placed: PlacedClauses, labels: Labels, taken: set[str]
) -> list[Criterion]:
    """One proposed criterion for each group of clauses, the largest first."""
    if not placed.clauses:
        return []
    numbers = group(placed.points)
    members = [placed.some(np.flatnonzero(numbers == k).tolist()) for k in range(int(numbers.max()) + 1)]
    telling = telling_words([[clause.text for clause in same.clauses] for same in members], placed.case)
    found = []
    for same, keywords in zip(members, telling, strict=True):
        criterion = _criterion(workspace, same, labels, taken)
        taken.add(criterion.name)
        found.append(criterion.model_copy(update={"keywords": tuple(keywords)}))
    return found


def _criterion(workspace: Workspace, same: PlacedClauses, labels: Labels, taken: set[str]) -> Criterion:
    """A criterion of clauses that say the same."""
    typical = same.clauses[central(same.points)]
    failing = list(dict.fromkeys(clause.output_id for clause in same.clauses))
    share = len(failing) / max(1, len(labels.fails))
    why = f"{len(same.clauses)} quotes on {len(failing)} failed outputs."
    if len(same.clauses) == 1:
        why = "Rests on a single note: look for more before you rely on it."
    return new_criterion(
        workspace,
        name_of([clause.text for clause in same.clauses], typical.text, taken),
        statement_of(typical.text, marked=typical.marked),
        severity="must" if share >= _MUST_SHARE else "should",
        origin="notes",
        evidence=tuple(clause.evidence() for clause in same.clauses),
        why=why,
        fail_examples=_excerpts(workspace.db, failing),
        pass_examples=_excerpts(workspace.db, sorted(labels.passes)),
    )


def _excerpts(db: Database, ids: Sequence[str]) -> tuple[str, ...]:
    found = output_table.many(db, ids[:_EXAMPLES])
    return tuple(found[i].text[:_EXCERPT] for i in ids[:_EXAMPLES] if i in found)

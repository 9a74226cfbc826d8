"""Criteria from notes without any model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelcore.models import Criterion, Evidence, new_id
from labelcore.progress import Progress
from labelcore.stages.deriving.embedding import meanings
from labelcore.stages.deriving.grouping import Clause, Floats, blend, central, group
from labelcore.stages.deriving.naming import name_of, statement_of, telling_words
from labelcore.stages.deriving.risk import default_limit
from labelcore.stages.grading import Labels
from labelcore.store import Database
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

_MUST_SHARE = 0.2
_EXAMPLES = 3
_EXCERPT = 200
_NEAR = 0.5  # cosine of the blend from which a new note joins an existing criterion


def points_of(db: Database, texts: Sequence[str], progress: Progress) -> Floats:
    """Blended unit vectors of texts; embeddings come from the store where they are known."""
    return blend(texts, meanings(db, texts, progress))


def join_existing(
    clauses: Sequence[Clause], points: Floats, existing: Sequence[Criterion], old: Floats
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
        return {}, list(range(len(clauses)))
    table = np.stack(centres)
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    likeness = points @ table.T
    best, nearest = likeness.max(axis=1), likeness.argmax(axis=1)
    joined: dict[str, list[Clause]] = {}
    for number in np.flatnonzero(best >= _NEAR).tolist():
        joined.setdefault(ids[nearest[number]], []).append(clauses[number])
    return joined, np.flatnonzero(best < _NEAR).tolist()


def propose(
    workspace: Workspace,
    clauses: Sequence[Clause],
    points: Floats,
    labels: Labels,
    taken: set[str],
    case: frozenset[str],
) -> list[Criterion]:
    """One proposed criterion for each group of clauses, the largest first."""
    if not clauses:
        return []
    numbers = group(points)
    members = [np.flatnonzero(numbers == k).tolist() for k in range(int(numbers.max()) + 1)]
    telling = telling_words([[clauses[i].text for i in numbered] for numbered in members], case)
    found = []
    for numbered, keywords in zip(members, telling, strict=True):
        texts = [clauses[i].text for i in numbered]
        typical = clauses[numbered[central(points[numbered])]]
        name = name_of(texts, typical.text, taken)
        taken.add(name)
        evidence = [clauses[i].evidence() for i in numbered]
        statement = statement_of(typical.text, marked=typical.marked)
        found.append(_criterion(workspace, name, statement, keywords, evidence, labels))
    return found


def _criterion(
    workspace: Workspace,
    name: str,
    statement: str,
    keywords: Sequence[str],
    evidence: Sequence[Evidence],
    labels: Labels,
) -> Criterion:
    failing = list(dict.fromkeys(item.output_id for item in evidence))
    share = len(failing) / max(1, len(labels.fails))
    why = f"{len(evidence)} quotes on {len(failing)} failed outputs."
    if len(evidence) == 1:
        why = "Rests on a single note: look for more before you rely on it."
    return Criterion(
        id=new_id("criterion"),
        project_id=workspace.project.id,
        version=1,
        name=name,
        statement=statement,
        severity="must" if share >= _MUST_SHARE else "should",
        max_false_failure_rate=default_limit(workspace.project),
        origin="notes",
        keywords=tuple(keywords),
        evidence=tuple(evidence),
        author=workspace.person,
        why=why,
        fail_examples=_excerpts(workspace.db, failing),
        pass_examples=_excerpts(workspace.db, sorted(labels.passes)),
    )


def _excerpts(db: Database, ids: Sequence[str]) -> tuple[str, ...]:
    found = output_table.many(db, ids[:_EXAMPLES])
    return tuple(found[i].text[:_EXCERPT] for i in ids[:_EXAMPLES] if i in found)

"""Proposed codes for what people said of failed outputs: notes, and words that they marked.

Offline, clauses of notes become codes where they mean the same: average linkage on the blend of
meaning, wording and families (see grouping.py), cut at a fixed distance, so the number of codes
follows the notes. With a model its labels and quotes are taken as far as they hold
(codes_by_model.py); what it left out gets codes offline. ``sure`` is in both how much nearer a
quote is to its own code than to the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from labelcore.errors import ModelTrouble
from labelcore.llm import client_from_settings
from labelcore.models import Code, Frozen, Quote, Role, new_id
from labelcore.operations import Effect, operation
from labelcore.settings import settings
from labelcore.stages.deriving import codes_by_model
from labelcore.stages.deriving.clauses import Clause, clauses_of_fails
from labelcore.stages.deriving.coding import Coded, link_codes, list_codes, live_codes
from labelcore.stages.deriving.criteria_by_meaning import points_of
from labelcore.stages.deriving.grouping import CLUSTERED, Floats, central, distances
from labelcore.stages.deriving.naming import name_of
from labelcore.store import codes as code_table
from labelcore.workspace import Workspace

APART = 0.55
"""Cosine distance from which clauses are different codes."""


class Coding(Frozen):
    """The codes in use after a proposal, and what it did.

    ``quotes_new``: clauses that got a code now, ``by_model`` those of them that a model gave it to.
    ``says``: what was left out or went wrong, in sentences.
    """

    codes: tuple[Coded, ...]
    quotes_new: int = 0
    by_model: int = 0
    says: tuple[str, ...] = ()


@operation("codes propose", role=Role.ENGINEER, effect=Effect.GRADUAL)
def code_notes(
    workspace: Workspace, *, offline: Annotated[bool, Field(description="Without any model.")] = False
) -> Coding:
    """Give codes to the notes and marked words that carry none yet.

    By the configured model, unless ``offline``; without one, or where it fails, by their meaning,
    and ``says`` tells so. What people renamed, merged or moved stays as it is.
    """
    known = code_table.quotes(workspace.db, workspace.project.id)
    fresh = _uncoded(clauses_of_fails(workspace), known)
    if not fresh:
        return Coding(codes=tuple(list_codes(workspace)))
    asked = None if offline else _by_model(workspace, fresh)
    placed = asked.placed if asked else []
    rest = _uncoded(fresh, placed=[clause for clause, _ in placed])
    clauses = [*(clause for clause, _ in placed), *rest]
    made, quotes = _coded(workspace, known, clauses, asked)
    code_table.save(workspace.db, made, quotes)
    link_codes(workspace)
    return Coding(
        codes=tuple(list_codes(workspace)),
        quotes_new=len(quotes),
        by_model=len(placed),
        says=() if offline else tuple(_told(asked, len(rest))),
    )


def _coded(
    workspace: Workspace,
    known: Sequence[Quote],
    clauses: Sequence[Clause],
    asked: codes_by_model.Proposal | None,
) -> tuple[list[Code], list[Quote]]:
    """New codes, and the clauses as quotes under a code each; those that the model placed come first."""
    live = live_codes(workspace)
    ids = {code.id for code in live}
    coded = [quote for quote in known if quote.code_id in ids]
    texts = [quote.text for quote in coded] + [clause.meaning for clause in clauses]
    points = points_of(workspace.db, texts, workspace.progress)
    old, new = points[: len(coded)], points[len(coded) :]
    labels = _settled(workspace, asked, [code.label for code in live]) if asked else []
    made, numbers = _named(workspace, live, labels)
    places = [str(quote.code_id) for quote in coded] + list(numbers.values())
    centres = _centres(places, np.vstack([old, new[: len(labels)]]))
    joined, left = _join(new, centres, range(len(labels), len(clauses)))
    numbers |= joined
    for code, members in _new_codes(workspace, clauses, new, left, made):
        made.append(code)
        centres |= _centres([code.id] * len(members), new[members])
        numbers |= dict.fromkeys(members, code.id)
    sure = _sureness(new, centres, [numbers[at] for at in range(len(clauses))])
    shared = {"project_id": workspace.project.id, "author": workspace.person}
    quotes = [
        Quote.model_validate(
            shared | clause.model_dump(exclude={"about"}) | {"code_id": numbers[at], "sure": float(sure[at])}
        )
        for at, clause in enumerate(clauses)
    ]
    return made, quotes


def _uncoded(
    clauses: Sequence[Clause], known: Sequence[Quote] = (), placed: Sequence[Clause] = ()
) -> list[Clause]:
    """Clauses of which no part carries a code."""
    texts: dict[str, list[str]] = {}
    for grade_id, text in [(k.grade_id, k.text) for k in known] + [(k.grade_id, k.text) for k in placed]:
        texts.setdefault(grade_id, []).append(text)
    return [
        clause
        for clause in clauses
        if not any(text in clause.text or clause.text in text for text in texts.get(clause.grade_id, ()))
    ]


def _by_model(workspace: Workspace, clauses: Sequence[Clause]) -> codes_by_model.Proposal | None:
    if not settings().has_model:
        return None
    try:
        client = client_from_settings()
    except ModelTrouble as trouble:
        return codes_by_model.Proposal(troubles=[(len(clauses), trouble)], parts=1)
    return codes_by_model.ask(
        client, clauses, [code.label for code in live_codes(workspace)], workspace.progress
    )


def _settled(workspace: Workspace, asked: codes_by_model.Proposal, used: Sequence[str]) -> list[str]:
    """The label of each placed quote, once labels of different parts that say the same are one."""
    labels = [label for _, label in asked.placed]
    joined = asked.joined
    if joined is None and asked.parts > 1:
        joined = _same_by_meaning(workspace, list(dict.fromkeys([*used, *labels])), labels)
    known = {label.casefold(): label for label in used}
    groups: dict[str, str] = {}
    for label, group in (joined or {}).items():
        if label.casefold() in known:  # a label that people see already stays
            groups.setdefault(group, label)
    first: dict[str, str] = {}
    settled = []
    for label in labels:
        group = (joined or {}).get(label, label)
        name = known.get(label.casefold()) or groups.get(group, group)
        settled.append(first.setdefault(name.casefold(), name))
    return settled


def _same_by_meaning(workspace: Workspace, named: Sequence[str], used: Sequence[str]) -> dict[str, str]:
    """From each label to the one of its group that most quotes carry."""
    if len(named) < 2:
        return {}
    found: dict[str, str] = {}
    for members in code_groups(points_of(workspace.db, named, workspace.progress)):
        group = [named[at] for at in members]
        best = max(group, key=used.count)
        found |= dict.fromkeys(group, best) if len(group) > 1 else {}
    return found


def _named(
    workspace: Workspace, live: Sequence[Code], labels: Sequence[str]
) -> tuple[list[Code], dict[int, str]]:
    """The codes of labels, made now where none has the label, and the code id of each place."""
    ids = {code.label.casefold(): code.id for code in live}
    made = []
    for label in labels:
        if label.casefold() not in ids:
            made.append(_code(workspace, label, origin="model"))
            ids[label.casefold()] = made[-1].id
    return made, {at: ids[label.casefold()] for at, label in enumerate(labels)}


def _code(workspace: Workspace, label: str, **fields: Any) -> Code:
    place = {"id": new_id("code"), "project_id": workspace.project.id, "author": workspace.person}
    return Code.model_validate(place | {"label": label} | fields)


def _told(asked: codes_by_model.Proposal | None, rest: int) -> list[str]:
    if asked is None:
        return ["No model is configured: the codes are given by meaning, offline."]
    lines = asked.left.says()
    for what, parts in _by_sentence(asked.troubles).items():
        lines.append(f"The model failed for {sum(parts)} notes ({what}); they got codes by meaning, offline.")
    failed = sum(n for n, _ in asked.troubles)
    if rest > failed:
        lines.append(f"The model gave no code to {rest - failed} notes; they got codes by meaning.")
    return lines


def _by_sentence(troubles: Sequence[tuple[int, ModelTrouble]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for n, trouble in troubles:
        found.setdefault(str(trouble).rstrip("."), []).append(n)
    return found


def _centres(ids: Sequence[str], points: Floats) -> dict[str, Floats]:
    members: dict[str, list[int]] = {}
    for at, key in enumerate(ids):
        members.setdefault(key, []).append(at)
    found = {}
    for code_id, rows in members.items():
        centre = points[rows].mean(axis=0)
        found[code_id] = centre / max(1e-9, float(np.linalg.norm(centre)))
    return found


def _join(
    points: Floats, centres: dict[str, Floats], wanted: Sequence[int]
) -> tuple[dict[int, str], list[int]]:
    """Points near an existing code join it; returns their codes, and the numbers of the others."""
    if not centres or not wanted:
        return {}, list(wanted)
    names, table = list(centres), np.stack(list(centres.values()))
    likeness = points[list(wanted)] @ table.T
    nearest, best = likeness.argmax(axis=1), likeness.max(axis=1)
    joined = {at: names[k] for at, k, near in zip(wanted, nearest, best, strict=True) if near >= 1 - APART}
    return joined, [at for at in wanted if at not in joined]


def _new_codes(
    workspace: Workspace, clauses: Sequence[Clause], points: Floats, rest: Sequence[int], made: Sequence[Code]
) -> list[tuple[Code, list[int]]]:
    if not rest:
        return []
    members = [[rest[at] for at in group] for group in code_groups(points[list(rest)])]
    taken = {code.label for code in (*code_table.current(workspace.db, workspace.project.id), *made)}
    found = []
    for group in members:
        texts = [clauses[at].meaning for at in group]
        label = name_of(texts, texts[central(points[group])], taken)
        taken.add(label)
        found.append((_code(workspace, label), group))
    return found


def code_groups(points: Floats) -> list[list[int]]:
    """The numbers of the points of each code, for blended unit vectors of shape (n, d).

    Many points are grouped in turns of ``CLUSTERED``: those near a group that stands join it.
    """
    groups: list[list[int]] = []
    left = np.arange(len(points))
    while len(left):
        core = left[np.linspace(0, len(left) - 1, min(CLUSTERED, len(left))).astype(int)]
        labels = _cut_tree(points[core])
        fresh = [core[labels == k].tolist() for k in np.unique(labels)]
        others = np.setdiff1d(left, core, assume_unique=True)
        if not len(others):
            return groups + fresh
        centres = np.stack([points[group].mean(axis=0) for group in fresh])
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
        likeness = points[others] @ centres.T
        nearest, best = likeness.argmax(axis=1), likeness.max(axis=1)
        for at, k, near in zip(others, nearest, best, strict=True):
            if near >= 1 - APART:
                fresh[k].append(int(at))
        groups += fresh
        left = others[best < 1 - APART]
    return groups


def _cut_tree(points: Floats) -> np.ndarray:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(points) == 1:
        return np.array([1])
    tree = linkage(squareform(distances(points), checks=False), "average")
    return np.asarray(fcluster(np.clip(tree, 0, None), APART, "distance"))


def _sureness(points: Floats, centres: dict[str, Floats], code_ids: Sequence[str]) -> Floats:
    """From 0 (as near to another code) to 1: the margin to the next code, over what is possible."""
    names = {name: at for at, name in enumerate(centres)}
    likeness = points @ np.stack(list(centres.values())).T
    rows, columns = np.arange(len(points)), [names[name] for name in code_ids]
    near = likeness[rows, columns]
    likeness[rows, columns] = 0.0
    return np.asarray(np.clip((near - likeness.max(axis=1)) / np.maximum(1e-9, near), 0, 1))

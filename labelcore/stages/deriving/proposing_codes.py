"""Proposed codes for what people said of failed outputs: notes, and words that they marked.

Offline, clauses of notes become codes where they mean the same. With a model its labels and quotes are taken
as far as they hold; what it left out gets codes offline.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from labelcore.arrays import Floats
from labelcore.errors import ModelTrouble
from labelcore.models import Code, Frozen, Quote, Role, new_id
from labelcore.operations import Effect, operation
from labelcore.settings import settings
from labelcore.stages.deriving.by_model import ModelProposal, name_codes
from labelcore.stages.deriving.clauses import Clause, clauses_of_fails
from labelcore.stages.deriving.coding import CodeQuotes, link_codes, list_codes, live_codes
from labelcore.stages.deriving.grouping import APART, central, code_groups, points_of, unit
from labelcore.stages.deriving.naming import label_of
from labelcore.store import codes as code_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace


class CodeProposal(Frozen):
    """The codes in use after a proposal, and what it did.

    ``quotes_new``: clauses that got a code now, ``by_model`` those of them that a model gave it to.
    ``says``: what was left out or went wrong, in sentences.
    """

    codes: tuple[CodeQuotes, ...]
    quotes_new: int = 0
    by_model: int = 0
    says: tuple[Wording, ...] = ()


@operation("codes propose", role=Role.ENGINEER, effect=Effect.GRADUAL)
def code_notes(
    workspace: Workspace, *, offline: Annotated[bool, Field(description="Without any model.")] = False
) -> CodeProposal:
    """Give codes to the notes and marked words that carry none yet.

    By the configured model, unless ``offline``; without one, or where it fails, by their meaning,
    and it says so. What people renamed, merged or moved stays as it is.
    """
    old = code_table.quotes(workspace.db, workspace.project.id)
    fresh = _uncoded(clauses_of_fails(workspace), old)
    if not fresh:
        return CodeProposal(codes=tuple(list_codes(workspace)))
    proposal = None if offline else _asked(workspace, fresh)
    coded = [clause for clause, _ in proposal.placed] if proposal else []
    rest = _uncoded(fresh, coded)
    codes, quotes = _coded(workspace, old, [*coded, *rest], proposal)
    code_table.save(workspace.db, codes, quotes)
    link_codes(workspace)
    return CodeProposal(
        codes=tuple(list_codes(workspace)),
        quotes_new=len(quotes),
        by_model=len(coded),
        says=() if offline else tuple(_told(proposal, len(rest))),
    )


def _uncoded(clauses: Sequence[Clause], coded: Sequence[Clause | Quote]) -> list[Clause]:
    """Clauses of which no part carries a code."""
    texts = defaultdict(list)
    for part in coded:
        texts[part.grade_id].append(part.text)
    return [
        clause
        for clause in clauses
        if not any(text in clause.text or clause.text in text for text in texts[clause.grade_id])
    ]


def _asked(workspace: Workspace, clauses: Sequence[Clause]) -> ModelProposal | None:
    if not settings().has_model:
        return None
    try:
        return name_codes(workspace, clauses, [code.label for code in live_codes(workspace)])
    except ModelTrouble as trouble:
        return ModelProposal(troubles=[(len(clauses), trouble)], parts=1)


def _coded(
    workspace: Workspace,
    old_quotes: Sequence[Quote],
    clauses: Sequence[Clause],
    proposal: ModelProposal | None,
) -> tuple[list[Code], list[Quote]]:
    """New codes, and the clauses as quotes under a code each; those that the model placed come first."""
    live = live_codes(workspace)
    ids = {code.label.casefold(): code.id for code in live}
    alive = {code.id for code in live}
    coded = [quote for quote in old_quotes if quote.code_id in alive]
    texts = [quote.text for quote in coded] + [clause.meaning for clause in clauses]
    points = points_of(workspace.db, texts, workspace.progress)
    old, new = points[: len(coded)], points[len(coded) :]
    labels = _settled(workspace, proposal, [code.label for code in live]) if proposal else []
    new_codes = []
    for label in labels:
        if label.casefold() not in ids:
            new_codes.append(_code(workspace, label, origin="model"))
            ids[label.casefold()] = new_codes[-1].id
    numbers = {at: ids[label.casefold()] for at, label in enumerate(labels)}
    places = [str(quote.code_id) for quote in coded] + list(numbers.values())
    centres = _centres(places, np.vstack([old, new[: len(labels)]]))
    rest = list(range(len(labels), len(clauses)))
    if centres and rest:
        likeness = new[rest] @ np.stack(list(centres.values())).T
        near = likeness.max(axis=1) >= 1 - APART
        numbers |= {rest[at]: list(centres)[likeness[at].argmax()] for at in np.flatnonzero(near)}
        rest = [at for at in rest if at not in numbers]
    for code, members in _new_codes(workspace, clauses, new, rest, new_codes):
        new_codes.append(code)
        centres |= _centres([code.id] * len(members), new[members])
        numbers |= dict.fromkeys(members, code.id)
    sure = _sureness(new, centres, [numbers[at] for at in range(len(clauses))])
    shared = {"project_id": workspace.project.id, "author": workspace.person}
    quotes = [
        Quote(**shared, **clause.model_dump(exclude={"about"}), code_id=numbers[at], sure=float(sure[at]))
        for at, clause in enumerate(clauses)
    ]
    return new_codes, quotes


def _settled(workspace: Workspace, proposal: ModelProposal, used: Sequence[str]) -> list[str]:
    """The label of each placed quote, once labels of different parts that say the same are one."""
    labels = [label for _, label in proposal.placed]
    groups_of = proposal.joined
    if groups_of is None:
        all_labels = list(dict.fromkeys([*used, *labels])) if proposal.parts > 1 else []
        groups_of = _same_by_meaning(workspace, all_labels, labels) if len(all_labels) > 1 else {}
    labels_seen = {label.casefold(): label for label in used}
    groups: dict[str, str] = {}
    for label, group in groups_of.items():
        if label.casefold() in labels_seen:  # a label that people see already stays
            groups.setdefault(group, label)
    first: dict[str, str] = {}
    settled = []
    for label in labels:
        group = groups_of.get(label, label)
        name = labels_seen.get(label.casefold()) or groups.get(group, group)
        settled.append(first.setdefault(name.casefold(), name))
    return settled


def _same_by_meaning(workspace: Workspace, labels: Sequence[str], used: Sequence[str]) -> dict[str, str]:
    """From each label to the one of its group that most quotes carry."""
    group_of: dict[str, str] = {}
    for members in code_groups(points_of(workspace.db, labels, workspace.progress)):
        group = [labels[at] for at in members]
        group_of |= dict.fromkeys(group, max(group, key=used.count)) if len(group) > 1 else {}
    return group_of


def _code(workspace: Workspace, label: str, **fields: Any) -> Code:
    place = {"id": new_id("code"), "project_id": workspace.project.id, "author": workspace.person}
    return Code.model_validate(place | {"label": label} | fields)


def _told(proposal: ModelProposal | None, rest: int) -> Iterator[Wording]:
    if proposal is None:
        yield Wording("No model is configured: the codes are given by meaning, offline.")
        return
    yield from proposal.left.says()
    failed: Counter[Wording] = Counter()
    for n, trouble in proposal.troubles:
        failed[Wording("{trouble}", trouble=trouble)] += n
    for why, n in failed.items():
        yield Wording(
            "The model failed for {n} notes ({why}); they got codes by meaning, offline.", n=n, why=why
        )
    if rest > failed.total():
        yield Wording(
            "The model gave no code to {n} notes; they got codes by meaning.", n=rest - failed.total()
        )


def _centres(ids: Sequence[str], points: Floats) -> dict[str, Floats]:
    """The middle of each code's points, of unit length."""
    names = list(dict.fromkeys(ids))
    codes = np.array(ids, dtype=object)
    return {name: unit(points[codes == name].mean(axis=0, keepdims=True))[0] for name in names}


def _new_codes(
    workspace: Workspace, clauses: Sequence[Clause], points: Floats, rest: Sequence[int], made: Sequence[Code]
) -> list[tuple[Code, list[int]]]:
    if not rest:
        return []
    labels = {code.label for code in (*code_table.current(workspace.db, workspace.project.id), *made)}
    pairs = []
    for group in code_groups(points[list(rest)]):
        members = [rest[at] for at in group]
        texts = [clauses[at].meaning for at in members]
        label = label_of(texts, texts[central(points[members])], labels)
        labels.add(label)
        pairs.append((_code(workspace, label), members))
    return pairs


def _sureness(points: Floats, centres: dict[str, Floats], code_ids: Sequence[str]) -> Floats:
    """From 0 (as near to another code) to 1: the margin to the next code, over what is possible."""
    names = {name: at for at, name in enumerate(centres)}
    likeness = points @ np.stack(list(centres.values())).T
    rows, columns = np.arange(len(points)), [names[name] for name in code_ids]
    near = likeness[rows, columns]
    likeness[rows, columns] = 0.0
    return np.asarray(np.clip((near - likeness.max(axis=1)) / np.maximum(1e-9, near), 0, 1))

"""Open coding: what each note says, as codes that people rename, merge, and move notes between.

Offline, clauses of notes become codes where they mean the same: average linkage on the blend of
meaning, wording and families (see grouping.py), cut at a fixed distance, so the number of codes
follows the notes. ``sure`` is how much nearer a quote is to its own code than to the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from labelcore.errors import BadInput, NotFound
from labelcore.models import Code, Criterion, Evidence, Frozen, Grade, Project, Quote, new_id, now
from labelcore.progress import Progress, silent
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.deriving.grouping import CLUSTERED, Clause, Floats, central, clauses_of
from labelcore.stages.deriving.naming import name_of, statement_of
from labelcore.stages.deriving.offline import points_of
from labelcore.stages.grading import current_grades, fitting_labels
from labelcore.store import Database
from labelcore.store import codes as code_table
from labelcore.store import criteria as criterion_table

_APART = 0.55
"""Cosine distance from which clauses are different codes."""


class Coded(Frozen):
    """A code with its quotes. ``people``: how many different people wrote them."""

    code: Code
    quotes: tuple[Quote, ...]
    people: int
    outputs: int


def list_codes(db: Database, project: Project) -> list[Coded]:
    """The codes in use with the quotes that fitting may see, those with most outputs first."""
    visible = set(fitting_labels(db, project).value)
    who = {own.id: own.annotator for own in current_grades(db, project)}
    quotes: dict[str, list[Quote]] = {}
    for quote in code_table.quotes(db, project.id):
        if quote.code_id and quote.grade_id in who and quote.output_id in visible:
            quotes.setdefault(quote.code_id, []).append(quote)
    found = [
        Coded(
            code=code, quotes=tuple(own), people=len({who[item.grade_id] for item in own}),
            outputs=len({item.output_id for item in own}),
        )
        for code in code_table.current(db, project.id)
        if code.state != "dropped" and (own := quotes.get(code.id))
    ]  # fmt: skip
    return sorted(found, key=lambda own: (-own.outputs, own.code.label))


def propose_codes(
    db: Database, project: Project, *, author: str = "", progress: Progress | None = None
) -> list[Coded]:
    """Give codes to the clauses of notes (and marked words) that carry none yet."""
    known = code_table.quotes(db, project.id)
    seen = {(own.grade_id, own.text) for own in known}
    fresh = [own for own in _clauses(db, project) if (own.grade_id, own.text) not in seen]
    if not fresh:
        return list_codes(db, project)
    live = {own.id for own in code_table.current(db, project.id) if own.state != "dropped"}
    coded = [own for own in known if own.code_id in live]
    texts = [own.text for own in coded] + [own.text for own in fresh]
    points = points_of(db, texts, progress or silent)
    old, new = points[: len(coded)], points[len(coded) :]
    centres = _centres([str(own.code_id) for own in coded], old)
    numbers, rest = _join(new, centres)
    codes = _new_codes(db, project, fresh, new, rest, author)
    for code, members in codes:
        centre = new[members].mean(axis=0)
        centres[code.id] = centre / max(1e-9, float(np.linalg.norm(centre)))
        numbers |= dict.fromkeys(members, code.id)
    quotes = [
        Quote(
            project_id=project.id, grade_id=own.grade_id, output_id=own.output_id, text=own.text,
            code_id=numbers[at], sure=_sure(new[at], centres, numbers[at]), author=author,
        )
        for at, own in enumerate(fresh)
    ]  # fmt: skip
    code_table.save(db, [code for code, _ in codes], quotes)
    link_codes(db, project, author=author)
    return list_codes(db, project)


def _clauses(db: Database, project: Project) -> list[Clause]:
    """Everything that people said of failed outputs outside the sealed split, in a fixed order."""
    visible = set(fitting_labels(db, project).value)
    found: dict[tuple[str, str], Clause] = {}
    for grade in sorted(current_grades(db, project), key=lambda own: own.id):
        if grade.value == "fail" and grade.output_id in visible:
            for text in _said(grade):
                found[grade.id, text] = Clause(grade_id=grade.id, output_id=grade.output_id, text=text)  # fmt: skip
    return list(found.values())


def _said(grade: Grade) -> list[str]:
    return clauses_of(grade.note) if grade.note.strip() else []


def _centres(ids: Sequence[str], points: Floats) -> dict[str, Floats]:
    found = {}
    for code_id in dict.fromkeys(ids):
        centre = points[[at for at, own in enumerate(ids) if own == code_id]].mean(axis=0)
        found[code_id] = centre / max(1e-9, float(np.linalg.norm(centre)))
    return found


def _join(points: Floats, centres: dict[str, Floats]) -> tuple[dict[int, str], list[int]]:
    """Points near an existing code join it; returns their codes, and the numbers of the others."""
    if not centres:
        return {}, list(range(len(points)))
    names, table = list(centres), np.stack(list(centres.values()))
    likeness = points @ table.T
    joined = {
        at: names[int(row.argmax())] for at, row in enumerate(likeness) if row.max() >= 1 - _APART
    }
    return joined, [at for at in range(len(points)) if at not in joined]


def _new_codes(
    db: Database, project: Project, clauses: Sequence[Clause], points: Floats, rest: Sequence[int],
    author: str,
) -> list[tuple[Code, list[int]]]:  # fmt: skip
    if not rest:
        return []
    groups = code_groups(points[list(rest)])
    members = [[rest[at] for at in own] for own in groups]
    taken = {own.label for own in code_table.current(db, project.id)}
    found = []
    for own in members:
        texts = [clauses[at].text for at in own]
        label = name_of(texts, texts[central(points[own])], taken)
        taken.add(label)
        code = Code(id=new_id("code"), project_id=project.id, label=label, author=author)
        found.append((code, own))
    return found


def code_groups(points: Floats) -> list[list[int]]:
    """The numbers of the points of each code, for blended unit vectors of shape (n, d)."""
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(points) == 1:
        return [[0]]
    core = points[:CLUSTERED]
    tree = linkage(core, "average", metric="cosine")
    labels = np.asarray(fcluster(np.clip(tree, 0, None), _APART, "distance"))
    if len(points) > len(core):
        centres = np.stack([core[labels == k].mean(axis=0) for k in range(1, labels.max() + 1)])
        labels = np.concatenate([labels, (points[len(core) :] @ centres.T).argmax(axis=1) + 1])
    return [np.flatnonzero(labels == k).tolist() for k in np.unique(labels)]


def _sure(point: Floats, centres: dict[str, Floats], own: str) -> float:
    """From 0 (as near to another code) to 1: the margin to the next code, over what is possible."""
    near = float(point @ centres[own])
    others = [float(point @ centre) for name, centre in centres.items() if name != own]
    return float(np.clip((near - max(others, default=0.0)) / max(1e-9, near), 0, 1))


def find_code(db: Database, project: Project, word: str) -> Code:
    """A code by its id or its label.

    Raises:
        NotFound: none is called that.
    """
    for own in code_table.current(db, project.id):
        if own.state != "dropped" and (own.id == word or own.label.casefold() == word.casefold()):
            return own
    raise NotFound(f"There is no code '{word}'.", next_step="`labelcore codes list` shows them.")


def change_code(
    db: Database, project: Project, word: str, *, author: str = "", why: str = "", **changes: object
) -> Code:
    """Rename, accept or drop a code (label, state), or put it under a criterion (criterion_id).

    Raises:
        BadInput: the label is empty, or another code has it: merge them instead.
    """
    old = find_code(db, project, word)
    label = str(changes.get("label", old.label)).strip()
    others = {own.label.casefold() for own in code_table.current(db, project.id) if own.id != old.id and own.state != "dropped"}  # fmt: skip
    if not label:
        raise BadInput("A code needs a label.")
    if label.casefold() in others:
        raise BadInput(f"Another code is called '{label}'.", next_step="Merge the two.")
    fresh = {"label": label, "author": author, "why": why, "at": now()}
    changed = Code.model_validate(old.model_dump() | changes | fresh)
    code_table.save(db, [changed])
    return changed


def merge_codes(
    db: Database, project: Project, words: Sequence[str], *, author: str = "", why: str = ""
) -> Code:
    """Move all quotes into the first of the codes; the others are dropped and stay in the history.

    Raises:
        BadInput: fewer than two different codes are named.
    """
    found = list({own.id: own for own in (find_code(db, project, word) for word in words)}.values())
    if len(found) < 2:
        raise BadInput("A merge needs two codes.", next_step="Name another one.")
    target, *others = found
    gone = {own.id for own in others}
    moved = [
        own.model_copy(update={"code_id": target.id, "sure": None, "author": author, "at": now()})
        for own in code_table.quotes(db, project.id)
        if own.code_id in gone
    ]
    reason = why or f"merged into {target.label}"
    dropped = [
        own.model_copy(update={"state": "dropped", "author": author, "why": reason, "at": now()})
        for own in others
    ]
    code_table.save(db, dropped, moved)
    return target


def move_quote(
    db: Database, project: Project, grade_id: str, text: str, label: str, *, author: str = ""
) -> Code:
    """Give a quote another code, made now if there is none of that label.

    Raises:
        NotFound: no such quote carries a code.
        BadInput: the label is empty.
    """
    quotes = {(own.grade_id, own.text): own for own in code_table.quotes(db, project.id)}
    quote = quotes.get((grade_id, text))
    if quote is None:
        raise NotFound("There is no such quote.", next_step="Propose codes again.")
    if not label.strip():
        raise BadInput("A code needs a label.")
    try:
        code = find_code(db, project, label)
        fresh = []
    except NotFound:
        code = Code(id=new_id("code"), project_id=project.id, label=label.strip(), origin="person",
                    state="accepted", author=author)  # fmt: skip
        fresh = [code]
    update = {"code_id": code.id, "sure": None, "author": author, "at": now()}
    code_table.save(db, fresh, [quote.model_copy(update=update)])
    return code


def criterion_from_codes(
    db: Database, project: Project, words: Sequence[str], *, name: str, statement: str = "",
    author: str = "",
) -> Criterion:  # fmt: skip
    """Axial coding: one criterion that rests on all quotes of the codes.

    Raises:
        BadInput: the name is empty or taken, or no code is named.
    """
    wanted = {find_code(db, project, word).id for word in words}
    own = [coded for coded in list_codes(db, project) if coded.code.id in wanted]
    if not own or not name.strip():
        raise BadInput("A criterion from codes needs a name and at least one code with quotes.")
    if name.strip().casefold() in {c.name.casefold() for c in list_criteria(db, project)}:
        raise BadInput(f"There is a criterion '{name}' already.", next_step="Take another name.")
    quotes = [quote for coded in own for quote in coded.quotes]
    evidence = tuple(
        Evidence(grade_id=item.grade_id, output_id=item.output_id, quote=item.text)
        for item in quotes
    )
    criterion = Criterion(
        id=new_id("criterion"), project_id=project.id, version=1, name=name.strip(),
        statement=statement.strip() or statement_of(quotes[0].text), origin="person",
        evidence=evidence, author=author, why=f"from {len(own)} codes",
    )  # fmt: skip
    criterion_table.save(db, [criterion])
    at = {"criterion_id": criterion.id, "author": author, "at": now()}
    code_table.save(db, [coded.code.model_copy(update=at) for coded in own])
    return criterion


def link_codes(db: Database, project: Project, *, author: str = "") -> None:
    """Put each code without a criterion under the one that cites most of its quotes' grades."""
    cites: dict[str, set[str]] = {}
    for criterion in list_criteria(db, project):
        if criterion.status in {"proposed", "accepted"}:
            for item in criterion.evidence:
                cites.setdefault(item.grade_id, set()).add(criterion.id)
    linked = []
    for own in list_codes(db, project):
        votes = Counter(c for quote in own.quotes for c in cites.get(quote.grade_id, ()))
        if own.code.criterion_id is None and votes:
            best = votes.most_common(1)[0][0]
            update = {"criterion_id": best, "author": author, "at": now()}
            linked.append(own.code.model_copy(update=update))
    if linked:
        code_table.save(db, linked)

"""A criterion's life: split, undo, where it came from, and what an edit changed in its words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from labelcore.errors import BadInput
from labelcore.models import Criterion, Frozen, new_id, now
from labelcore.stages.deriving.editing import drop, list_criteria, revise, versions_of
from labelcore.stages.finding import find_criterion
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace

_WORDS = re.compile(r"\s+|[\u3400-\u9fff]|\w+|.", re.S)


class Part(Frozen):
    """One of the criteria that a split makes. ``quotes``: the numbers of its quotes, from 0."""

    name: str
    statement: str
    quotes: tuple[int, ...] = ()


class Piece(Frozen):
    """A stretch of two wordings that stayed, went, or came."""

    kind: Literal["same", "gone", "new"]
    text: str


class Ancestor(Frozen):
    """One criterion in the family tree, with its newest name."""

    id: str
    name: str
    status: str
    versions: int
    at: datetime
    parents: tuple[str, ...]


def split(
    workspace: Workspace, criterion_id: str, parts: Sequence[Part], *, why: str = ""
) -> list[Criterion]:
    """Divide a criterion; quotes that no part names go to the first. The old one is dropped.

    Raises:
        BadInput: fewer than two parts, two of one name, or a quote that is not there or named twice.
    """
    old = find_criterion(workspace, criterion_id)
    named = [number for part in parts for number in part.quotes]
    if len(parts) < 2 or len({part.name.strip().casefold() for part in parts} - {""}) < len(parts):
        raise BadInput("A split needs two parts with different names.")
    if len(set(named)) < len(named) or any(not 0 <= n < len(old.evidence) for n in named):
        raise BadInput(
            f"The quotes of '{old.name}' are numbered 0 to {len(old.evidence) - 1}, each used once."
        )
    rest = tuple(n for n in range(len(old.evidence)) if n not in named)
    numbers = [part.quotes + (rest if at == 0 else ()) for at, part in enumerate(parts)]
    reason = why or f"split off {old.name}"
    made = [
        old.model_copy(
            update={
                "id": new_id("criterion"),
                "version": 1,
                "name": part.name.strip(),
                "at": now(),
                "statement": part.statement.strip() or old.statement,
                "parents": (old.id,),
                "evidence": tuple(old.evidence[n] for n in sorted(quotes)),
                "author": workspace.person,
                "why": reason,
                "wording_only": False,
                "restores": None,
            }
        )
        for part, quotes in zip(parts, numbers, strict=True)
    ]
    criterion_table.save(workspace.db, made)
    names = " and ".join(part.name for part in parts)
    drop(workspace, old, why=f"split into {names}")
    return made


def undo_change(workspace: Workspace, criterion_id: str) -> list[Criterion]:
    """Take the newest change of a criterion back, as a further version; the history keeps both.

    A criterion that a merge or split made is dropped, and what it was made from comes back.

    Raises:
        BadInput: there is nothing to take back.
    """
    criterion = find_criterion(workspace, criterion_id)
    versions = versions_of(workspace, criterion.id)
    if (at := _standing(versions)) > 1:
        return [_as_before(workspace, versions, at)]
    if not criterion.parents:
        raise BadInput(f"'{criterion.name}' was never changed.", next_step="Reject it instead.")
    family = [c for c in list_criteria(workspace) if c.parents == criterion.parents and c.status != "dropped"]
    back = []
    for parent in criterion.parents:
        before = versions_of(workspace, parent)
        back.append(_as_before(workspace, before, _standing(before)))
    for child in family:
        drop(workspace, child, why="its making was taken back")
    return back


def _standing(versions: Sequence[Criterion]) -> int:
    """The number of the version that stands now: one that takes others back stands for an earlier."""
    number = versions[-1].version
    while earlier := versions[number - 1].restores:
        number = earlier
    return number


def _as_before(workspace: Workspace, versions: Sequence[Criterion], standing: int) -> Criterion:
    before, last = versions[standing - 2], versions[-1]
    kept = {"id", "project_id", "version", "at", "author", "why", "wording_only", "restores"}
    changes = {
        name: value
        for name, value in before.model_dump(exclude=kept).items()
        if value != last.model_dump()[name]
    }
    return revise(
        workspace,
        last,
        changes | {"restores": before.version},
        f"took version {standing} back",
        wording_only=versions[standing - 1].wording_only,
    )


def lineage(workspace: Workspace) -> list[Ancestor]:
    """Every criterion with what it was made from, oldest first."""
    return [
        Ancestor(
            id=criterion.id,
            name=criterion.name,
            status=criterion.status,
            versions=criterion.version,
            at=criterion.at,
            parents=criterion.parents,
        )
        for criterion in list_criteria(workspace)
    ]


def difference(before: str, after: str) -> list[Piece]:
    """What became of the words of a statement, in order."""
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(kind="same", text="".join(a[i:j])))
            continue
        if i < j:
            found.append(Piece(kind="gone", text="".join(a[i:j])))
        if k < m:
            found.append(Piece(kind="new", text="".join(b[k:m])))
    return found

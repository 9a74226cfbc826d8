"""A criterion's life: split, undo, where it came from, and what an edit changed in its words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from labelcore.errors import BadInput
from labelcore.models import Criterion, Frozen, Role
from labelcore.operations import Effect, Flags, Why, operation
from labelcore.stages.deriving.clauses import grounded
from labelcore.stages.deriving.editing import descendant, drop, list_criteria, revise, versions_of
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace

_WORDS = re.compile(r"\s+|[\u3400-\u9fff]|\w+|.", re.S)


class SplitPart(Frozen):
    """One of the criteria that a split makes. ``quotes``: the numbers of its quotes, from 0."""

    name: str
    statement: str
    quotes: tuple[int, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        """As it is, or read from one text: ``Length=It is short.=0,2``."""
        if not isinstance(given, str):
            return given
        name, statement, numbers, *_ = [*given.split("=", 2), "", ""]
        quotes = [number.strip() for number in numbers.split(",") if number.strip()]
        if not name.strip() or not all(number.isdecimal() for number in quotes):
            raise BadInput(
                "'{given}' is not a part.",
                next_step="For example: --part 'Length=It is short.=0,2'",
                given=given,
            )
        return {"name": name, "statement": statement, "quotes": quotes}


class WordingPiece(Frozen):
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


@operation("criteria split", role=Role.ENGINEER, effect=Effect.WRITES, listed_as="criteria")
def split(
    workspace: Workspace,
    criterion: Criterion,
    *,
    parts: Annotated[
        Sequence[SplitPart],
        Flags(("--part",)),
        Field(description="NAME=STATEMENT, or NAME=STATEMENT=0,3 with the numbers of its quotes; repeat."),
    ],
    why: Why = "",
) -> list[Criterion]:
    """Divide a criterion; quotes that no part names go to the first. The old one is dropped.

    Raises:
        BadInput: fewer than two parts, two of one name, or a quote that is not there or named twice.
    """
    (criterion,) = grounded(workspace, [criterion])
    quotes = criterion.evidence
    numbers_used = [number for part in parts for number in part.quotes]
    if len(parts) < 2 or len({part.name.strip().casefold() for part in parts} - {""}) < len(parts):
        raise BadInput("A split needs two parts with different names.")
    if len(set(numbers_used)) < len(numbers_used) or any(
        not 0 <= number < len(quotes) for number in numbers_used
    ):
        raise BadInput(
            "The quotes of '{name}' are numbered 0 to {last}, each used once.",
            name=criterion.name,
            last=len(quotes) - 1,
        )
    rest = tuple(number for number in range(len(quotes)) if number not in numbers_used)
    parts_made = []
    for at, part in enumerate(parts):
        numbers = part.quotes if at else part.quotes + rest
        changes: dict[str, object] = {"name": part.name.strip(), "parents": (criterion.id,)}
        changes["statement"] = part.statement.strip() or criterion.statement
        changes["evidence"] = tuple(quotes[number] for number in sorted(numbers))
        changes["why"] = why or f"split off {criterion.name}"
        parts_made.append(descendant(workspace, criterion, wording_only=False, **changes))
    criterion_table.save(workspace.db, parts_made)
    drop(workspace, criterion, why=f"split into {' and '.join(part.name for part in parts)}")
    return parts_made


@operation("criteria undo", role=Role.ENGINEER, effect=Effect.WRITES, listed_as="criteria")
def undo_change(workspace: Workspace, criterion: Criterion) -> list[Criterion]:
    """Take the newest change of a criterion back, its merge or split too; the history keeps it.

    A criterion that a merge or split made is dropped, and what it was made from comes back.

    Raises:
        BadInput: there is nothing to take back.
    """
    versions = versions_of(workspace, criterion.id)
    if (at := _standing(versions)) > 1:
        return [_as_before(workspace, versions, at)]
    if not criterion.parents:
        raise BadInput("'{name}' was never changed.", next_step="Reject it instead.", name=criterion.name)
    family = [child for child in list_criteria(workspace) if child.parents == criterion.parents]
    histories = [versions_of(workspace, parent) for parent in criterion.parents]
    back = [_as_before(workspace, before, _standing(before)) for before in histories]
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
    other_fields = {"id", "project_id", "version", "at", "author", "why", "wording_only", "restores"}
    fields = before.model_dump(exclude=other_fields)
    changes = {name: value for name, value in fields.items() if value != last.model_dump()[name]}
    changes["restores"] = before.version
    only_words = versions[standing - 1].wording_only
    return revise(workspace, last, changes, f"took version {standing} back", wording_only=only_words)


@operation("criteria lineage", role=Role.MANAGER, listed_as="criteria")
def lineage(workspace: Workspace) -> list[Ancestor]:
    """Show which criterion was made from which, oldest first."""
    fields = {"id", "name", "status", "at", "parents"}
    return [
        Ancestor(versions=criterion.version, **criterion.model_dump(include=fields))
        for criterion in list_criteria(workspace)
    ]


def difference(before: str, after: str) -> list[WordingPiece]:
    """What became of the words of a statement, in order."""
    return pieces_of(_WORDS.findall(before), _WORDS.findall(after))


def pieces_of(old: Sequence[str], new: Sequence[str], closer: int = 0) -> list[WordingPiece]:
    """What stayed, went and came of a text's parts; of at most ``closer`` changed characters word by word."""
    pieces: list[WordingPiece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[i:j]), "".join(new[k:m])
        if tag == "equal":
            pieces.append(WordingPiece(kind="same", text=gone))
        elif len(gone) + len(come) <= closer:
            pieces += difference(gone, come)
        else:
            pieces += [WordingPiece(kind="gone", text=gone)] if gone else []
            pieces += [WordingPiece(kind="new", text=come)] if come else []
    return pieces

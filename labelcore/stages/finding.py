"""One rule by which a word finds a judge, a criterion, a code or a probe."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from labelcore.errors import NotFound
from labelcore.models import Criterion
from labelcore.operations import finder
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace

Thing = TypeVar("Thing")
_NEAR = 3


class Ambiguous(NotFound):
    """A word means several things."""


@dataclass(frozen=True)
class Catalogue(Generic[Thing]):
    """What is looked for: its noun, the command that lists all, what it answers to ("": it has no name)."""

    noun: str
    listing: str
    ids: Callable[[Thing], Sequence[str]]
    name: Callable[[Thing], str]


CRITERIA = Catalogue[Criterion](
    "criterion", "labelcore criteria list", ids=lambda found: (found.id,), name=lambda found: found.name
)


@finder(Criterion)
def find_criterion(workspace: Workspace, word: str) -> Criterion:
    """A criterion by its id, its name, or the beginning of its id; see :func:`find_named`."""
    return find_named(criterion_table.current(workspace.db, workspace.project.id), word, CRITERIA)


def find_named(things: Sequence[Thing], word: str, catalogue: Catalogue[Thing]) -> Thing:
    """The thing with this id, else this name (in any case), else an id that begins so, past ``code_``.

    Raises:
        Ambiguous: several have this name, or begin so.
        NotFound: none does.
    """
    by_id = [thing for thing in things if word in catalogue.ids(thing)]
    by_name = [thing for thing in things if word and catalogue.name(thing).casefold() == word.casefold()]
    begun = [
        thing
        for thing in things
        if any(key.startswith(word) and len(word) > key.find("_") + 1 for key in catalogue.ids(thing))
    ]
    found = by_id or by_name or begun
    if len(found) == 1:
        return found[0]
    says = f"No single {catalogue.noun} is called '{word}'"
    if found:
        listed = ", ".join(
            f"'{_label(thing, catalogue)}' ({catalogue.ids(thing)[0]})" for thing in found[:_NEAR]
        )
        raise Ambiguous(
            f"{says}, {len(found)} are: {listed}.",
            next_step=f"Give the id; `{catalogue.listing}` shows them.",
        )
    labels = {label.casefold(): label for thing in things if (label := _label(thing, catalogue))}
    near = difflib.get_close_matches(word.casefold(), labels, _NEAR)
    near += [key for key in labels if word and word.casefold() in key and key not in near]
    nearest = "; nearest: " + ", ".join(f"'{labels[key]}'" for key in near[:_NEAR]) if near else ""
    raise NotFound(f"{says}{nearest}.", next_step=f"`{catalogue.listing}` shows them.")


def _label(thing: Thing, catalogue: Catalogue[Thing]) -> str:
    return catalogue.name(thing) or catalogue.ids(thing)[0]

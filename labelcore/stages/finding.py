"""One rule by which a word finds a judge, a criterion, a code or a probe."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from labelcore.errors import NotFound
from labelcore.models import Criterion, ImportBatch, JudgeVersion, Role
from labelcore.operations import finder, operation
from labelcore.store import batches, criteria as criterion_table, judges as judge_table
from labelcore.wording import SHOWN_AS, Wording
from labelcore.workspace import Workspace

Thing = TypeVar("Thing")
_NEAR = 3


class Ambiguous(NotFound):
    """A word means several things."""


@dataclass(frozen=True)
class Catalogue(Generic[Thing]):
    """What is looked for: its noun, the command that lists all, what it answers to ("": it has no name)."""

    noun: Wording
    listing: str
    ids: Callable[[Thing], Sequence[str]]
    name: Callable[[Thing], str]


CRITERIA = Catalogue[Criterion](
    Wording("criterion"),
    "labelcore criteria list",
    ids=lambda found: (found.id,),
    name=lambda found: found.name,
)


JUDGES = Catalogue[JudgeVersion](
    Wording("judge"),
    "labelcore judge list",
    ids=lambda version: (version.judge_id, version.id),
    name=lambda version: version.name,
)
IMPORTS = Catalogue[ImportBatch](
    Wording("import"),
    "labelcore imports list",
    ids=lambda batch: (batch.id,),
    name=lambda batch: batch.file_name,
)


@finder(JudgeVersion)
@operation(role=Role.MANAGER)
def find_judge(workspace: Workspace, word: str) -> JudgeVersion:
    """A judge by its id, its version's id, its name, or the beginning of an id; see :func:`find_named`."""
    return find_named(judge_table.current(workspace.db, workspace.project.id), word, JUDGES)


@finder(ImportBatch)
def find_import(workspace: Workspace, word: str) -> ImportBatch:
    """An import by its id, by its file's name, or by the beginning of its id."""
    return find_named(batches.all_of(workspace.db, workspace.project.id), word, IMPORTS)


@finder(Criterion)
@operation(role=Role.EXPERT)
def find_criterion(workspace: Workspace, word: str) -> Criterion:
    """A criterion by its id, its name, or the beginning of its id; see :func:`find_named`."""
    return find_named(criterion_table.current(workspace.db, workspace.project.id), word, CRITERIA)


def find_named(things: Sequence[Thing], word: str, catalogue: Catalogue[Thing]) -> Thing:
    """The thing with this id, else this name (in any case), else an id that begins so, past ``code_``,
    else what is shown under this name in another language.

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
    matches = by_id or by_name or begun or _shown_as(word, things, catalogue)
    if len(matches) == 1:
        return matches[0]
    if matches:
        listed = [f"'{_label(thing, catalogue)}' ({catalogue.ids(thing)[0]})" for thing in matches[:_NEAR]]
        raise Ambiguous(
            "No single {noun} is called '{word}', {n} are: {listed}.",
            next_step="Give the id; `{listing}` shows them.",
            noun=catalogue.noun,
            word=word,
            n=len(matches),
            listed=listed,
            listing=catalogue.listing,
        )
    labels = {label.casefold(): label for thing in things if (label := _label(thing, catalogue))}
    near = difflib.get_close_matches(word.casefold(), labels, _NEAR)
    near += [key for key in labels if word and word.casefold() in key and key not in near]
    nearest: Wording | str = ""
    if near:
        nearest = Wording("; nearest: {names}", names=[f"'{labels[key]}'" for key in near[:_NEAR]])
    raise NotFound(
        "No single {noun} is called '{word}'{nearest}.",
        next_step="`{listing}` shows them.",
        noun=catalogue.noun,
        word=word,
        nearest=nearest,
        listing=catalogue.listing,
    )


def _shown_as(word: str, things: Sequence[Thing], catalogue: Catalogue[Thing]) -> list[Thing]:
    """Those whose name reads so in one of the languages; Chinese, slow to load, is no ASCII."""
    if not word:
        return []
    asked = word.casefold()
    tongues = [words for tongue, words in SHOWN_AS.items() if tongue != "zh" or not word.isascii()]
    return [
        thing
        for thing in things
        if any(words(catalogue.name(thing)).casefold() == asked for words in tongues)
    ]


def _label(thing: Thing, catalogue: Catalogue[Thing]) -> str:
    return catalogue.name(thing) or catalogue.ids(thing)[0]

"""The glossary: words and abbreviations of the domain, what they mean, and where they hold.

Terms live in the project's settings; the grading card shows them, and judges are given those that occur.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import Frozen, Role, Term
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages import projects
from labelcore.stages.grading import fitting_labels, sealed_splits
from labelcore.stages.projects import terms
from labelcore.store import audit, outputs as output_table, splits as split_table
from labelcore.text.reading import LONGEST, sentences, well_formed
from labelcore.text.terms import Definition, abbreviations, definitions, marks, small_words
from labelcore.wording import Wording
from labelcore.workspace import Workspace

__all__ = ["Mention", "Term", "TermCandidate", "drop_term", "find_terms", "list_terms", "set_term", "terms"]

LONGEST_TERM, LONGEST_MEANING = 80, 500
MOST_TERMS, MOST_FIELDS = 1_000, 10
_READ = 2_000
"""So many outputs are searched for abbreviations, those with notes first."""
_QUOTES, _QUOTE = 3, 200
_SEVERAL = 2
Scope = Annotated[
    Mapping[str, str] | None,
    Metavar("FIELD=VALUE"),
    Field(description="Only where the metadata say so; repeat.", examples=["city=Hangzhou"]),
]


class Mention(Frozen):
    """Words of a note or an output, and the output that they are about."""

    output_id: str
    text: str


class TermCandidate(Frozen):
    """What might be a term; ``meaning`` is "" where no note defines it.

    ``outputs``: ids of those that have the term in their text or in a note on them, ``count`` how many.
    """

    term: str
    meaning: str
    count: int
    quotes: tuple[Mention, ...]
    outputs: tuple[str, ...] = ()


class TermDropped(Frozen):
    """A term that was taken out, and how many are left."""

    term: str
    left: int


@operation("glossary list", role=Role.EXPERT, listed_as="terms")
def list_terms(workspace: Workspace) -> list[Term]:
    """Show every term."""
    return terms(workspace.project)


@operation("glossary set", role=Role.ENGINEER, effect=Effect.WRITES)
def set_term(
    workspace: Workspace,
    term: str,
    meaning: str,
    *,
    scope: Scope = None,
    from_notes: Annotated[bool, Field(description="It was found in the notes.")] = False,
) -> Term:
    """Add a term, or replace the one with the same scope.

    ``scope`` names fields of outputs and their values; without one the term holds everywhere.

    Raises:
        BadInput: term, meaning or scope are empty or too long, or there are too many terms.
    """
    if len(scope or {}) > MOST_FIELDS:
        raise BadInput("A scope has at most {most} fields.", next_step="Name fewer.", most=MOST_FIELDS)
    fresh = Term(
        term=_checked(term, Wording("A term"), LONGEST_TERM),
        meaning=_checked(meaning, Wording("The meaning of a term"), LONGEST_MEANING),
        scope={
            _checked(name, Wording("A field of a scope"), LONGEST_TERM): _checked(
                value, Wording("A value of a scope"), LONGEST_MEANING
            )
            for name, value in (scope or {}).items()
        },
        author=workspace.person,
        origin="notes" if from_notes else "person",
    )
    old = terms(projects.open_project(workspace.db, workspace.project.name))
    others = [term for term in old if (term.term, term.scope) != (fresh.term, fresh.scope)]
    if len(others) >= MOST_TERMS:
        raise BadInput("A glossary holds at most {most:,} terms.", next_step="Drop some.", most=MOST_TERMS)
    _keep(workspace, [*others, fresh])
    figures = {"meaning": fresh.meaning, "scope": fresh.scope}
    audit.note(workspace.db, workspace.project.id, workspace.person, "term set", fresh.term, **figures)
    return fresh


@operation("glossary drop", role=Role.ENGINEER, effect=Effect.WRITES)
def drop_term(
    workspace: Workspace,
    term: str,
    *,
    scope: Scope = None,
    everywhere: Annotated[bool, Field(description="Only the one without a scope.")] = False,
) -> TermDropped:
    """Take a term out: all its meanings, or the one with this scope.

    Raises:
        NotFound: there is no such term.
    """
    name, scope = _plain(term), {} if everywhere else scope
    before = terms(projects.open_project(workspace.db, workspace.project.name))
    rest = [entry for entry in before if entry.term != name or scope not in (None, entry.scope)]
    if len(rest) == len(before):
        terms_ = list(dict.fromkeys(term.term for term in before)) or Wording("none yet")
        raise NotFound(
            "There is no such term '{name}'.", next_step="There are: {known}.", name=name, known=terms_
        )
    _keep(workspace, rest)
    audit.note(workspace.db, workspace.project.id, workspace.person, "term dropped", name, scope=scope)
    return TermDropped(term=term, left=len(rest))


def _keep(workspace: Workspace, entries: Sequence[Term]) -> None:
    """Store the terms, all in one place: what the older dictionary held is among them."""
    projects.update_project(workspace, settings={"glossary": entries}, glossary={})


def _plain(text: str) -> str:
    return " ".join(well_formed(text).split())


def _checked(text: str, what: Wording, longest: int) -> str:
    plain = _plain(text)
    if not plain:
        raise BadInput("{noun} cannot be empty.", next_step="Give some words.", noun=what)
    if len(plain) > longest:
        raise BadInput(
            "{noun} has at most {longest} characters.",
            next_step="Say it shorter.",
            noun=what,
            longest=longest,
        )
    return plain


@operation("glossary find", role=Role.ENGINEER, listed_as="candidates")
def find_terms(
    workspace: Workspace,
    *,
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many at most.")] = 20,
) -> list[TermCandidate]:
    """Look for terms and abbreviations in notes and outputs.

    What notes define comes first, then abbreviations that several outputs have; the most frequent first.
    Notes on outputs that are set aside as the sealed test are not read, nor are these outputs.
    """
    notes_of = fitting_labels(workspace).noted(None).notes
    texts = _texts(workspace, notes_of)
    names = {term.term for term in terms(workspace.project)}
    defined: dict[str, list[tuple[str, Definition]]] = {}
    for output_id, notes in notes_of.items():
        for definition in definitions("\n".join(notes)):
            if definition.term not in names:
                defined.setdefault(definition.term, []).append((output_id, definition))
    candidates = [_defined(term, meanings, texts) for term, meanings in defined.items()]
    candidates += _undefined(texts, names | defined.keys())
    candidates.sort(key=lambda candidate: (not candidate.meaning, -candidate.count, candidate.term))
    return candidates[:limit]


def _texts(workspace: Workspace, notes_of: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Output id -> its notes and its text, for outputs that fitting may see."""
    sealed = sealed_splits(workspace)
    groups = output_table.groups(workspace.db, workspace.project.id)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    others = (output_id for output_id, group in groups.items() if dealt.of(group) not in sealed)
    ids = list(dict.fromkeys([*notes_of, *others]))[: max(_READ, len(notes_of))]
    return {
        output.id: "\n".join((*notes_of.get(output.id, ()), output.text[:LONGEST]))
        for part in output_table.chunks(workspace.db, ids)
        for output in part
    }


def _defined(term: str, defined: Sequence[tuple[str, Definition]], texts: Mapping[str, str]) -> TermCandidate:
    """A term with the meaning that most notes give; of equally frequent ones the first."""
    meanings = [definition.meaning for _, definition in defined]
    quotes = [Mention(output_id=where, text=definition.sentence[:_QUOTE]) for where, definition in defined]
    ids = {where for where, _ in defined} | {i for i, text in texts.items() if marks(text, [term])}
    return TermCandidate(
        term=term,
        meaning=max(meanings, key=meanings.count),
        count=len(ids),
        outputs=tuple(sorted(ids)),
        quotes=tuple(dict.fromkeys(quotes))[:_QUOTES],
    )


def _undefined(texts: Mapping[str, str], names: set[str]) -> Iterator[TermCandidate]:
    """Abbreviations of several outputs; a word that is mostly written small is only stressed."""
    where: dict[str, list[str]] = {}
    for output_id, text in texts.items():
        for short in abbreviations(text) - names:
            where.setdefault(short, []).append(output_id)
    small = Counter(word for text in texts.values() for word in small_words(text))
    for short, ids in where.items():
        if len(ids) >= _SEVERAL and small[short.lower()] <= len(ids):
            quotes = [Mention(output_id=key, text=_around(texts[key], short)) for key in ids[:_QUOTES]]
            yield TermCandidate(
                term=short, meaning="", count=len(ids), outputs=tuple(ids), quotes=tuple(quotes)
            )


def _around(text: str, term: str) -> str:
    """The sentence of a text in which a term stands, cut around it."""
    sentence = next((sentence for sentence in sentences(text) if marks(sentence, [term])), "")
    start = max(0, sentence.find(term) - _QUOTE // 2)
    return sentence[start : start + _QUOTE]

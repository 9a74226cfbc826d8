"""The glossary: words and abbreviations of the domain, what they mean, and where they hold.

Terms live in the project's settings. People write them, or take them over from what `find_terms`
reads out of notes; the grading card shows them, and judges are given those that occur.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from labelcore.errors import BadInput, NotFound
from labelcore.models import Frozen, Project, Term
from labelcore.stages import projects
from labelcore.stages.grading import Labels, fitting_labels, sealed_splits
from labelcore.stages.projects import GLOSSARY, has_terms, terms
from labelcore.store import audit
from labelcore.store import outputs as output_table
from labelcore.store import splits as split_table
from labelcore.text.definitions import Definition, abbreviations, definitions, small_words
from labelcore.text.reading import LONGEST, sentences, well_formed
from labelcore.text.terms import marks, occurring
from labelcore.workspace import Workspace

__all__ = [
    "Candidate",
    "Quote",
    "Term",
    "drop_term",
    "find_terms",
    "has_terms",
    "occurring",
    "set_term",
    "terms",
    "terms_in",
]

LONGEST_TERM, LONGEST_MEANING = 80, 500
MOST_TERMS, MOST_FIELDS = 1_000, 10
_READ = 2_000
"""So many outputs are searched for abbreviations, those with notes first."""
_QUOTES, _QUOTE = 3, 200
_SEVERAL = 2
_changing = threading.Lock()


class Quote(Frozen):
    """Words of a note or an output, and the output that they are about."""

    output_id: str
    text: str


class Candidate(Frozen):
    """What might be a term. ``meaning`` is "" where no note defines it.

    ``count`` is the number of outputs in which it, or a note on them, has the term; ``outputs`` are
    their ids.
    """

    term: str
    meaning: str
    count: int
    quotes: tuple[Quote, ...]
    outputs: tuple[str, ...] = ()


def terms_in(project: Project, text: str, metadata: Mapping[str, Any]) -> list[Term]:
    """The terms that occur in a text and hold for an output with this metadata, longest first.

    Where several meanings of one term fit, the one with the narrowest scope counts.
    """
    return occurring(terms(project), text, metadata)


def set_term(
    workspace: Workspace,
    term: str,
    meaning: str,
    *,
    scope: Mapping[str, str] | None = None,
    origin: Literal["person", "notes"] = "person",
) -> Project:
    """Add a term, or replace the one with the same scope; returns the project with it.

    ``scope`` maps metadata fields to values; None or {} lets the term hold everywhere.

    Raises:
        BadInput: term, meaning or scope are empty or too long, or there are too many terms.
    """
    fresh = Term(
        term=_checked(term, "A term", LONGEST_TERM),
        meaning=_checked(meaning, "The meaning of a term", LONGEST_MEANING),
        scope=_checked_scope(scope or {}),
        author=workspace.person,
        origin=origin,
    )
    with _changing:
        stored = projects.open_project(workspace.db, workspace.project.name)
        others = [entry for entry in terms(stored) if (entry.term, entry.scope) != (fresh.term, fresh.scope)]
        if len(others) >= MOST_TERMS:
            raise BadInput(f"A glossary holds at most {MOST_TERMS:,} terms.", next_step="Drop some.")
        changed = _keep(workspace.with_project(stored), [*others, fresh])
    audit.note(
        workspace.db,
        workspace.project.id,
        workspace.person,
        "term set",
        fresh.term,
        meaning=fresh.meaning,
        scope=fresh.scope,
    )
    return changed


def drop_term(workspace: Workspace, term: str, *, scope: Mapping[str, str] | None = None) -> Project:
    """Take a term out: with this scope only ({} for the one that holds everywhere), or in all.

    Raises:
        NotFound: there is no such term.
    """
    name = _plain(term)
    with _changing:
        stored = projects.open_project(workspace.db, workspace.project.name)
        before = terms(stored)
        left = [entry for entry in before if entry.term != name or scope not in (None, entry.scope)]
        if len(left) == len(before):
            known = ", ".join(dict.fromkeys(entry.term for entry in before)) or "none yet"
            raise NotFound(f"There is no such term '{name}'.", next_step=f"There are: {known}.")
        changed = _keep(workspace.with_project(stored), left)
    audit.note(workspace.db, workspace.project.id, workspace.person, "term dropped", name, scope=scope)
    return changed


def _keep(workspace: Workspace, kept: Sequence[Term]) -> Project:
    """Store the terms, all in one place: what the older dictionary held is among them."""
    rows = [entry.model_dump(mode="json") for entry in kept]
    return projects.update_project(workspace, settings={GLOSSARY: rows}, glossary={})


def _plain(text: str) -> str:
    return " ".join(well_formed(text).split())


def _checked(text: str, what: str, longest: int) -> str:
    plain = _plain(text)
    if not plain:
        raise BadInput(f"{what} cannot be empty.", next_step="Give some words.")
    if len(plain) > longest:
        raise BadInput(f"{what} has at most {longest} characters.", next_step="Say it shorter.")
    return plain


def _checked_scope(scope: Mapping[str, str]) -> dict[str, str]:
    if len(scope) > MOST_FIELDS:
        raise BadInput(f"A scope has at most {MOST_FIELDS} fields.", next_step="Name fewer.")
    return {
        _checked(name, "A field of a scope", LONGEST_TERM): _checked(
            value, "A value of a scope", LONGEST_MEANING
        )
        for name, value in scope.items()
    }


def find_terms(workspace: Workspace, limit: int = 20) -> list[Candidate]:
    """What notes define, then abbreviations that several outputs have; the most frequent first.

    Notes on outputs that are set aside as the sealed test are not read, nor are these outputs.
    """
    labels = fitting_labels(workspace)
    texts = _texts(workspace, labels)
    known = {entry.term for entry in terms(workspace.project)}
    defined: dict[str, list[tuple[str, Definition]]] = {}
    for output_id, notes in labels.notes.items():
        for definition in definitions("\n".join(notes)):
            if definition.term not in known:
                defined.setdefault(definition.term, []).append((output_id, definition))
    found = [_defined(term, meanings, texts) for term, meanings in defined.items()]
    found += _undefined(texts, known | defined.keys())
    return sorted(found, key=lambda candidate: (not candidate.meaning, -candidate.count, candidate.term))[
        :limit
    ]


def _texts(workspace: Workspace, labels: Labels) -> dict[str, str]:
    """Output id -> its notes and its text, for outputs that fitting may see."""
    sealed = sealed_splits(workspace)
    groups = output_table.groups(workspace.db, workspace.project.id)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    others = (output_id for output_id, group in groups.items() if dealt.of(group) not in sealed)
    wanted = list(dict.fromkeys([*labels.notes, *others]))[: max(_READ, len(labels.notes))]
    return {
        output.id: "\n".join((*labels.notes.get(output.id, ()), output.text[:LONGEST]))
        for part in output_table.chunks(workspace.db, wanted)
        for output in part
    }


def _defined(term: str, defined: Sequence[tuple[str, Definition]], texts: Mapping[str, str]) -> Candidate:
    """A term with the meaning that most notes give; of equally frequent ones the first."""
    meanings = [definition.meaning for _, definition in defined]
    quotes = [Quote(output_id=where, text=definition.sentence[:_QUOTE]) for where, definition in defined]
    found = {where for where, _ in defined} | {i for i, text in texts.items() if marks(text, [term])}
    return Candidate(
        term=term,
        meaning=max(meanings, key=meanings.count),
        count=len(found),
        outputs=tuple(sorted(found)),
        quotes=tuple(dict.fromkeys(quotes))[:_QUOTES],
    )


def _undefined(texts: Mapping[str, str], known: set[str]) -> list[Candidate]:
    """Abbreviations of several outputs; a word that is mostly written small is only stressed."""
    where: dict[str, list[str]] = {}
    for output_id, text in texts.items():
        for short in abbreviations(text) - known:
            where.setdefault(short, []).append(output_id)
    several = {short: ids for short, ids in where.items() if len(ids) >= _SEVERAL}
    small = Counter(word for text in texts.values() for word in small_words(text))
    return [
        Candidate(
            term=short,
            meaning="",
            count=len(ids),
            outputs=tuple(ids),
            quotes=tuple(
                Quote(output_id=output_id, text=_around(texts[output_id], short))
                for output_id in ids[:_QUOTES]
            ),
        )
        for short, ids in several.items()
        if small[short.lower()] <= len(ids)
    ]


def _around(text: str, term: str) -> str:
    """The sentence of a text in which a term stands, cut around it."""
    sentence = next((sentence for sentence in sentences(text) if marks(sentence, [term])), "")
    start = max(0, sentence.find(term) - _QUOTE // 2)
    return sentence[start : start + _QUOTE]

"""Where terms of a glossary occur in a text, and which of them hold for an output.

A term in Latin script must stand as a whole word; Chinese, Japanese and Korean have no spaces to go
by, so there any place counts. Terms in capitals only are looked for as they are written ("US" is
not "us"). Longer terms take their places first, and no two marks overlap. The grading card's
terms.js follows the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from labelcore.models import Term

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = rf"[^\W{_CJK}]"
_ACCENT = "[\u0300-\u036f]"
_AT_WORD = re.compile(_WORD)


class Mark(NamedTuple):
    """One occurrence: ``text[start:end]`` is the term, perhaps in another case."""

    start: int
    end: int
    term: str


def marks(text: str, terms: Iterable[str]) -> list[Mark]:
    """Every occurrence of the terms, in the order of the text; marks never overlap."""
    taken = bytearray(len(text))
    found: list[Mark] = []
    for term in _possible(text, terms):
        for match in _pattern(term).finditer(text):
            if taken.find(1, *match.span()) < 0:
                taken[match.start() : match.end()] = b"\1" * len(match[0])
                found.append(Mark(*match.span(), term))
    return sorted(found)


def holding(terms: Sequence[Term], metadata: Mapping[str, Any]) -> list[Term]:
    """The terms whose scope fits; of several meanings of one term the one with most fields."""
    chosen: dict[str, Term] = {}
    for term in terms:
        before = chosen.get(term.term)
        if _fits(term.scope, metadata) and (before is None or len(term.scope) >= len(before.scope)):
            chosen[term.term] = term
    return list(chosen.values())


def occurring(terms: Sequence[Term], text: str, metadata: Mapping[str, Any]) -> list[Term]:
    """The terms that occur in a text and hold for an output with this metadata, longest first."""
    if not terms:
        return []
    known = {term.term: term for term in holding(terms, metadata)}
    names = {mark.term for mark in marks(text, known)}
    return [known[name] for name in _longest_first(names)]


def _fits(scope: Mapping[str, str], metadata: Mapping[str, Any]) -> bool:
    """Metadata may hold numbers; a scope is written as people see them."""
    return all(name in metadata and str(metadata[name]) == value for name, value in scope.items())


def _possible(text: str, terms: Iterable[str]) -> list[str]:
    """The terms whose letters stand in the text, longest first; a quick look saves most patterns."""
    given = _longest_first(terms)
    lower = "" if all(_is_exact(term) for term in given) else text.lower()
    return [t for t in given if (t in text if _is_exact(t) else t.lower() in lower)]


def _is_exact(term: str) -> bool:
    """Whether only the term as it is written counts: capitals, or a script without cases."""
    return term == term.upper()


def _longest_first(terms: Iterable[str]) -> list[str]:
    # Capitals before other cases, because "API" says more than "Api" where both would fit.
    given = {term for term in terms if term.strip()}
    return sorted(given, key=lambda term: (-len(term), not _is_exact(term), term))


@lru_cache(maxsize=4096)
def _pattern(term: str) -> re.Pattern[str]:
    before = f"(?<!{_WORD})(?<!{_ACCENT})" if _AT_WORD.match(term[0]) else ""
    after = f"(?!{_WORD}|{_ACCENT})" if _AT_WORD.match(term[-1]) else ""
    flags = re.NOFLAG if _is_exact(term) else re.IGNORECASE
    return re.compile(f"{before}{re.escape(term)}{after}", flags)

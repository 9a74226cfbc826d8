"""What a note says about quality, apart from the case that it says it about.

"The summary invents that Kelly sold the guns" and "claims Mattis resigned" are the same fault: the
names and things of the case come from the graded outputs. Words that stand in a note mostly where
its own output or input has them too, or that come back only in the notes of few source documents,
are words of the case; they would pull notes together by topic, so they neither group notes nor name
groups.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from labelcore.stages.deriving.families import family_scores
from labelcore.stages.deriving.naming import terms

_SHARE = 0.75
_OFTEN, _FEW_GROUPS = 3, 0.5
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’\-]*")


def case_words(texts: Sequence[str], sources: Sequence[str], groups: Sequence[str]) -> frozenset[str]:
    """The case's words among the notes' terms.

    ``sources[i]`` is what note i is about, ``groups[i]`` the source document of its output.
    """
    used: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    total = len(set(groups))
    known = {source: terms(source) for source in set(sources)}
    for text, source, group in zip(texts, sources, groups, strict=True):
        found = terms(text)
        used.update(found)
        inside.update(found & known[source])
        for term in found:
            where.setdefault(term, set()).add(group)
    return frozenset(
        term
        for term, count in used.items()
        if not family_scores(term).any()
        and (
            inside[term] >= _SHARE * count
            or (count >= _OFTEN and len(where[term]) <= _FEW_GROUPS * _expected(count, total))
        )
    )


def _expected(count: int, total: int) -> float:
    """In how many of ``total`` documents a word that chance puts into ``count`` notes stands."""
    return float(total * (1 - (1 - 1 / total) ** count))


def without_case(text: str, case: frozenset[str]) -> str:
    """A note without the case's words; as it is where nothing would be left."""
    plain = _LATIN.sub(lambda found: "" if found[0].lower() in case else found[0], text)
    plain = " ".join(plain.split())
    return plain if terms(plain) else text

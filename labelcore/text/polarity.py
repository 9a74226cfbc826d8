"""Whether a sentence of a prompt asks for the opposite of a criterion, by words alone.

Two sentences that share most of their content words are opposed where one has an odd number more of
negations, verdicts of fail and words with the other meaning (long, short). It misses rather than invents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from labelcore.text.pairing import claims, negations
from labelcore.text.reading import sentences

_SHARED = 0.6
_CLAUSE = re.compile(r"[,;:，；：]\s*|\s(?:but|while|whereas)\s|但是?")
_FAIL_TO = re.compile(r"\bfail(?:s|ed|ing)?\s+to\b", re.IGNORECASE)
_FAIL = re.compile(r"\bfail(?:s|ed|ing|ure)?\b|\breject\w*\b|不通过|不合格|不及格|判?为?失败", re.IGNORECASE)
_PASS = re.compile(r"\bpass(?:es|ed|ing)?\b|\baccept\w*\b|通过|合格|及格", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:must|should|shall|may|can|has to|have to|needs? to|is to)\b|必须|应|要|可以|不得|须"
)
_MORE_NEGATIONS = re.compile(
    r"\b(?:nothing|nobody|nowhere|avoid\w*|forbid\w*|refrain\w*|omit\w*|lack\w*|rarely)\b|禁止|避免|缺少|省略",
    re.IGNORECASE,
)
_OPPOSITES = (
    ("long", "short"),
    ("formal", "informal"),
    ("polite", "rude"),
    ("brief", "detailed"),
    ("simple", "complex"),
    ("more", "fewer"),
    ("most", "least"),
    ("before", "after"),
    ("include", "exclude"),
    ("correct", "incorrect"),
    ("true", "false"),
    ("always", "seldom"),
    ("长", "短"),
    ("多", "少"),
    ("至多", "至少"),
    ("正式", "随意"),
    ("详细", "简略"),
)
_TURNED = {second: first for first, second in _OPPOSITES}
_OPPOSITE = re.compile(
    "|".join(rf"\b{word}\w*" if word.isascii() else word for word in sorted(_TURNED, key=len, reverse=True)),
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"\b(?:pass|fail|reject|accept|answer|repl|respon|output|text|verdict|criteri|must|should|shall|when|"
    r"where|because|please|always|give|grade|judge|return|that)\w*\b|不?通过|不?合格|回答|回复|输出|判",
    re.IGNORECASE,
)
_ENDING = re.compile("(?:es|ed|s|e)$")


class OpposedSentence(NamedTuple):
    """A sentence, and the one of the criterion that it is opposed to."""

    sentence: str
    stated: str


class _Clause(NamedTuple):
    terms: frozenset[str]
    affirms: bool


def opposed(text: str, statement: str) -> list[OpposedSentence]:
    """The sentences of a text that ask for the opposite of a sentence of the statement."""
    demands = [(sentence, _read(sentence)) for sentence in sentences(statement)]
    pairs = []
    for sentence in sentences(text):
        for clause in _asking(sentence):
            pairs += [
                OpposedSentence(sentence, other) for other, demand in demands if _contradict(clause, demand)
            ][:1]
    return list(dict.fromkeys(pairs))


def _asking(sentence: str) -> Iterator[_Clause]:
    """Those clauses that say which verdict to give, or what must be."""
    for part in _CLAUSE.split(sentence):
        without = _FAIL_TO.sub("not", part)
        fails = bool(_FAIL.search(without))
        passes = bool(_PASS.search(_FAIL.sub("", without)))
        if fails and passes:
            continue
        if fails or passes or _ASKS.search(part):
            clause = _read(_FAIL.sub(" ", without))
            yield clause._replace(affirms=clause.affirms is not fails)


def _read(sentence: str) -> _Clause:
    """What it speaks of, and whether it affirms it: an even number of negations does."""
    plain = _FAIL_TO.sub("not", sentence)
    turned = _OPPOSITE.findall(plain)
    level = _OPPOSITE.sub(lambda word: _first_of(word[0]), plain)
    terms = {_ENDING.sub("", term) for claim in claims(_LEFT_OUT.sub(" ", level)) for term in claim.terms}
    odd = (negations(plain) + len(_MORE_NEGATIONS.findall(plain)) + len(turned)) % 2
    return _Clause(frozenset(terms), not odd)


def _first_of(word: str) -> str:
    return next((first for second, first in _TURNED.items() if word.lower().startswith(second)), word)


def _contradict(clause: _Clause, demand: _Clause) -> bool:
    shared = clause.terms & demand.terms
    alike = shared and len(shared) >= _SHARED * max(len(demand.terms), len(clause.terms))
    return bool(alike) and clause.affirms is not demand.affirms

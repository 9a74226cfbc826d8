"""Definitions in notes ("X means Y", "X是Y的简称"), abbreviations, and where terms of a glossary occur.

Patterns of definitions look at one sentence at a time and have bounded lengths; they miss rather than
invent. A term in Latin script must stand as a whole word; Chinese, Japanese and Korean have no spaces to
go by, so there any place counts. The grading card's terms.js follows the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from labelcore.models import Term
from labelcore.text.reading import sentences

LONGEST_TERM, LONGEST_MEANING = 40, 200
_SENTENCE = 600

_HAN = "\u3400-\u9fff"
_SHORT = (
    r"(?<![A-Za-z0-9_])(?=[A-Za-z&/\-]{0,9}\d|[a-z&/\-]{0,9}[A-Z][a-z&/\-]{0,9}[A-Z])"
    r"[A-Za-z0-9][A-Za-z0-9&/\-]{1,9}(?![A-Za-z0-9_])"
)
"""A word that names something anywhere in a sentence: it has two capitals, or a digit."""
_QUOTED = r"[\"“「『《'‘](?P<quoted>[^\"”」』》'’]{1,40})[\"”」』》'’]"
_WORD = r"(?:^|[,;:(]\s?)(?:(?:here|so|and|the|a|an)\s){0,2}(?P<word>[A-Za-z][\w\-]{1,30})"
_HAN_TERM = rf"(?:^|[，,、：:；（(\s])(?P<han>[{_HAN}A-Za-z0-9]{{1,16}}?)"

_MEANS = (
    r"means?|stands\sfor|(?:is|are)\s(?:short|an?\sabbreviation)\sfor"
    r"|(?:is|are)\sthe\s(?:abbreviation|acronym|short\sform)\s(?:of|for)|refers?\sto"
)
_ENGLISH = re.compile(rf"(?:{_QUOTED}|(?P<short>{_SHORT})|{_WORD})\s(?:{_MEANS})\s(?P<meaning>.+)")
_EQUALS = re.compile(
    rf"(?:{_QUOTED}|(?P<short>{_SHORT})|{_HAN_TERM}(?<=[{_HAN}])|{_WORD}(?=\s?[=＝]\s?\S+\s\S))"
    r"\s?(?<![=<>!+\-*/:])[=＝](?![=<>])\s?(?P<meaning>.+)"
)
_CHINESE = re.compile(
    rf"(?:{_QUOTED}|(?P<short>{_SHORT})|{_HAN_TERM})\s?(?:"
    r"(?:是|为|系)\s?(?P<whole>[^，,]{2,60}?)\s?的(?:简称|缩写|简写|略称)"
    r"|(?<![立随当在亦瞬旋])即(?![使可将便时刻日])(?:是|为)?\s?(?P<same>.+)"
    r"|(?<!手)(?:(?:是|特|泛|专)?指(?![出标定导示令责控向引数纹南挥点甲针])的?是?|的?意思是)\s?(?P<says>.+)"
    r"|[，,]?\s?的?全称(?:是|为|叫)?\s?(?P<full>.+))"
)
_STANDS = re.compile(rf"(?:{_QUOTED}|(?P<short>{_SHORT}))\s?(?:代表|表示|意为)\s?(?P<meaning>.+)")
_CALLED = re.compile(
    rf"(?:^|[，,、：:；\s])(?P<meaning>[{_HAN}A-Za-z0-9 ]{{2,40}}?)\s?"
    rf"[，,（(]?\s?(?:以下|下文|下称|也)?简称(?:为|作)?\s?"
    rf"[\"“「]?(?P<term>[{_HAN}A-Za-z0-9]{{1,10}})"
)
_BRACKETS = re.compile(r"[（(]\s?(?P<inside>[^（）()]{2,80}?)\s?[）)]")

_MEANING_ENDS = re.compile(r"[，；;]|,\s(?=(?:not|but|so|which|yet|while|whereas|and\s(?:the|not))\b)")
_STRIP = " \t,，。.;；:：!！?？\"“”'‘’「」『』《》"
_NO_TERM = frozenset(
    (
        "it this that these those which what who he she they there here i we you one everything "
        "nothing something answer output response text summary sentence input context score grade "
        "all also only no not yes and or but so if is are was by mean meaning in on of to the a an "
        "它 他 她 这 那 此 其 也 就 都 并 这里 这个 那个 意思 输出 回答 答案 文中 内容 立 当 随"
    ).split()
)
_FILLERS = re.compile(
    r"^(?:注意|其中|这里|此处|文中|输出中|回答中|所谓|因为|由于|但是|而且|而|但|因|里面|说明|应为|应该|我们|的)+"
)
_NUMBERED = re.compile(r"(?i)\d+(?:st|nd|rd|th|s|am|pm|kg|km|cm|mm|mb|gb|kb|ms|k|m|d|x|h|w)")
# Words that people write in capitals and that need no explanation ("TODO" among them, as a word).
_PLAIN_CAPITALS = frozenset(
    "OK NO YES AM PM NOT AND OR THE TODO FIXME II III IV VI VII VIII IX XI XII XIII XIV XV XX".split()
)
_ABBREVIATION = re.compile(
    r"[A-Z]{2,6}|(?=[A-Za-z]{0,6}\d)(?=\d{0,4}[A-Za-z])(?=[a-z\d]{0,6}[A-Z])[A-Za-z\d]{2,7}"
)
_SMALL = frozenset("of and the for in to a on per".split())
_LONE = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z0-9]{2,7}(?![A-Za-z0-9_])")


class Definition(NamedTuple):
    """A term and its meaning as a sentence gives them."""

    term: str
    meaning: str
    sentence: str


def definitions(text: str) -> list[Definition]:
    """What a text defines, in its order; () where it defines nothing."""
    return [definition for sentence in sentences(text) for definition in _of_sentence(sentence[:_SENTENCE])]


def is_abbreviation(word: str) -> bool:
    """Capitals only (2 to 6), or letters with digits and a capital ("B2B"); no numbers with units."""
    fits = _ABBREVIATION.fullmatch(word) is not None
    return fits and word not in _PLAIN_CAPITALS and not _NUMBERED.fullmatch(word)


def abbreviations(text: str) -> set[str]:
    """The abbreviations that stand in a text, with or without a meaning."""
    return {word for word in _LONE.findall(text) if is_abbreviation(word)}


def small_words(text: str) -> set[str]:
    """The short words of a text that are written in small letters."""
    return {word for word in _LONE.findall(text) if word.isalpha() and word.islower()}


def _of_sentence(sentence: str) -> Iterator[Definition]:
    for term, meaning in (*_by_words(sentence), *_by_brackets(sentence)):
        name = term.strip(_STRIP)
        # Up to where the sentence says something else.
        plain = _MEANING_ENDS.split(meaning.strip(_STRIP), maxsplit=1)[0]
        explained = re.sub(r"^that\s", "", plain).strip(_STRIP)[:LONGEST_MEANING]
        is_term = 1 < len(name) <= LONGEST_TERM and name.lower() not in _NO_TERM and not name.isdigit()
        letters = sum(letter.isalpha() for letter in explained)
        if is_term and letters > 1 and name.casefold() != explained.casefold():
            yield Definition(name, explained, sentence)


def _by_words(sentence: str) -> Iterator[tuple[str, str]]:
    """Definitions that a word or a sign announces."""
    for pattern in (_ENGLISH, _EQUALS, _CHINESE, _STANDS):
        for match in pattern.finditer(sentence):
            groups = match.groupdict()
            meanings = (groups.get(key) for key in ("meaning", "whole", "same", "says", "full"))
            meaning = next(filter(None, meanings), "")
            term = groups.get("quoted") or groups.get("short") or groups.get("word") or ""
            if han := groups.get("han"):
                term = _FILLERS.sub("", han)
                term = _shortened(term, meaning) or term
            yield term, meaning
    for match in _CALLED.finditer(sentence):
        yield match["term"], _FILLERS.sub("", match["meaning"])


def _shortened(text: str, whole: str) -> str:
    """The end of ``text`` that leaves characters out of ``whole``: 杭分 of 这次杭分, 杭州分公司."""
    for at in range(len(text) - 1):
        end = text[at:]
        if whole.startswith(end[0]) and len(end) < len(whole) and _is_within(end, whole):
            return end
    return ""


def _is_within(short: str, whole: str) -> bool:
    rest = iter(whole)
    return all(letter in rest for letter in short)


def _by_brackets(sentence: str) -> Iterator[tuple[str, str]]:
    """``AOV (average order value)`` and the other way round, where the letters fit."""
    for match in _BRACKETS.finditer(sentence):
        before, inside = sentence[: match.start()].rstrip()[-120:], match["inside"]
        last = re.search(rf"(?:[{_HAN}]{{2,6}}|[A-Za-z0-9&\-]{{2,10}})$", before)
        if last and _has_initials(last[0], inside):
            yield last[0], inside
        elif last and (short := _shortened(last[0], inside)) and _is_han(short):
            yield short, inside
        elif whole := _before(before, inside):
            yield inside, whole


def _has_initials(short: str, whole: str) -> bool:
    """Of all its words, or without the small ones that abbreviations leave out."""
    words = re.findall(r"[^\W_]+", whole)
    large = [word for word in words if word.lower() not in _SMALL]
    initials = ("".join(word[0] for word in some).upper() for some in (words, large))
    return is_abbreviation(short) and short.upper() in initials


def _before(text: str, short: str) -> str:
    """The words at the end of ``text`` that ``short`` abbreviates; "" where there are none."""
    if _is_han(short) and 2 <= len(short) <= 6:
        starts = [m.start() for m in re.finditer(re.escape(short[0]), text[-20:])]
        ends = (text[-20:][at:] for at in reversed(starts))
        return next((end for end in ends if len(end) > len(short) and _is_within(short, end)), "")
    words = [match.start() for match in re.finditer(r"[^\W_]+", text)]
    tails = (text[at:] for at in reversed(words[-2 * len(short) :]))
    return next((tail for tail in tails if _has_initials(short, tail)), "")


def _is_han(text: str) -> bool:
    return re.fullmatch(f"[{_HAN}]+", text) is not None


_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W{_CJK}]"
_ACCENT = "[\u0300-\u036f]"
_AT_WORD = re.compile(_LETTER)


class TermMark(NamedTuple):
    """One occurrence: ``text[start:end]`` is the term, perhaps in another case."""

    start: int
    end: int
    term: str


def marks(text: str, terms: Iterable[str]) -> list[TermMark]:
    """Every occurrence of the terms, in the order of the text; marks never overlap."""
    covered = bytearray(len(text))
    stretches: list[TermMark] = []
    for term in _possible(text, terms):
        for match in _pattern(term).finditer(text):
            if covered.find(1, *match.span()) < 0:
                covered[match.start() : match.end()] = b"\1" * len(match[0])
                stretches.append(TermMark(*match.span(), term))
    return sorted(stretches)


def holding(terms: Sequence[Term], metadata: Mapping[str, Any]) -> list[Term]:
    """The terms whose scope fits; of several meanings of one term the one with most fields."""
    by_word: dict[str, Term] = {}
    for term in terms:
        before = by_word.get(term.term)
        if _fits(term.scope, metadata) and (before is None or len(term.scope) >= len(before.scope)):
            by_word[term.term] = term
    return list(by_word.values())


def occurring(terms: Sequence[Term], text: str, metadata: Mapping[str, Any]) -> list[Term]:
    """The terms that occur in a text and hold for an output with this metadata, longest first."""
    if not terms:
        return []
    by_term = {term.term: term for term in holding(terms, metadata)}
    names = {mark.term for mark in marks(text, by_term)}
    return [by_term[name] for name in _longest_first(names)]


def _fits(scope: Mapping[str, str], metadata: Mapping[str, Any]) -> bool:
    """Metadata may hold numbers; a scope is written as people see them."""
    return all(name in metadata and str(metadata[name]) == value for name, value in scope.items())


def _possible(text: str, terms: Iterable[str]) -> list[str]:
    """The terms whose letters stand in the text, longest first; a quick look saves most patterns."""
    longest = _longest_first(terms)
    lower = "" if all(_is_exact(term) for term in longest) else text.lower()
    return [t for t in longest if (t in text if _is_exact(t) else t.lower() in lower)]


def _is_exact(term: str) -> bool:
    """Whether only the term as it is written counts: capitals, or a script without cases."""
    return term == term.upper()


def _longest_first(terms: Iterable[str]) -> list[str]:
    # Capitals before other cases, because "API" says more than "Api" where both would fit.
    distinct = {term for term in terms if term.strip()}
    return sorted(distinct, key=lambda term: (-len(term), not _is_exact(term), term))


@lru_cache(maxsize=4096)
def _pattern(term: str) -> re.Pattern[str]:
    before = f"(?<!{_LETTER})(?<!{_ACCENT})" if _AT_WORD.match(term[0]) else ""
    after = f"(?!{_LETTER}|{_ACCENT})" if _AT_WORD.match(term[-1]) else ""
    flags = re.NOFLAG if _is_exact(term) else re.IGNORECASE
    return re.compile(f"{before}{re.escape(term)}{after}", flags)

"""Words, sentences, numbers and names in English and Chinese, and where they stand, tolerant of any text.

All patterns are linear, and texts are cut at ``LONGEST`` characters, so that no output can make a check
slow. A stretch is (begin, end) of a sentence with its end mark and without a list marker before it.
"""

from __future__ import annotations

import itertools
import json
import re
from functools import lru_cache
from typing import Literal

LONGEST = 50_000
BLANKS = " \t\n\r"
"""What may stand around a value in JSON."""
_HAN = "\u3400-\u9fff"
_WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['’\-][^\W_{_HAN}]+)*")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:['\-][a-z0-9]+)*")  # the same, sooner
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？；]|\n+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_THOUSANDS = re.compile(r",(?=\d{3}\b)")
_NAME = re.compile(r"(?<![.!?\n]\s)(?<!^)\b[A-Z][a-z]{2,}(?:\s+[A-Z][a-z]{2,}){0,3}")
_QUOTED = re.compile(r"[\"“「『]([^\"”」』\n]{3,200})[\"”」』]")
_HAN_CHARACTERS = re.compile(f"[{_HAN}]+")
_LETTERS = re.compile(r"[^\W\d_]+")


def is_json(text: str) -> bool:
    """Whether a text is a JSON object or list."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def well_formed(text: str) -> str:
    """The text as UTF-8 can hold it: halves of surrogate pairs become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """Lower-case words; each Chinese character is a word by itself."""
    if text.isascii():
        return tuple(_ASCII_WORD.findall(text[:LONGEST].lower()))
    return tuple(map(str.lower, _WORD.findall(text[:LONGEST])))


@lru_cache(maxsize=8192)
def sentences(text: str) -> tuple[str, ...]:
    """Sentences without their end marks; line ends separate them too."""
    parts = (part.strip() for part in _SENTENCE_END.split(text[:LONGEST]))
    return tuple(part for part in parts if part)


@lru_cache(maxsize=2048)
def numbers(text: str) -> frozenset[str]:
    """Numbers as written, without thousands separators and trailing zeros of decimals."""
    figures = _NUMBER.findall(text[:LONGEST])
    return frozenset(_THOUSANDS.sub("", number).lstrip("0") or "0" for number in figures)


@lru_cache(maxsize=512)
def names(text: str) -> frozenset[str]:
    """Capitalised words inside sentences: likely names. English only."""
    return frozenset(name.lower() for name in _NAME.findall(text[:LONGEST]))


def quotes(text: str) -> list[str]:
    """What stands between quotation marks."""
    return _QUOTED.findall(text[:LONGEST])


@lru_cache(maxsize=512)
def han_share(text: str) -> float:
    """Share of letters that are Chinese characters; 0 for a text without letters."""
    if text.isascii():
        return 0.0
    letters, han = (sum(map(len, kind.findall(text[:LONGEST]))) for kind in (_LETTERS, _HAN_CHARACTERS))
    return han / letters if letters else 0.0


@lru_cache(maxsize=512)
def fours(text: str) -> tuple[str, ...]:
    """Each run of four words, in order."""
    tokens = words(text)
    return tuple(map(" ".join, zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False)))


@lru_cache(maxsize=512)
def content_words(text: str) -> frozenset[str]:
    """Words that carry meaning: longer English words, and pairs of Chinese characters."""
    tokens = words(text)
    latin = frozenset(word for word in tokens if len(word) > 3 and word.isascii())
    if text.isascii():
        return latin
    pairs = (a + b for a, b in itertools.pairwise(tokens) if len(a) == len(b) == 1)
    return latin | {pair for pair in pairs if not pair.isascii()}


Stretch = tuple[int, int]
Language = Literal["en", "zh"]

_SPACE = "[ \t\u3000]"
_END = re.compile(
    r"[.!?]{1,6}[\"”’)\]]{0,3}(?:\[[0-9]{1,3}\]){0,4}(?=\s|$)"
    r"|[。！？]{1,6}[”’」』）]{0,3}|…{1,2}(?=\s|$)|\n"
)
_ABBREVIATION = re.compile(r"\b(?:[A-Za-z]|e\.g|i\.e|Dr|Mrs?|Ms|Prof|vs|Fig|al|cf)\.$")
_STEP = (
    rf"(?:[0-9]{{1,2}}[.)]{_SPACE}+|[0-9]{{1,2}}[、．]|[Ss]tep [0-9]{{1,2}}[.:：]?"
    rf"|第[一二三四五六七八九十0-9]{{1,3}}步[：:，,.]?|[一二三四五六七八九十]{{1,3}}、){_SPACE}*"
)
_MARKER = re.compile(rf"{_SPACE}*(?:(?:[-*•>]|#{{1,6}}){_SPACE}+|{_STEP})?")
_STEP_LINE = re.compile(rf"^{_SPACE}*{_STEP}(\S.*)$", re.MULTILINE)
_TOKEN = re.compile(rf"[{_HAN}]|[^\s{_HAN}]+")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LATIN = re.compile(r"[A-Za-z]+")
_WIDE_CLOSERS = "。！？」』）"
_CLOSERS = '.!?…"”’)]' + _WIDE_CLOSERS
_HAN_TEXT = 0.2  # a Chinese character says as much as several Latin letters
_SAID_ENOUGH = 12
_ENGLISH = frozenset(
    "the and are to for with this that you it your our from which their there what when would should could "
    "about because please into".split()
)
"""Words of English that are none of other languages in Latin letters."""


def sentences_at(text: str) -> list[Stretch]:
    """Every sentence or line that has a letter or a digit, in order."""
    stretches, start = [], 0
    for end in _END.finditer(text):
        if end[0][0] == "." and _goes_on(text, start, end.start() + 1):
            continue
        stretches.append(_trimmed(text, start, end.end()))
        start = end.end()
    stretches.append(_trimmed(text, start, len(text)))
    return [(begin, stop) for begin, stop in stretches if any(c.isalnum() for c in text[begin:stop])]


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether the full stop before ``end`` belongs to an abbreviation or a list marker."""
    marker = _MARKER.fullmatch(text, start, min(end + 1, len(text)))
    return bool(marker or _ABBREVIATION.search(text[max(start, end - 6) : end]))


def _trimmed(text: str, start: int, end: int) -> Stretch:
    """Without the marker before it and the white space around it."""
    stop = start + len(text[start:end].rstrip())
    marker = _MARKER.match(text, start, stop)
    begin = marker.end() if marker else start
    return begin + len(text[begin:stop]) - len(text[begin:stop].lstrip()), stop


def steps_at(text: str) -> list[Stretch]:
    """The bodies of numbered lines ("1. …", "Step 2: …", "第三步：…"), without their numbers."""
    return [match.span(1) for match in _STEP_LINE.finditer(text)]


def longest_paragraph(text: str, stretches: list[Stretch]) -> list[Stretch]:
    """The stretches of the line that holds the most of them; all, where no line holds two."""
    lines: list[list[Stretch]] = [stretches[:1]]
    for before, stretch in itertools.pairwise(stretches):
        if "\n" in text[before[1] : stretch[0]]:
            lines.append([])
        lines[-1].append(stretch)
    longest = max(lines, key=len)
    return longest if len(longest) > 1 else stretches


def tokens_at(text: str, stretch: Stretch) -> list[Stretch]:
    """Words with the marks that stick to them; each Chinese character is one."""
    return [match.span() for match in _TOKEN.finditer(text, *stretch)]


def about_tokens(text: str) -> int:
    """Tokens of a model, roughly: four ASCII characters each, and one for each other character."""
    ascii_characters = len(text.encode("ascii", "ignore"))
    return ascii_characters // 4 + len(text) - ascii_characters


def put_behind(text: str, end: int, extra: str) -> str:
    """The text with ``extra`` behind the sentence that ends at ``end``, spaced as its script asks."""
    last = text[end - 1 : end]
    wide = last in _WIDE_CLOSERS or text[end - 2 : end - 1] in _WIDE_CLOSERS
    gap = "\n" if last not in _CLOSERS else "" if wide else " "
    return f"{text[:end]}{gap if end else ''}{extra}{text[end:]}"


def language_of(text: str) -> Language | None:
    """English or Chinese, or None for another language or no words at all."""
    if not text.isascii():
        if _KANA_HANGUL.search(text):
            return None
        if han_share(text) >= _HAN_TEXT:
            return "zh"
        if 2 * sum(map(len, _LATIN.findall(text))) < sum(map(str.isalpha, text)):
            return None
    if not _LATIN.search(text):
        return None
    if not _ENGLISH.isdisjoint(text[:LONGEST].lower().split()):  # so it is with most, without looking closer
        return "en"
    tokens = words.__wrapped__(text)  # a hundred thousand texts must not fill what is kept of words
    return "en" if len(tokens) < _SAID_ENOUGH or not _ENGLISH.isdisjoint(tokens) else None

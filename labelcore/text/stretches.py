"""Where sentences, steps and words stand in a text: positions, so that a text can be changed in place.

A stretch is (begin, end) of a sentence with its end mark and without a list marker before it. All
patterns are linear in the length of the text.
"""

from __future__ import annotations

import itertools
import re
from typing import Literal

from labelcore.text.reading import han_share, words

Stretch = tuple[int, int]
Language = Literal["en", "zh"]

_HAN = "\u3400-\u9fff"
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
_LATIN = re.compile(r"[A-Za-z]")
_WIDE_CLOSERS = "。！？」』）"
_CLOSERS = '.!?…"”’)]' + _WIDE_CLOSERS
_HAN_TEXT = 0.2  # a Chinese character says as much as several Latin letters
_SAID_ENOUGH = 12
_ENGLISH = frozenset("the and are to for with this that you it".split())  # none is German or Dutch


def sentences_at(text: str) -> list[Stretch]:
    """Every sentence or line that has a letter or a digit, in order."""
    found, start = [], 0
    for end in _END.finditer(text):
        if end[0][0] == "." and _goes_on(text, start, end.start() + 1):
            continue
        found.append(_trimmed(text, start, end.end()))
        start = end.end()
    found.append(_trimmed(text, start, len(text)))
    return [(begin, stop) for begin, stop in found if any(c.isalnum() for c in text[begin:stop])]


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


def put_behind(text: str, end: int, extra: str) -> str:
    """The text with ``extra`` behind the sentence that ends at ``end``, spaced as its script asks."""
    last = text[end - 1 : end]
    wide = last in _WIDE_CLOSERS or text[end - 2 : end - 1] in _WIDE_CLOSERS
    gap = "\n" if last not in _CLOSERS else "" if wide else " "
    return f"{text[:end]}{gap if end else ''}{extra}{text[end:]}"


def language_of(text: str) -> Language | None:
    """English or Chinese, or None for another language or no words at all."""
    if _KANA_HANGUL.search(text):
        return None
    if han_share(text) >= _HAN_TEXT:
        return "zh"
    found = words(text)
    letters = sum(c.isalpha() for c in text)
    if not letters or 2 * len(_LATIN.findall(text)) < letters:
        return None
    return "en" if len(found) < _SAID_ENOUGH or _ENGLISH & set(found) else None

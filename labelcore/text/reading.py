"""Words, sentences, numbers and names in English and Chinese, tolerant of any text.

All patterns are linear, and texts are cut at ``LONGEST`` characters, so that no output can make a
check slow.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from functools import lru_cache

LONGEST = 50_000
_HAN = "\u3400-\u9fff"
_WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['’\-][^\W_{_HAN}]+)*")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？；]|\n+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_THOUSANDS = re.compile(r",(?=\d{3}\b)")
_NAME = re.compile(r"(?<![.!?\n]\s)(?<!^)\b[A-Z][a-z]{2,}(?:\s+[A-Z][a-z]{2,}){0,3}")
_QUOTED = re.compile(r"[\"“「『]([^\"”」』\n]{3,200})[\"”」』]")
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_LETTER = re.compile(r"[^\W\d_]")


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
    """Lower-case words; each Chinese character is a word of its own."""
    return tuple(word.lower() for word in _WORD.findall(text[:LONGEST]))


@lru_cache(maxsize=8192)
def sentences(text: str) -> tuple[str, ...]:
    """Sentences without their end marks; line ends separate them too."""
    parts = (part.strip() for part in _SENTENCE_END.split(text[:LONGEST]))
    return tuple(part for part in parts if part)


def numbers(text: str) -> set[str]:
    """Numbers as written, without thousands separators and trailing zeros of decimals."""
    return {_plain_number(found) for found in _NUMBER.findall(text[:LONGEST])}


def _plain_number(found: str) -> str:
    plain = _THOUSANDS.sub("", found) if "," in found else found
    return plain.lstrip("0") or "0"


def names(text: str) -> set[str]:
    """Capitalised words inside sentences: likely names. English only."""
    return {found.lower() for found in _NAME.findall(text[:LONGEST])}


def quotes(text: str) -> list[str]:
    """What stands between quotation marks."""
    return _QUOTED.findall(text[:LONGEST])


def han_share(text: str) -> float:
    """Share of letters that are Chinese characters; 0 for a text without letters."""
    letters = len(_LETTER.findall(text[:LONGEST]))
    return len(_HAN_CHARACTER.findall(text[:LONGEST])) / letters if letters else 0.0


def ngrams(text: str, size: int) -> Counter[tuple[str, ...]]:
    """How often each run of ``size`` words occurs."""
    found = words(text)
    return Counter(zip(*(found[start:] for start in range(size)), strict=False))


def content_words(text: str) -> set[str]:
    """Words that carry meaning: longer English words, and pairs of Chinese characters."""
    found = words(text)
    latin = {word for word in found if len(word) > 3 and word.isascii()}
    pairs = {a + b for a, b in itertools.pairwise(found) if not (a + b).isascii()}
    return latin | {pair for pair in pairs if len(pair) == 2}

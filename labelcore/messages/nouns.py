"""What a project calls one output, wherever a sentence says "output"."""

from __future__ import annotations

import re
from functools import lru_cache

from labelcore.models import Noun

_KEPT = r"`[^`]*`|{[^}]*}|--\w+|\boutput=\w*"
"""Names that a command line or a place of the sentence has."""
_ENGLISH = re.compile(
    rf"{_KEPT}|\b(?:batch|expected) outputs?\b|\boutputs? file|(?:\b(an) )?\b(output)(s?)\b", re.IGNORECASE
)
_CHINESE = re.compile(rf"{_KEPT}|(?:预期|批处理|批次)的?输出|(输出)")


@lru_cache(maxsize=4096)
def called(template: str, noun: Noun) -> str:
    """An English template with the noun in the place of "output"."""
    return _ENGLISH.sub(lambda match: _english(match, noun), template) if noun.one else template


@lru_cache(maxsize=4096)
def called_in_chinese(template: str, noun: Noun) -> str:
    """The same of a Chinese one."""
    return _CHINESE.sub(lambda match: noun.zh if match[1] else match[0], template) if noun.zh else template


def _english(match: re.Match[str], noun: Noun) -> str:
    article, word, plural = match.groups()
    if not word:
        return match[0]
    name = noun.several if plural else noun.one
    if word[0].isupper():
        name = name[0].upper() + name[1:]
    if not article:
        return name
    return f"{article if name[0].lower() in 'aeiou' else article[0]} {name}"

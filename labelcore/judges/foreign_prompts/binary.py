"""Answers that are 0 or 1: where a prompt asks for one of the two, and what it says that each means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labelcore.judges.foreign_prompts import polarity
from labelcore.judges.foreign_prompts.choices import asks_for_answer
from labelcore.judges.foreign_prompts.scales import range_of

_ONE = r"(?<![0-9A-Za-z.\-])[01](?![0-9A-Za-z%]|\.\d)"
_EITHER = r"(?:\b(?:or|and|else|otherwise)\b|[,;/|，；、或和]|否则)"
_BINARY = re.compile(
    rf"(?P<first>{_ONE})(?P<between>[^\d\n.。]{{0,90}}?{_EITHER}[^\d\n.。]{{0,60}}?)(?!(?P=first)){_ONE}"
)
_MEANS = re.compile(
    rf"(?P<number>{_ONE})[\"'”`]?\s*(?:\(|（|=|:|：|\bif\b|\bwhen\b|\bfor\b|\bmeans\b|表示|代表|即|为|是)\s*"
    r"(?P<words>[^\d\n,.;，。；、)）]{1,60}?)(?=\s*(?:\band\b|\bor\b)?\s*(?:[\"'“`]?\d|[\n,.;，。；、)）]|\Z))"
)
_DENIED = re.compile(polarity.NO, re.IGNORECASE)
_NEUTRAL = re.compile(
    r"\b(?:the|an?|any|this|that|it|answer|response|reply|output|text|message|content|is|are|was|were|"
    r"does|do|contains?|has|have|fully|completely|entirely)\b|回答|回复|答案|输出|内容|存在|包含|含有|[有是了的为它该则]|\W",
    re.IGNORECASE,
)
"""What leaves the meaning of a good or bad word as it is; any other word may turn it ("avoids harm")."""
_FAR = 60
"""Characters before the two numbers within which the prompt must speak of the answer."""


def binary_meanings(text: str) -> dict[str, str]:
    """What 1 and 0 mean, pass or fail, where a prompt asks for one of them ("1 if it is correct, otherwise
    0"); "" for both where that must be asked, {} where it asks for something else, such as a scale.
    """
    if range_of(text) != (None, None) or not any(_is_asked(match, text) for match in _BINARY.finditer(text)):
        return {}
    said = {number: {meaning for said_of, meaning in _said(text) if said_of == number} for number in "10"}
    orders = (("pass", "fail"), ("fail", "pass"))
    fitting = [(one, zero) for one, zero in orders if said["1"] <= {one} and said["0"] <= {zero}]
    one, zero = fitting[0] if len(fitting) == 1 else ("", "")
    return {"1": one, "0": zero}


def _is_asked(numbers: re.Match[str], text: str) -> bool:
    before = re.split(r"[.。\n]", text[max(0, numbers.start() - _FAR) : numbers.start()])[-1]
    return asks_for_answer(before) and not re.search(r"\bbetween\W*$", before, re.IGNORECASE)


def _said(text: str) -> Iterator[tuple[str, str]]:
    """Number and meaning of each place that says what a number means."""
    for match in _MEANS.finditer(text):
        rest, words = match["words"], polarity.telling_words(match["words"])
        for word in words:
            rest = rest.replace(word, " ")
        denials = len(_DENIED.findall(rest))
        if denials < 2 and not _NEUTRAL.sub("", _DENIED.sub("", rest)):
            for kind in {*map(polarity.meaning, words)}:
                yield match["number"], {"pass": "fail", "fail": "pass"}[kind] if denials else kind

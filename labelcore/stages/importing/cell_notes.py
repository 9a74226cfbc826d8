"""Cells that hold a verdict and why ("FAIL: invents a date"): the word is the grade, the text its note."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from labelcore.stages.importing import meanings
from labelcore.store import remarks
from labelcore.store.formats.base import Staging

_ALONE = meanings.VERDICTS | meanings.EMPTY


_LOOKED_AT = 400
"""So many characters of a cell are looked at where it is only asked whether the whole column is to be."""


def _one_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(words)))})"


_PARTS = r"\s{0,9}(?:[:：–—]{1,9}|-\s|\n)\s{0,9}"
_MARK = r'[][.,;:!?/|+&>(){}、，。；：！？·•*（）"“”…—–→-]'
_CELL = rf"(?is)^\s*({_one_of(filter(lambda word: word.strip('-–—'), _ALONE))}){_PARTS}(.*\S)\s*$"
"""A word that says how good something is, or that nobody said it, what parts it from the rest, the rest."""
_GOOD, _BAD, _UNSURE = (
    {word for word in meanings.VERDICTS if meanings.by_word(word) == meaning}
    for meaning in (meanings.PASS, meanings.FAIL, meanings.UNSURE)
)
_YES, _NO = (
    {word for word in meanings.VERDICTS if meanings.affirmed(word) is answer} for answer in (True, False)
)
_PRAISED = _GOOD - {
    *"correct right 对 正确 正確 正解 richtig korrekt correcto corretto верно правильно صحيح".split()
}
"""Without the words that begin what should have been said ("FAIL: wrong date. Correct: 5 May")."""
_PASSED = "pass passed ok okay accept accepted acceptable approve approved 通过 合格".split()
_FAILED = "fail failed reject rejected unacceptable disapproved 不通过 未通过 不合格".split()
_SO = rf"(?:{_MARK}|\n|\s(?:so|hence|thus|therefore|but|still|overall)\s|所以|因此|但是?|故)\s{{0,9}}"


def _headed(words: Collection[str], others: Collection[str]) -> str:
    """The pattern of a text behind one of the words in which one of the others begins a further one."""
    heads = rf"(?:.*(?:{_MARK}|\n)(?:{_MARK}|[\s\d]){{0,9}})?{_one_of(others)}{_PARTS}"
    return rf"{_one_of(words)}{_PARTS}(?:{heads}|.*\s{_one_of(others)}\s{{0,9}}[:：])"


def _turned(words: Collection[str], others: Collection[str]) -> str:
    """The pattern of a text behind one of the words that comes to one of the others in the end."""
    return rf"{_one_of(words)}{_PARTS}.*{_SO}{_one_of(others)}[\s.!。！]{{0,9}}$"


_DOUBTFUL = "|".join(
    (
        _headed(_GOOD, _BAD | _UNSURE),
        _headed(_BAD, _PRAISED | _UNSURE),
        _headed(_YES, _NO | _BAD | _UNSURE),
        _headed(_NO, _YES | _PRAISED | _UNSURE),
        _headed(_UNSURE, _GOOD | _BAD),
        _turned(_BAD, _PASSED),
        _turned(_GOOD, _FAILED),
        rf"{_one_of(_GOOD)}{_PARTS}(?:(?:.*(?:{_MARK}|\s))?fail(?:{_MARK}|\s|$)|.*(?:不通过|未通过|不合格))",
    )
)
_VERDICT = remarks.Form(_CELL, rf"(?is)^\s*(?:{_DOUBTFUL})")
"""A cell with two headings ("Good: the tone, bad: the date"), or with a text that says the contrary, has no
verdict: it stays whole, for a person to say."""
_NUMBER = r"(?:[-+]?\d+(?:[.,]\d+)?(?:\s*/\s*\d+)?|[★⭐🌟]+☆*)"
_MEASURE = remarks.Form(rf"(?is)^(\s*{_NUMBER}(?:\s*(?:[:：–—=]|-\s)\s*([^\s\d:：–—=-][^\d]*))?)$")


def form(cursor: Any, staged: Staging, column: str, said: Iterable[str]) -> remarks.Form | None:
    """How cells are parted, where every one of a column is a verdict, with or without why, or a number.

    ``said``: values that a person spoke of. Where one is a whole cell, cells are not parted.
    """
    parting = remarks.Parting(_VERDICT, [*_ALONE], [*said])
    if remarks.is_parted(cursor, staged, column, parting):
        return _VERDICT
    return _MEASURE if remarks.is_noted(cursor, staged, column, _MEASURE, [*meanings.EMPTY]) else None


def are_parted(values: Collection[str]) -> bool:
    """Whether some values have a text behind their verdict, and the others are verdicts."""
    words = {word(value) for value in values if not _is_doubtful(value)}
    return words <= _ALONE and not {*values} <= _ALONE


def word(cell: str) -> str:
    """The verdict that a cell begins with, or all that it holds."""
    parts = None if _is_doubtful(cell) else re.match(_CELL, _looked_at(cell))
    return parts[1] if parts else cell


def _is_doubtful(cell: str) -> bool:
    return re.match(_VERDICT.doubtful, _looked_at(cell)) is not None


def _looked_at(cell: str) -> str:
    """The beginning of a cell, with a single sign for each gap."""
    return re.sub(r"\s+", lambda gap: "\n" if "\n" in gap[0] else " ", cell[:_LOOKED_AT])

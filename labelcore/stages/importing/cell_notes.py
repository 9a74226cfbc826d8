"""Cells that hold a verdict and why ("FAIL: invents a date"): the word is the grade, the text its note."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from labelcore.stages.importing import meanings
from labelcore.store import remarks
from labelcore.store.formats.base import Staging

_WORDS = "|".join(map(re.escape, sorted(meanings.VERDICTS)))
_CELL = rf"(?is)^\s*({_WORDS})\s*(?:[:：–—]|-\s|\n)\s*(.*\S)\s*$"
"""A word that says how good something is, what parts it from the rest, and the rest."""
_AGAIN = rf"(?is)[.;!。；！\n]\s*(?:{_WORDS})\s*[:：]"
"""A further word like it ("Good: the tone. Bad: the date"): such a cell has no verdict, but two headings."""


_ALONE = meanings.VERDICTS | meanings.EMPTY


def form(cursor: Any, staged: Staging, column: str, said: Iterable[str]) -> str:
    """The pattern of a verdict and why, where every cell of a column is one or a mere verdict; else "".

    ``said``: values that a person spoke of. Where one is a whole cell, cells are not parted.
    """
    parting = remarks.Parting(_CELL, _AGAIN, [*_ALONE], [*said])
    return _CELL if remarks.is_parted(cursor, staged, column, parting) else ""


def are_parted(values: Collection[str]) -> bool:
    """Whether some values have a text behind their verdict, and the others are verdicts."""
    words = {*map(word, values)}
    return words <= _ALONE and words != {*values}


def word(cell: str) -> str:
    """The verdict that a cell begins with, or all that it holds."""
    parts = re.match(_CELL, cell)
    return parts[1] if parts else cell

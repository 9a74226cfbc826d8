"""Texts as a browser can lay them out: one of 199,000 marks over one letter kept it busy for a minute."""

from __future__ import annotations

from typing import NamedTuple

import re2

MOST = 50_000
"""Characters of one text on a page."""
_PILED = re2.compile(r"(\p{M}{8})\p{M}+")


class TextBeginning(NamedTuple):
    """The beginning of a text, and how many characters of it are ``left`` out."""

    text: str
    left: int


def showable(text: str) -> TextBeginning:
    """What a page shows of a text: its beginning, with at most eight marks over one letter."""
    beginning = _PILED.sub(r"\1…", text[:MOST])
    return TextBeginning(beginning, max(0, len(text) - MOST))

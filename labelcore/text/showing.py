"""Texts as a browser can lay them out: one of 199,000 marks over one letter kept it busy for a minute; and
as much of them as there is room for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from unicodedata import east_asian_width

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


def in_utc(at: datetime) -> datetime:
    """A moment as everybody is told it, wherever the machine stands.

    Raises:
        ValueError: it has no zone, so that it may be any of many moments.
    """
    if at.tzinfo is None:
        raise ValueError("a moment has no zone")
    return at.astimezone(UTC)


def clock(at: datetime, *, seconds: bool = False) -> str:
    """A moment to the minute or the second, with its zone."""
    return f"{in_utc(at):{'%Y-%m-%d %H:%M:%S %Z' if seconds else '%Y-%m-%d %H:%M %Z'}}"


def columns_of(text: str) -> int:
    """How many columns a text takes in a line: wide characters take two."""
    return len(text) + sum(east_asian_width(char) in "WF" for char in text)


def shortened(text: str, columns: int) -> str:
    """The beginning of a text in one line, as much of it as so many columns hold."""
    line, width = " ".join(text[: 4 * columns].split()), 0
    for at, char in enumerate(line):
        width += columns_of(char)
        if width > columns:
            return f"{line[:at].rstrip()}…"
    return line if len(text) <= 4 * columns else f"{line}…"

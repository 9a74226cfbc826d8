"""Headers of two rows: a question over several columns, and below it what each of them holds."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any

_NUMBER = re.compile(r"[-+−]?[\d.,:/%\s]+")
_SENTENCE = re.compile(r"[.!?。！？؟]['\"”’)]*$")
_LONGEST = 60
LOOKED_AT = 50
"""How many rows from the header on tell whether it is one of two rows."""


def joined(rows: Sequence[Sequence[Any]]) -> list[str] | None:
    """The names of the columns, where the first row stands over several of the second; None where not.

    The first has gaps that only texts of the second fill. The second is empty below the names before the
    first group, whose columns the ``rows`` that follow fill, and holds labels that none of these repeats.
    """
    if len(rows) < 2:
        return None
    width = max(map(len, rows[:2]))
    top, below, *body = (_padded(row, width) for row in rows)
    gaps = [place for place in range(width) if not top[place] and below[place]]
    single = [place for place in range(width) if top[place] and not below[place]]
    texts = [cell for cell in below if cell]
    lone = all(top[place] or below[place] for place in range(width))
    if not gaps or not single or not lone or not top[0] or not _are_labels(below[: gaps[0] - 1], below, body):
        return None
    if any(_NUMBER.fullmatch(cell) for cell in (*texts, *filter(None, top))) or len({*texts}) == 1 < len(
        texts
    ):
        return None
    return list(itertools.starmap(_name, zip(_filled(top), top, below, [*top[1:], "x"], strict=True)))


def _padded(row: Sequence[Any], width: int) -> list[str]:
    """A row's texts, as many as the header is wide."""
    cells = [str(cell).strip() if cell is not None else "" for cell in row[:width]]
    return cells + [""] * (width - len(cells))


def _are_labels(before: Sequence[str], below: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a row is empty ``before`` the first group, unlike those that follow, and names columns else."""
    is_empty = bool(before) and not any(before)
    begin = sum(any(row[: len(before)]) for row in body)
    texts = [(place, cell) for place, cell in enumerate(below) if cell]
    short = all(len(cell) <= _LONGEST and not _SENTENCE.search(cell) for _, cell in texts)
    again = any(row[place].casefold() == cell.casefold() for row in body for place, cell in texts)
    return is_empty and 2 * begin >= len(body) and short and not again


def _filled(top: Sequence[str]) -> list[str]:
    """The first row with each name over the gaps to its right."""
    filled = list(top)
    for place, cell in enumerate(filled):
        filled[place] = cell or filled[place - 1]
    return filled


def _name(above: str, top: str, below: str, right: str) -> str:
    """A column's name: of a group with what is its part, else the upper one."""
    is_grouped = not top or not right
    return f"{above} {below}".strip() if is_grouped and below else above

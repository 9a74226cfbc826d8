"""Headers of two rows: a question over several columns, and below it what each of them holds."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any

_NUMBER = re.compile(r"[-+−]?[\d.,:/%\s]+")


def joined(rows: Sequence[Sequence[Any]]) -> list[str] | None:
    """The names of the columns, where the first row stands over several of the second; None where not.

    The first has gaps that only texts of the second fill, the second has gaps of its own below a name, and
    what follows fills columns of both.
    """
    if len(rows) < 2:
        return None
    top, below = ([str(cell).strip() if cell is not None else "" for cell in row] for row in rows[:2])
    width = max(len(top), len(below))
    top, below = top + [""] * (width - len(top)), below + [""] * (width - len(below))
    gaps = [place for place in range(width) if not top[place] and below[place]]
    single = [place for place in range(width) if top[place] and not below[place]]
    texts = [cell for cell in below if cell]
    lone = all(top[place] or below[place] for place in range(width))
    if not gaps or not single or not lone or not top[0] or gaps[0] < 1:
        return None
    if any(_NUMBER.fullmatch(cell) for cell in (*texts, *filter(None, top))) or len({*texts}) == 1 < len(
        texts
    ):
        return None
    return list(itertools.starmap(_name, zip(_filled(top), top, below, [*top[1:], "x"], strict=True)))


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

"""Where a table's header is: below a title, or over two rows, a question above what each column holds."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

_NUMBER = re.compile(r"[-+−]?[\d.,:/%\s]+")
_SENTENCE = re.compile(r"[.!?。！？؟]['\"”’)]*$")
_NAME = re.compile(r"[^\W\d]{1,40}([ _-][^\W\d]{1,40}){0,3}[?:]?(\s*[(（\[].{1,40})?")
"""What a column is called, as against a cell of its rows: some words without figures, but in brackets."""
_LONGEST, _FEWEST_ROWS, _ABOVE = 60, 3, 4
SURVEY = '{"ImportId":'
"""How every cell begins in the third line of a survey's export from Qualtrics."""
LOOKED_AT = 50
"""How many rows from the header on tell whether it is one of two rows."""


def titles(rows: Sequence[Sequence[Any]]) -> int:
    """How many of the first rows are titles: they leave out half of the columns, or hold figures (a year),
    and the row below them names every column by words that stand in it nowhere else.
    """
    count = 0
    while count < min(_ABOVE, len(rows) - 1 - _FEWEST_ROWS) and _is_title(rows[count : count + LOOKED_AT]):
        count += 1
    return count


def _is_title(rows: Sequence[Sequence[Any]]) -> bool:
    width = max(map(len, rows[:2]))
    top, below, *body = (_padded(row, width) for row in rows)
    filled = [cell for cell in top if cell]
    if 2 * len(filled) > width and not any(map(_NUMBER.fullmatch, filled)):
        return False
    are_names = len({*below}) == width > 1 and all(map(_NAME.fullmatch, below))
    return are_names and not _again(list(enumerate(below)), body)


def joined(rows: Sequence[Sequence[Any]]) -> list[str] | None:
    """The names of the columns, where the first row stands over several of the second; None where not.

    The first has gaps that only texts of the second fill. The second is empty below the names before the
    first group, whose columns the ``rows`` that follow fill, or says the same for several columns; it
    holds labels that none of these rows repeats.
    """
    if len(rows) < 2:
        return None
    width = max(map(len, rows[:2]))
    top, below, *body = (_padded(row, width) for row in rows)
    if body and all(cell.startswith(SURVEY) for cell in body[0]):
        return list(map(_asked, top, below))
    below = ["" if cell == over else cell for cell, over in zip(below, top, strict=True)]  # merged downwards
    gaps = [place for place in range(width) if not top[place] and below[place]]
    lone = all(top[place] or below[place] for place in range(width))
    texts = [cell for cell in below if cell]
    if not gaps or not lone or not top[0] or any(map(_NUMBER.fullmatch, (*texts, *filter(None, top)))):
        return None
    if len({*texts}) == 1 < len(texts) or not _are_labels(below, body):
        return None
    if not _is_empty_before(below[: gaps[0] - 1], body) and not _says_again(gaps, top, below, body):
        return None
    rights = [*top[1:], "x"]
    names = itertools.starmap(_name, zip(_filled(top), top, below, rights, strict=True))
    lone_labels = [all(below) and below.count(cell) == 1 for cell in below]
    return [cell if alone else name for cell, name, alone in zip(below, names, lone_labels, strict=True)]


def _asked(name: str, wording: str) -> str:
    """What a survey calls a question, and how it asks it."""
    told, asked = (re.sub(r"\W+", "", text).casefold() for text in (name, wording))
    return name if told == asked else f"{name}: {' '.join(wording.split())}"


def _padded(row: Sequence[Any], width: int) -> list[str]:
    """A row's texts, as many as the header is wide."""
    cells = [str(cell).strip() if cell is not None else "" for cell in row[:width]]
    return cells + [""] * (width - len(cells))


def _are_labels(below: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a row names columns: in short, by no sentence, and by nothing that stands in them."""
    texts = [(place, cell) for place, cell in enumerate(below) if cell]
    short = all(len(cell) <= _LONGEST and not _SENTENCE.search(cell) for _, cell in texts)
    return short and not _again(texts, body)


def _again(texts: Sequence[tuple[int, str]], body: Sequence[Sequence[str]]) -> bool:
    return any(row[place].casefold() == cell.casefold() for row in body for place, cell in texts)


def _is_empty_before(before: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether nothing stands ``before`` the first group, where the rows that follow hold something."""
    begin = sum(any(row[: len(before)]) for row in body)
    return bool(before) and not any(before) and 2 * begin >= len(body)


def _says_again(
    gaps: Sequence[int], top: Sequence[str], below: Sequence[str], body: Sequence[Sequence[str]]
) -> bool:
    """Whether the second row says the same for several columns, and within a group different things.

    No row of data does so without being repeated, where the rows that follow are enough to tell.
    """
    counts = Counter(cell.casefold() for cell in below if cell)
    starts = [place for place, cell in enumerate(top) if cell]
    groups = [
        below[start:end]
        for start, end in itertools.pairwise([*starts, len(top)])
        if {*gaps} & {*range(start, end)}
    ]
    differ = all(len({*group}) == len(group) for group in groups)
    return differ and len(body) >= _FEWEST_ROWS and max(counts.values(), default=0) > 1


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

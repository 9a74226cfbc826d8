"""Cells that hold a verdict and why ("FAIL: invents a date"): a column of grades and one of notes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from labelcore.models import fact
from labelcore.stages.importing import meanings
from labelcore.stages.importing.names import by_name, is_note
from labelcore.stages.importing.offering import is_measure
from labelcore.store import staging
from labelcore.store.formats.base import Staging

_WORDS = "|".join(map(re.escape, sorted(meanings.VERDICTS)))
_CELL = rf"(?is)^\s*({_WORDS})\s*(?:[:：–—]|-\s|\n)\s*(.*\S)\s*$"
"""A word that says how good something is, what parts it from the rest, and the rest."""


def split(cursor: Any, staged: Staging, texts: Collection[str]) -> Staging:
    """The words of verdicts without the texts behind them, where a whole column has them; these beside it.

    Only of columns that are named like grades, and none of ``texts``, which a person said that outputs are.
    """
    kept = {*texts, *by_name([name for name in staged.names if not is_measure(name)], []).values()}
    for column in staged.names:
        name, grades = f"{column} note", is_measure(column) or bool(meanings.polarity(column))
        if not grades or column in kept or is_note(column) or name in staged.names:
            continue
        if n := staging.count_split(cursor, staged, column, (_CELL, meanings.VERDICTS | meanings.EMPTY)):
            staged = staging.split_cells(cursor, staged, column, _CELL, name)
            staged = replace(staged, notes=(*staged.notes, fact("cell_notes", n=n, column=name)))
    return staged

"""Files of tables that tests import, and rows for them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

ANSWERS = [
    ("Where is it?", "It left."),
    ("Is it open?", "Until six."),
    ("Who pays?", "We do."),
    ("Why?", "So."),
]
GRADES = ["pass", "fail", "pass", "pass"]


def written(folder: Path, rows: Sequence[Sequence[str]], mark: str = ",") -> str:
    """A CSV file of these rows; ``mark``: what stands between cells."""
    path = folder / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=mark).writerows(rows)
    return str(path)


def rows_with(*columns: Sequence[str]) -> list[list[str]]:
    """Four questions with their answers, and further cells of each row by column."""
    return [[*answer, *cells] for answer, *cells in zip(ANSWERS, *columns, strict=True)]

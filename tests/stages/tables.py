"""Files of tables that tests import."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path


def written(folder: Path, rows: Sequence[Sequence[str]], mark: str = ",") -> str:
    """A CSV file of these rows; ``mark``: what stands between cells."""
    path = folder / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=mark).writerows(rows)
    return str(path)

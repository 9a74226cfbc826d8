"""What a format of files is, and what its way into the temporary table ``staged`` needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb

from labelcore.models import RejectedRow

LARGEST_CELL = 16_000_000
RAW = 2_000
Stage = Callable[[duckdb.DuckDBPyConnection, Path], list[RejectedRow]]


class Format(NamedTuple):
    """A format by its name in reports. ``stage`` reads a file into ``staged`` and gives the broken rows.

    ``start``: the bytes that every file of a binary format begins with; none where it is text, which
    ``stage`` then gets as UTF-8 whatever the file's encoding was.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    start: bytes
    stage: Stage


_formats: dict[str, Format] = {}


def reads(name: str, title: str, *endings: str, start: bytes = b"") -> Callable[[Stage], Stage]:
    """Mark the function that reads files of a format, known by their endings or their first bytes."""

    def mark(stage: Stage) -> Stage:
        _formats[name] = Format(name, title, endings, start, stage)
        return stage

    return mark


def registered() -> dict[str, Format]:
    """The formats that were marked so far, by name."""
    return _formats


def quoted(name: str) -> str:
    """A column's name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def number_rows(cursor: duckdb.DuckDBPyConnection) -> None:
    """``staged`` is the file's rows with their numbers.

    A table keeps the file's order, so a row's place is its number; a window function would read
    everything on one core.
    """
    start = first_place(cursor, "file_rows")
    cursor.execute(f"CREATE TEMP VIEW staged AS SELECT rowid - {start} + 1 AS _row, * FROM file_rows")


def first_place(cursor: duckdb.DuckDBPyConnection, table: str) -> int:
    """The first rowid: rows of an open transaction are numbered from a large number on."""
    found = cursor.execute(f"SELECT coalesce(min(rowid), 0) FROM {table}").fetchone()
    return int(found[0]) if found else 0

"""Delimited text: CSV and its relatives, whatever separates the fields and stands above the header."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import duckdb

from labelcore.errors import BadInput
from labelcore.models import RejectedRow
from labelcore.store.formats.base import (
    LARGEST_CELL,
    RAW,
    Format,
    Head,
    Staged,
    distinct,
    literal,
    number_rows,
    reads,
    table,
)

_LOOKED_AT, _SHOWN = 400, 50
_LONGEST_LOOK = 4_000_000
_NARROW = 2
csv.field_size_limit(LARGEST_CELL * 2)


class Layout(NamedTuple):
    """How the table stands in the file: separator, lines above the header, the header, the first rows."""

    delimiter: str
    above: int
    names: tuple[str, ...]
    rows: list[list[str]]


def layout(path: Path) -> Layout:
    """Find the separator and the header by what the first rows have in common."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        start = file.read(_LONGEST_LOOK)
    told = re.match(r"sep=(.)\r?\n", start, re.IGNORECASE)
    skipped = 1 if told else 0
    lines = list(itertools.islice(io.StringIO(start, newline=""), skipped, _LOOKED_AT))
    found = [_read(lines, mark, skipped) for mark in (told[1] if told else ",;\t|")]
    return max(found, key=lambda seen: seen[0])[1]


def _read(lines: list[str], mark: str, skipped: int) -> tuple[tuple[float, int], Layout]:
    """How well a separator explains the beginning, and the layout with it."""
    reader = csv.reader(lines, delimiter=mark)
    rows: list[tuple[int, list[str]]] = []
    begins = skipped
    with contextlib.suppress(csv.Error):  # what was read so far tells enough; DuckDB reads the file
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((begins, row))
            begins = skipped + reader.line_num
    widths = Counter(len(row) for _, row in rows if len(row) > 1)
    width = max(widths, key=lambda known: (widths[known], known), default=1)
    first = next((at for at, (_, row) in enumerate(rows) if len(row) == width and not _is_title(row)), 0)
    above, header = rows[first] if rows else (skipped, [""])
    share = widths[width] / max(1, len(rows)) if width > 1 else 0.0
    body = [row for _, row in rows[first + 1 : first + 1 + _SHOWN]]
    return (round(share, 2), width), Layout(mark, above, distinct(header), body)


def _is_title(row: list[str]) -> bool:
    """Whether a line above the header was filled up with separators, as Excel does."""
    return len(row) > _NARROW and bool(row[0].strip()) and not any(cell.strip() for cell in row[1:])


def look(path: Path, _part: str = "") -> Head:
    """The header and the first rows."""
    seen = layout(path)
    records = tuple(dict(zip(seen.names, row, strict=False)) for row in seen.rows)
    return Head(path.name, seen.names, records)


def stage(cursor: duckdb.DuckDBPyConnection, path: Path, _part: str = "") -> Staged:
    """Read a delimited file into ``staged``; rows that do not fit the header are the broken ones.

    Raises:
        BadInput: no way to read the file as a table was found.
    """
    seen = layout(path)
    columns = table(seen.names)
    physical = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(1, len(seen.names) + 1))
    cursor.execute(f"CREATE TEMP TABLE file_rows ({columns})")
    try:
        cursor.execute(
            f"INSERT INTO file_rows SELECT * FROM read_csv(?, auto_detect=false, header=true, "
            f"skip={seen.above}, columns={{{physical}}}, delim={literal(seen.delimiter)}, quote='\"', "
            "escape='\"', null_padding=false, strict_mode=true, store_rejects=true, rejects_limit=0, "
            f"max_line_size={LARGEST_CELL * 2}, buffer_size={LARGEST_CELL * 4})",
            [str(path)],
        )
    except duckdb.Error as trouble:
        raise BadInput(
            f"{path.name} cannot be read as a table: {str(trouble).splitlines()[0][:200]}",
            next_step="Check its delimiter and quotes, or save it as JSON lines.",
        ) from trouble
    broken = cursor.execute(
        "SELECT line, any_value(column_name), any_value(error_message), any_value(csv_line) "
        "FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    number_rows(cursor, seen.above + 2, [int(line) for line, *_ in broken])
    notes = [f"The header was found in line {seen.above + 1}."] if seen.above else []
    return Staged(seen.names, [_broken(*row, names=seen.names) for row in broken], tuple(notes))


def _broken(line: int, column: str, message: str, raw: str, *, names: tuple[str, ...]) -> RejectedRow:
    place = int(column[1:]) if (column or "")[1:].isdigit() else 0
    field = names[place - 1] if 0 < place <= len(names) else ""
    return RejectedRow(row=int(line), field=field, reason=_plain_reason(message), raw=(raw or "")[:RAW])


def _plain_reason(message: str) -> str:
    text = message.lower()
    if "expected number of columns" in text:
        found = message.split("Expected Number of Columns:")[-1].split()
        wanted, given = found[0], message.rsplit("Found:", 1)[-1].split()[0]
        return f"the row has {given} fields, the header has {wanted}"
    if "unterminated" in text or "quote" in text:
        return "a quotation mark is not closed, so what follows cannot be told from it"
    if "maximum line size" in text:
        return "the row is too long"
    if "unicode" in text or "utf-8" in text:
        return "the row is not valid UTF-8"
    return message.splitlines()[0]


reads(Format("csv", "CSV", (".csv", ".tsv", ".txt", ".psv"), b"", stage, look))

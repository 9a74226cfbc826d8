"""Delimited text: CSV and its relatives, whatever separates the fields and stands above the header."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from labelcore.errors import BadInput
from labelcore.models import RejectedRow, fact
from labelcore.store.formats import headers
from labelcore.store.formats.base import (
    LARGEST_CELL,
    RAW,
    FileHead,
    Format,
    Staging,
    distinct,
    literal,
    number_rows,
    place_rows,
    reads,
    table,
)
from labelcore.store.shortages import tell_shortage
from labelcore.wording import Wording

_LOOKED_AT, _SHOWN = 400, 50
_LONGEST_LOOK = 4_000_000
_NARROW = 2
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")
_NAME = re.compile(r"[^\W\d]{1,40}([ _-][^\W\d]{1,40}){0,3}[?:]?")
"""What a column is called, as against a cell of its rows: some words without figures."""
csv.field_size_limit(LARGEST_CELL * 2)


class Layout(NamedTuple):
    """How the table stands in the file: separator, lines above the header, the header, the first rows.

    ``is_padded``: its rows leave out the last columns, which no row or few have.
    """

    delimiter: str
    above: int
    names: tuple[str, ...]
    rows: list[list[str]]
    is_padded: bool = False


def layout(path: Path) -> Layout:
    """Find the separator and the header by what the first rows have in common."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        start = file.read(_LONGEST_LOOK)
    hint = re.match(r"sep=(.)\r?\n", start, re.IGNORECASE)
    skipped = 1 if hint else 0
    lines = list(itertools.islice(io.StringIO(start, newline=""), skipped, _LOOKED_AT))
    layouts = [_read(lines, mark, skipped) for mark in (hint[1] if hint else ",;\t|")]
    return max(layouts, key=lambda pair: pair[0])[1]


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
    width = max(widths, key=lambda width_: (widths[width_], width_), default=1)
    first = next((at for at, (_, row) in enumerate(rows) if len(row) == width and not _is_title(row)), 0)
    wider = next((at for at in range(first) if _is_wider(rows[at][1], width, rows[first][1])), None)
    first = first if wider is None else wider
    first += headers.titles([row for _, row in rows[first : first + headers.LOOKED_AT]])
    above, header = rows[first] if rows else (skipped, [""])
    if names := headers.joined([row for _, row in rows[first : first + headers.LOOKED_AT]]):
        first, header = first + 1, names
        above = rows[first][0]
    share = widths[width] / max(1, len(rows)) if width > 1 else 0.0
    body = [row for _, row in rows[first + 1 : first + 1 + _SHOWN]]
    return (round(share, 2), width), Layout(mark, above, distinct(header), body, wider is not None)


def _is_wider(row: list[str], width: int, below: list[str]) -> bool:
    """Whether a row above the others names more columns than they fill, and is no title with separators."""
    is_whole = all(cell.strip() for cell in row) and len(set(row)) == len(row)
    if not is_whole or any(re.fullmatch(r"[\d.,]+", cell) for cell in row):
        return False
    is_text = any(cell[:1].isspace() or _YEAR.search(cell) for cell in row[1:])
    are_names = len(set(below)) == len(below) and all(map(_NAME.fullmatch, below))
    return len(row) > width > 1 and not (is_text and are_names)


def _is_title(row: list[str]) -> bool:
    """Whether a line above the header was filled up with separators, as Excel does."""
    return len(row) > _NARROW and bool(row[0].strip()) and not any(cell.strip() for cell in row[1:])


def look(path: Path, _part: str = "") -> FileHead:
    """The header and the first rows."""
    form = layout(path)
    records = tuple(dict(zip(form.names, row, strict=False)) for row in form.rows)
    return FileHead(path.name, form.names, records)


def stage(cursor: duckdb.DuckDBPyConnection, path: Path, _part: str = "") -> Staging:
    """Read a delimited file into ``staged``; rows that do not fit the header are the broken ones.

    Raises:
        BadInput: no way to read the file as a table was found.
    """
    form = layout(path)
    columns = table(form.names)
    physical = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(1, len(form.names) + 1))
    cursor.execute(f"CREATE TEMP TABLE file_rows ({columns})")
    try:
        cursor.execute(
            f"INSERT INTO file_rows SELECT * FROM read_csv(?, auto_detect=false, header=true, "
            f"skip={form.above}, columns={{{physical}}}, delim={literal(form.delimiter)}, quote='\"', "
            f"escape='\"', null_padding={form.is_padded}, parallel={not form.is_padded}, "
            "strict_mode=true, store_rejects=true, rejects_limit=0, "
            f"max_line_size={LARGEST_CELL * 2}, buffer_size={LARGEST_CELL * 4})",
            [str(path)],
        )
    except duckdb.Error as trouble:
        tell_shortage(trouble)
        raise BadInput(
            "{name} cannot be read as a table: {trouble}",
            next_step="Check its delimiter and quotes, or save it as JSON lines.",
            name=path.name,
            trouble=str(trouble).splitlines()[0][:200],
        ) from trouble
    broken = cursor.execute(
        "SELECT any_value(line), line_byte_position, any_value(column_name), any_value(error_message), "
        "any_value(csv_line) FROM reject_errors GROUP BY line_byte_position ORDER BY line_byte_position"
    ).fetchall()
    lines = _numbered(cursor, path, form, [(line, byte) for line, byte, *_ in broken])
    notes = [fact("header_in_line", line=form.above + 1)] if form.above else []
    rejected = [
        _broken(line, *row, names=form.names) for line, (_, _, *row) in zip(lines, broken, strict=True)
    ]
    return Staging(form.names, rejected, tuple(notes))


def _numbered(
    cursor: duckdb.DuckDBPyConnection, path: Path, form: Layout, broken: list[tuple[int, int]]
) -> list[int]:
    """Make ``staged`` of the rows with the lines where they begin. Returns those of the broken ones.

    ``broken``: the line, were all rows of one, and the byte from 1 before which nothing of the row stands.
    """
    (rows,) = cursor.execute("SELECT count(*) FROM file_rows").fetchone() or (0,)
    records = rows + len(broken) + 1
    begins = None if _count_lines(path) == form.above + records else _begins(path, form, records)
    if begins is None:
        number_rows(cursor, form.above + 2, [line for line, _ in broken])
        return [line for line, _ in broken]
    lines, starts = begins
    apart = {bisect_left(starts, byte - 1) for _, byte in broken}
    place_rows(cursor, [line for at, line in enumerate(lines) if at and at not in apart])
    return [lines[at] for at in sorted(apart)]


def _count_lines(path: Path) -> int:
    count, block = 0, b"\n"
    with path.open("rb") as file:
        while more := file.read(1 << 20):
            count, block = count + more.count(b"\n"), more
    return count + (block[-1:] != b"\n")


def _begins(path: Path, form: Layout, records: int) -> tuple[array[int], array[int]] | None:
    """The lines and the bytes at which so many records begin; None where that is not to be told.

    Where quotation marks do not stand in pairs, the slower reader of the standard library tells.
    """
    for way in (_by_pairs, _by_reader):
        lines, starts = array("q"), array("q")
        for line, start in way(path, form):
            lines.append(line)
            starts.append(start)
        if len(lines) == records:
            return lines, starts
    return None


def _lines(path: Path, above: int) -> Iterator[tuple[int, int, bytes]]:
    start = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number > above:
                yield number, start, line
            start += len(line)


def _is_record(line: bytes, form: Layout) -> bool:
    """Whether something stands in a line; in a table of one column a blank line is a row."""
    return len(form.names) == 1 or bool(line.strip(b"\r\n"))


def _by_pairs(path: Path, form: Layout) -> Iterator[tuple[int, int]]:
    is_open = False
    for number, start, line in _lines(path, form.above):
        if not is_open and _is_record(line, form):
            yield number, start
        is_open ^= line.count(b'"') % 2 == 1


def _by_reader(path: Path, form: Layout) -> Iterator[tuple[int, int]]:
    some: list[tuple[int, int, bytes]] = []

    def texts() -> Iterator[str]:
        for line in _lines(path, form.above):
            some.append(line)
            yield line[2].decode("utf-8", "replace")

    with contextlib.suppress(csv.Error):
        for _ in csv.reader(texts(), delimiter=form.delimiter):
            if _is_record(some[0][2], form):
                yield some[0][:2]
            some.clear()


def _broken(line: int, column: str, message: str, raw: str, *, names: tuple[str, ...]) -> RejectedRow:
    place = int(column[1:]) if (column or "")[1:].isdigit() else 0
    field = names[place - 1] if 0 < place <= len(names) else ""
    return RejectedRow(row=int(line), field=field, reason=_plain_reason(message), raw=(raw or "")[:RAW])


def _plain_reason(message: str) -> Wording:
    text = message.lower()
    if "expected number of columns" in text:
        tokens = message.split("Expected Number of Columns:")[-1].split()
        header, fields = tokens[0], message.rsplit("Found:", 1)[-1].split()[0]
        return Wording("the row has {given} fields, the header has {wanted}", given=fields, wanted=header)
    if "unterminated" in text or "quote" in text:
        return Wording("a quotation mark is not closed, so what follows cannot be told from it")
    if "maximum line size" in text:
        return Wording("the row is too long")
    if "unicode" in text or "utf-8" in text:
        return Wording("the row is not valid UTF-8")
    return Wording(message.splitlines()[0])


reads(Format("csv", "CSV", (".csv", ".tsv", ".txt", ".psv"), b"", stage, look))

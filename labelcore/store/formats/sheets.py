"""Workbooks: .xlsx, .xls, .xlsb and .ods, one sheet at a time."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import python_calamine

from labelcore.errors import BadInput
from labelcore.models import Fact, fact
from labelcore.store.formats import cell_marks, headers, opendocument_xml, workbook_xml
from labelcore.store.formats.base import FileHead, Format, Sheet, Staging, distinct, reads, table

_LOOKED_AT, _SHOWN, _STEP = 400, 50, 5_000
_ABOVE = 8
_MOST_CELLS, _LARGEST, _NAMED = 30_000_000, 1_000_000_000, 8
_FARTHEST = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


@lru_cache(maxsize=1)
def _sheets(path: Path, _changed: int) -> dict[str, list[list[Any]]]:
    """The cells of every sheet that holds some, read once."""
    try:
        _check_size(path)
        book = python_calamine.load_workbook(str(path))
        return {name: cells for name in _shown_first(book) if (cells := _read(book, name))}
    except BadInput:
        raise
    except BaseException as trouble:
        if isinstance(trouble, KeyboardInterrupt | SystemExit):
            raise
        raise BadInput(
            "{name} is not a workbook that can be read: {trouble}",
            next_step="If it has a password, save it without; or save the sheet as CSV.",
            name=path.name,
            trouble=str(trouble)[:200],
        ) from trouble


def _hidden(book: python_calamine.CalamineWorkbook) -> set[str]:
    visible = python_calamine.SheetVisibleEnum.Visible
    return {sheet.name for sheet in book.sheets_metadata if sheet.visible != visible}


def _shown_first(book: python_calamine.CalamineWorkbook) -> list[str]:
    """The names of the sheets, those that nobody sees behind the others."""
    return sorted(book.sheet_names, key=_hidden(book).__contains__)


def _read(book: python_calamine.CalamineWorkbook, name: str) -> list[list[Any]]:
    try:
        sheet = book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
    except Exception:  # noqa: BLE001 - a chart sheet holds no rows
        return []
    for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
        for row in rows[top + 1 : bottom + 1]:
            row[column : column + 1] = rows[top][column : column + 1]
    return rows


def _check_size(path: Path) -> None:
    """Refuse a workbook that would not fit into memory: a cell far off makes a sheet of all before it."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        sheets = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
        cells = 0 if size > _LARGEST else sum(_area(archive, name) for name in sheets)
    if size > _LARGEST or cells > _MOST_CELLS:
        raise BadInput(
            "{name} is too large for a workbook.", next_step="Save the sheet as CSV.", name=path.name
        )


def _area(archive: zipfile.ZipFile, name: str) -> int:
    """How many cells lie between the first and the farthest of a sheet."""
    width, height, rest = 0, 0, b""
    with archive.open(name) as sheet:
        while block := sheet.read(1 << 20):
            for letters, row in _FARTHEST.findall(rest + block):
                column = 0
                for letter in letters:
                    column = column * 26 + letter - 64
                width, height = max(width, column), max(height, int(row))
            rest = block[-20:]
    return width * height


def _rows(path: Path, part: str) -> list[list[Any]]:
    sheets = _sheets(path, path.stat().st_mtime_ns)
    if part and part not in sheets:
        raise BadInput(
            "{name} has no sheet '{part}'.",
            next_step="It has {sheets}.",
            name=path.name,
            part=part,
            sheets=list(sheets),
        )
    return sheets[part] if part else next(iter(sheets.values()), [])


def _cells(rows: list[list[Any]]) -> tuple[int, tuple[str, ...], list[list[Any]]]:
    """The place of the header from 0, its names, and the rows below it."""
    widths = [sum(cell != "" for cell in row) for row in rows[:_LOOKED_AT]]
    usual = Counter(width for width in widths if width > 1)
    least = max(usual, key=lambda width: (usual[width], width), default=1)
    header = next((at for at, width in enumerate(widths) if width >= least), 0)
    header += headers.titles(rows[header : header + headers.LOOKED_AT])
    last = max((len(row) for row in rows[header:][:1]), default=0)
    names = [_text(cell) or "" for cell in rows[header]] if rows else []
    for at in range(min(header, _ABOVE) + 1):
        if both := headers.joined(rows[at : at + headers.LOOKED_AT]):
            header, names, last = at + 1, both, len(both)
            break
    while names and not names[-1] and not any(row[last - 1] != "" for row in rows[header + 1 :]):
        names.pop()
        last -= 1
    return header, distinct(names), [row[:last] for row in rows[header + 1 :]]


@lru_cache(maxsize=1)
def _marks(path: Path, sheet: str, _changed: int) -> cell_marks.CellMarks:
    return cell_marks.marks(path, sheet)


def _table(path: Path, part: str) -> tuple[int, tuple[str, ...], list[list[Any]], list[Fact]]:
    """The place of the header, its names, the rows below it and what is odd of a sheet.

    What people put on the cells stands beside what is in them.
    """
    header, names, rows = _cells(_rows(path, part))
    changed = path.stat().st_mtime_ns
    marks = _marks(path, part or next(iter(_sheets(path, changed)), ""), changed)
    added = cell_marks.columns(marks, header + 1, names)
    if added:
        rows = [
            [*row, *[""] * (len(names) - len(row)), *(column.texts.get(at, "") for column in added)]
            for at, row in enumerate(rows, header + 2)
        ]
    hidden = [row for row in marks.hidden if header + 1 < row <= header + 1 + len(rows)]
    facts = [fact("hidden_rows", n=len(hidden), rows=_listed(hidden))] if hidden else []
    facts += [fact(f"cell_{column.kind}", column=column.name, n=len(column.texts)) for column in added]
    return header, distinct([*names, *(column.name for column in added)]), rows, facts


def _text(cell: Any) -> str | None:
    """A cell as a person sees it: whole numbers without a point, dates as ISO 8601."""
    if cell == "":
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, (date, datetime, time)) else str(cell)


def _without_value(path: Path, part: str, header: int, names: Sequence[str]) -> Iterator[Fact]:
    """The columns with formulas that were saved without their values, and with errors in their place."""
    sheet = part or next(iter(_sheets(path, path.stat().st_mtime_ns)), "")
    found_in = opendocument_xml if _is_opendocument(path) else workbook_xml
    for code, cells in zip(
        ("formulas_empty", "cells_in_error"), found_in.empty_cells(path, sheet), strict=True
    ):
        below = [(column, row) for column, row in cells if row > header + 1 and column <= len(names)]
        for column, found in itertools.groupby(sorted(below), key=lambda cell: cell[0]):
            rows = [row for _, row in found]
            yield fact(code, column=names[column - 1], n=len(rows), rows=_listed(rows))


def _all_empty(path: Path, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[Fact]:
    """The columns of an old workbook without any value: of formulas it does not tell whether there are."""
    if zipfile.is_zipfile(path) or not rows:
        return
    for place, name in enumerate(names):
        if not any(place < len(row) and row[place] != "" for row in rows):
            yield fact("column_empty", column=name)


def _is_opendocument(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "content.xml" in archive.namelist()


def _listed(rows: Sequence[int]) -> str:
    some = ", ".join(f"{row:,}" for row in rows[:_NAMED])
    return f"{some} …" if len(rows) > _NAMED else some


def parts(path: Path) -> list[Sheet]:
    """The sheets that hold rows."""
    sheets, hidden = [], _hidden(python_calamine.load_workbook(str(path)))
    for name, cells in _sheets(path, path.stat().st_mtime_ns).items():
        if len(cells) > 1:
            _, names, rows = _cells(cells)
            sheets.append(Sheet(name, len(rows), names, name in hidden))
    return sheets


def look(path: Path, part: str = "") -> FileHead:
    """The header and the first rows of a sheet."""
    _, names, rows, _ = _table(path, part)
    return FileHead(
        path.name, names, tuple(dict(zip(names, map(_text, row), strict=False)) for row in rows[:_SHOWN])
    )


def stage(cursor: duckdb.DuckDBPyConnection, path: Path, part: str = "") -> Staging:
    """Read a sheet into ``staged``; rows without any text are no rows."""
    header, names, rows, facts = _table(path, part)
    if not names:
        next_step = "Export it again, or choose another file."
        raise BadInput("{path} is empty.", next_step=next_step, path=path.name)
    lost = [*_without_value(path, part, header, names), *_all_empty(path, names, rows)]
    _sheets.cache_clear()
    _marks.cache_clear()
    cursor.execute(f"CREATE TEMP TABLE file_rows ({table(names)}, place BIGINT)")
    cells = ((at, row) for at, row in enumerate(rows, header + 2) if any(cell != "" for cell in row))
    while some := list(itertools.islice(cells, _STEP)):
        columns = [
            [_text(row[place]) if place < len(row) else None for _, row in some]
            for place in range(len(names))
        ]
        arrays = [pa.array(column, pa.string()) for column in columns]
        batch = pa.table(
            [*arrays, pa.array([at for at, _ in some])], [*(f"c{n}" for n in range(len(names))), "place"]
        )
        cursor.register("cells", batch)
        cursor.execute("INSERT INTO file_rows SELECT * FROM cells")
        cursor.unregister("cells")
    physical = ", ".join(f"c{place}" for place in range(1, len(names) + 1))
    cursor.execute(f"CREATE TEMP VIEW staged AS SELECT place AS _row, {physical} FROM file_rows")
    notes = [fact("header_in_line", line=header + 1)] if header else []
    return Staging(names, notes=(*notes, *facts, *lost))


for _name, _title, _ending, _start in (
    ("xlsx", "Excel", ".xlsx", b"PK\x03\x04"),
    ("xls", "Excel (old)", ".xls", b"\xd0\xcf\x11\xe0"),
    ("ods", "OpenDocument", ".ods", b"PK\x03\x04"),
):
    reads(Format(_name, _title, (_ending,), _start, stage, look, None, parts))

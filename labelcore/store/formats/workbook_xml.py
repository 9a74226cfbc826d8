"""What a reader of workbooks does not tell of .xlsx: cells that look empty and are not."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_LINK = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)>[^<]|<(?:\w+:)?is><")
_END = re.compile(rb"</(?:\w+:)?c>")
_BLOCK = 1 << 20
Cell = tuple[int, int]
"""Column and row, from 1."""


def empty_cells(path: Path, sheet: str) -> tuple[list[Cell], list[Cell]]:
    """The formulas of a sheet that were saved without their value, and the cells that hold an error."""
    formulas, errors = list[Cell](), list[Cell]()
    if not zipfile.is_zipfile(path):
        return formulas, errors
    with zipfile.ZipFile(path) as archive:
        if not (name := sheet_file(archive, sheet)):
            return formulas, errors
        for attributes, content in _cells(archive, name):
            if not (place := _PLACE.search(attributes)):
                continue
            if b't="e"' in attributes:
                errors.append((column_number(place[1]), int(place[2])))
            elif b't="str"' not in attributes and _FORMULA.search(content) and not _VALUE.search(content):
                formulas.append((column_number(place[1]), int(place[2])))
    return formulas, errors


def column_number(letters: bytes) -> int:
    """The number of a column by its letters, from 1."""
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found


def sheet_file(archive: zipfile.ZipFile, sheet: str) -> str:
    """The file in the archive that holds a sheet; "" where it is not to be told."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return ""
    for tag in _SHEET.findall(archive.read("xl/workbook.xml")):
        if html.unescape(_attribute(tag, rb"name")) == sheet:
            wanted = _attribute(tag, rb"(?:\w+:)id")
            for link in _LINK.findall(archive.read("xl/_rels/workbook.xml.rels")):
                if _attribute(link, rb"Id") == wanted:
                    target = _attribute(link, rb"Target")
                    found = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                    return found if found in names else ""
    return ""


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb'="([^"]*)"', tag)
    return found[1].decode("utf-8", "replace") if found else ""


def _cells(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[bytes, bytes]]:
    """The attributes and the content of cells, a block of the file at a time."""
    with archive.open(name) as file:
        rest = b""
        while block := file.read(_BLOCK):
            text = rest + block
            ends = text.rfind(b"</")
            last = max((end.end() for end in _END.finditer(text, max(0, ends - 200))), default=0)
            done, rest = (text[:last], text[last:]) if last else (b"", text)
            if _FORMULA.search(done) or b't="e"' in done:
                yield from ((found[1], found[2]) for found in _CELL.finditer(done))
        yield from ((found[1], found[2]) for found in _CELL.finditer(rest))

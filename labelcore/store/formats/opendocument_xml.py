"""What a reader of workbooks does not tell of .ods: formulas without their values, and errors in cells."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from labelcore.store.formats.workbook_xml import Cell

_ATTRIBUTES = rb'((?:[^>"]|"[^"]*")*?)'
_MARK = re.compile(
    rb"<table:(?P<sheet>table)\s" + _ATTRIBUTES + rb"/?>|<table:(?P<row>table-row)\b" + _ATTRIBUTES + rb"/?>|"
    rb"<table:(?P<cell>(?:covered-)?table-cell)\b"
    + _ATTRIBUTES
    + rb"(?:/>|>(.*?)</table:(?:covered-)?table-cell>)",
    re.DOTALL,
)
_NAME = re.compile(rb'\btable:name="([^"]*)"')
_REPEATED = re.compile(rb'\btable:number-(?:columns|rows)-repeated="([0-9]{1,8})"')
_VALUE = re.compile(rb"\boffice:(string-|date-|time-|boolean-)?value=")
_WORDS = re.compile(rb"<text:p\b[^>]*>\s*(?:<[^>]*>\s*)*([^<\s][^<]*)")
_ERRORS = (b"#", b"Err:")
_END = b"</table:table-row>"
_BLOCK = 1 << 20


def empty_cells(path: Path, sheet: str) -> tuple[list[Cell], list[Cell]]:
    """The formulas of a sheet that were saved without their value, and the cells that hold an error."""
    formulas, errors = list[Cell](), list[Cell]()
    for place, attributes, content in _cells(path, sheet):
        words = _WORDS.search(content)
        has_formula = b"table:formula=" in attributes
        is_error = has_formula and words is not None and words[1].startswith(_ERRORS)
        if is_error or b'calcext:value-type="error"' in attributes:
            errors.append(place)
        elif has_formula and not _VALUE.search(attributes) and words is None:
            formulas.append(place)
    return formulas, errors


def _cells(path: Path, sheet: str) -> Iterator[tuple[Cell, bytes, bytes]]:
    """The place, the attributes and the content of a sheet's cells."""
    inside, row, following, column = False, 0, 1, 1
    for text in _parts(path):
        for mark in _MARK.finditer(text):
            attributes = mark[2] or mark[4] or mark[6] or b""
            if mark["sheet"]:
                name = _NAME.search(attributes)
                inside = name is not None and html.unescape(name[1].decode("utf-8", "replace")) == sheet
                following = 1
            elif mark["row"]:
                row, column, following = following, 1, following + _repeated(attributes)
            elif inside:
                yield (column, row), attributes, mark[7] or b""
                column += _repeated(attributes)


def _parts(path: Path) -> Iterator[bytes]:
    """The document's content, some whole rows at a time."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as file:
        rest = b""
        while block := file.read(_BLOCK):
            text = rest + block
            last = text.rfind(_END) + len(_END)
            if last >= len(_END):
                yield text[:last]
                text = text[last:]
            rest = text
        yield rest


def _repeated(attributes: bytes) -> int:
    number = _REPEATED.search(attributes)
    return int(number[1]) if number else 1

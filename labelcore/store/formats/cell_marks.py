"""What people put on the cells of .xlsx, not into them: colours and comments; and rows that they hid."""

from __future__ import annotations

import colorsys
import html
import itertools
import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from labelcore.store.formats.workbook_xml import Cell, column_number, sheet_file

_TAG = re.compile(rb"<(?:\w+:)?(row|c)\s([^<>]*)>")
_ROW = re.compile(rb"<(?:\w+:)?(row)\s([^<>]*)>")
_PLACE = re.compile(rb'(?<![\w:])r="([A-Z]{0,3})([0-9]{1,7})"')
_STYLE = re.compile(rb'(?<![\w:])s="([0-9]{1,6})"')
_HIDDEN = re.compile(rb'(?<![\w:])hidden="(?:1|true)"')
_FILLS = re.compile(rb"<(?:\w+:)?fills[^>]*>(.*?)</(?:\w+:)?fills>", re.DOTALL)
_FILL = re.compile(rb"<(?:\w+:)?fill(?:\s[^>]*)?(?:/>|(?<!/)>(.*?)</(?:\w+:)?fill>)", re.DOTALL)
_SOLID = re.compile(rb'patternType="solid".*?<(?:\w+:)?fgColor\s([^>]*)>', re.DOTALL)
_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs[^>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(rb"<(?:\w+:)?xf(\s[^>]*|/)?>")
_FILL_ID = re.compile(rb"""(?<![\w:])fillId=["']([0-9]{1,6})["']""")
_THEME = re.compile(
    rb'<a:(lt1|dk1|lt2|dk2|accent[1-6])>.*?(?:lastClr|srgbClr val)="([0-9A-Fa-f]{6})"', re.DOTALL
)
_THEMES = ("lt1", "dk1", "lt2", "dk2", *(f"accent{number}" for number in range(1, 7)))
_COMMENT = re.compile(
    rb'<(?:\w+:)?comment\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7})".*?</(?:\w+:)?comment>', re.DOTALL
)
_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>(.*?)</(?:\w+:)?t>", re.DOTALL)
_THREAD = re.compile(r"^\[Threaded comment\].*?Comment:\s*", re.DOTALL)
_LINK = re.compile(rb'<(?=[^>]*Type="[^"]*/relationships/comments")[^>]*Target="([^"]*)"')
_HUES = ((20, "red"), (45, "orange"), (70, "yellow"), (170, "green"), (260, "blue"), (340, "purple"))
_PALETTE = {2: "ff0000", 3: "00ff00", 4: "0000ff", 5: "ffff00", 9: "", 10: "ff0000", 11: "00ff00"} | {
    12: "0000ff",
    13: "ffff00",
    16: "800000",
    17: "008000",
    42: "ccffcc",
    43: "ffff99",
    45: "ff99cc",
    47: "ffcc99",
    50: "339966",
    52: "ff9900",
    53: "ff6600",
}
"""The colours of old workbooks that people mark cells with."""
_GREY, _BLOCK = 0.12, 1 << 20


class CellMarks(NamedTuple):
    """The colours and the comments of a sheet's cells, by column and row from 1, and the hidden rows."""

    colours: dict[Cell, str]
    comments: dict[Cell, str]
    hidden: list[int]


def marks(path: Path, sheet: str) -> CellMarks:
    """What is on the cells of a sheet; nothing where the file is no .xlsx."""
    if not zipfile.is_zipfile(path):
        return CellMarks({}, {}, [])
    with zipfile.ZipFile(path) as archive:
        if not (name := sheet_file(archive, sheet)):
            return CellMarks({}, {}, [])
        colours, hidden = _look(archive, name, _styles(archive))
        return CellMarks(colours, dict(_comments(archive, name)), hidden)


class MarksColumn(NamedTuple):
    """Marks as a column of the table: its name, its texts by row, and ``kind``, colours or comments."""

    name: str
    texts: dict[int, str]
    kind: str


def columns(found: CellMarks, header: int, names: Sequence[str]) -> list[MarksColumn]:
    """The marks below a header in row ``header`` as columns of the table.

    Colours that several columns share are one column; those of a table that is striped say nothing.
    """
    added: list[MarksColumn] = []
    colours = _by_column(found.colours, header)
    for column, (place, told) in enumerate(sorted(colours.items())):
        is_first = all(told != colours[other] for other in sorted(colours)[:column])
        if place <= len(names) and is_first and not _are_stripes(told):
            is_shared = list(colours.values()).count(told) > 1
            name = "colour" if is_shared else f"{names[place - 1]} colour"
            added.append(MarksColumn(name, told, "colours"))
    for place, texts in sorted(_by_column(found.comments, header).items()):
        if place <= len(names):
            added.append(MarksColumn(f"{names[place - 1]} comment", texts, "comments"))
    return added


def _by_column(found: dict[Cell, str], header: int) -> dict[int, dict[int, str]]:
    """What is on the cells below a header, by column and row."""
    by_column: dict[int, dict[int, str]] = {}
    for (column, row), told in found.items():
        if row > header:
            by_column.setdefault(column, {})[row] = told
    return by_column


def _are_stripes(colours: dict[int, str]) -> bool:
    """Whether every row, or every other one, has the same colour."""
    rows = sorted(colours)
    steps = {after - before for before, after in itertools.pairwise(rows)}
    return len({*colours.values()}) == 1 and (steps == {2} or (steps == {1} and len(rows) > 1))


def _look(archive: zipfile.ZipFile, name: str, styles: dict[bytes, str]) -> tuple[dict[Cell, str], list[int]]:
    colours, hidden = dict[Cell, str](), list[int]()
    for kind, attributes in _tags(archive, name, _TAG if styles else _ROW):
        if not (place := _PLACE.search(attributes)):
            continue
        if kind == b"row":
            hidden += [int(place[2])] if _HIDDEN.search(attributes) else []
        elif (style := _STYLE.search(attributes)) and (colour := styles.get(style[1])):
            colours[column_number(place[1]), int(place[2])] = colour
    return colours, hidden


def _tags(archive: zipfile.ZipFile, name: str, wanted: re.Pattern[bytes]) -> Iterator[tuple[bytes, bytes]]:
    rest = b""
    with archive.open(name) as file:
        while block := file.read(_BLOCK):
            text = rest + block
            end = text.rfind(b"<") if text.rfind(b"<") > text.rfind(b">") else len(text)
            rest = text[end:]
            yield from ((found[1], found[2]) for found in wanted.finditer(text[:end]))


def _styles(archive: zipfile.ZipFile) -> dict[bytes, str]:
    """The colour by which each style fills a cell, of those that do."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    text, theme = archive.read("xl/styles.xml"), _theme(archive)
    filled, formats = _FILLS.search(text), _FORMATS.search(text)
    fills = [
        _colour(solid[1], theme) if (solid := _SOLID.search(fill)) else ""
        for fill in (_FILL.findall(filled[1]) if filled else ())
    ]
    ids = [_FILL_ID.search(style) for style in (_FORMAT.findall(formats[1]) if formats else ())]
    numbers = enumerate(int(found[1]) if found else 0 for found in ids)
    return {b"%d" % style: fills[fill] for style, fill in numbers if fill < len(fills) and fills[fill]}


def _theme(archive: zipfile.ZipFile) -> dict[str, str]:
    name = "xl/theme/theme1.xml"
    found = _THEME.findall(archive.read(name)) if name in archive.namelist() else []
    return {part.decode(): colour.decode() for part, colour in found}


def _colour(attributes: bytes, theme: dict[str, str]) -> str:
    """What people call a colour; "" for white, black and greys."""
    found = dict(re.findall(rb'(\w+)="([^"]*)"', attributes))
    number = int(found.get(b"theme", b"0")) if found.get(b"theme", b"0").isdigit() else 0
    themed = theme.get(_THEMES[number], "") if b"theme" in found and number < len(_THEMES) else ""
    indexed = found.get(b"indexed", b"")
    code = (
        found.get(b"rgb", b"").decode()[-6:]
        or themed
        or _PALETTE.get(int(indexed) if indexed.isdigit() else 0, "")
    )
    if not re.fullmatch("[0-9A-Fa-f]{6}", code):
        return ""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if saturation < _GREY or value < _GREY:
        return ""
    return next((name for limit, name in _HUES if hue * 360 < limit), "red")


def _comments(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[Cell, str]]:
    folder, file = name.rsplit("/", 1)
    links = f"{folder}/_rels/{file}.rels"
    if links not in archive.namelist() or not (link := _LINK.search(archive.read(links))):
        return
    target = link[1].decode("utf-8", "replace")
    place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
    if place not in archive.namelist():
        return
    for found in _COMMENT.finditer(archive.read(place)):
        text = "".join(html.unescape(part.decode("utf-8", "replace")) for part in _TEXT.findall(found[0]))
        if told := _THREAD.sub("", text).strip():
            yield (column_number(found[1]), int(found[2])), told

"""A file as a tool's format sees it, from values that stand in a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labelcore.models import RejectedRow
from labelcore.store.formats import every_tool
from labelcore.store.formats.base import FileHead, FormatRow, Source
from labelcore.store.formats.documents import items
from labelcore.store.formats.fields import at


def document(value: Any) -> Source:
    """One JSON document: a list of records, or an object that holds some."""

    def records(path: str = "") -> Iterator[tuple[int, Any]]:
        found = list(items(value, path)) if "[]" in path else at(value, path)
        yield from enumerate(found if isinstance(found, list) else [found], 1)

    firsts = [
        record for record in (value if isinstance(value, list) else [value]) if isinstance(record, Mapping)
    ]
    head = FileHead("file", tuple(firsts[0]) if firsts else (), tuple(firsts[:5]), value)
    return Source(head, records, lambda path: at(value, path))


def lines(records: list[Any]) -> Source:
    """JSON lines, or a table whose records are its rows."""

    def walk(path: str = "") -> Iterator[tuple[int, Any]]:
        assert path == "", "lines have no inside"
        yield from enumerate(records, 1)

    firsts = [record for record in records if isinstance(record, Mapping)]
    return Source(
        FileHead("file", tuple(firsts[0]) if firsts else (), tuple(firsts[:5])), walk, lambda path: None
    )


def read(tool: str, source: Source, *, whole: bool = True) -> list[FormatRow]:
    """The rows that a tool gives; it must know the file as the tool's, better than any other does.

    ``whole``: no record is kept apart.
    """
    tools = every_tool()
    sure = {name: found.recognise(source.head) for name, found in tools.items()}
    assert max(sure, key=lambda name: sure[name]) == tool and sure[tool] >= 0.5, sure
    rows = list(tools[tool].rows(source))
    assert not whole or all(isinstance(row, FormatRow) for row in rows), rows
    return [row for row in rows if isinstance(row, FormatRow)]


def apart(tool: str, source: Source) -> list[RejectedRow]:
    """The records that a tool keeps apart."""
    rows = every_tool()[tool].rows(source)
    return [row for row in rows if isinstance(row, RejectedRow)]


def said(row: FormatRow) -> list[tuple[str, ...]]:
    """What was said of a row: kind, name, value, meaning, who."""
    return [(found.kind, found.name, found.value, found.meaning or "", found.who) for found in row.remarks]


def contents(row: FormatRow) -> list[tuple[str, str]]:
    """Who spoke and what, before the output."""
    return [(turn["role"], turn["content"]) for turn in row.conversation]

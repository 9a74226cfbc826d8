"""What a format is, how a file of it is known, and its way into the temporary tables.

A *container* (CSV, JSON lines, a workbook …) turns a file into the table ``staged``: a number for each row,
every column as text. A *tool's format* stands in a container: it reads the container's records and gives
`FormatRow`s, whose fields are known. Every format is a function under `reads` or `tool`, in a separate file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb
import pyarrow as pa

from labelcore.errors import BadInput
from labelcore.models import Fact, RejectedRow

LARGEST_CELL = 16_000_000
RAW = 2_000
Record = Mapping[str, Any]


class FileHead(NamedTuple):
    """The beginning of a file, enough to tell its format.

    ``columns``: the columns of a table, or the keys of the first objects. ``records``: the first rows as
    objects (JSON texts in the cells of a table are not parsed). ``document``: of a single JSON document a
    sketch, with the first items of each list; None where the file is no single document.
    """

    name: str
    columns: tuple[str, ...]
    records: tuple[Record, ...]
    document: Any = None


class Remark(NamedTuple):
    """What a file's tool, its judges, its annotators or a product's users said of one output.

    ``name``: the metric, scorer or criterion, "" for the output as a whole. ``value`` as the tool wrote it;
    ``meaning`` where the tool itself defines it, None where a person has to say it. ``who``: the
    annotator of a grade. ``at``: ISO 8601, or "". ``score``: a number that stands beside the value; it is
    kept in the output's details. ``threshold``: the score from which on the tool passes.
    """

    kind: Literal["grade", "verdict", "feedback"]
    name: str
    value: str
    meaning: Literal["pass", "fail", "unsure"] | None = None
    who: str = ""
    reason: str = ""
    at: str = ""
    score: str = ""
    threshold: str = ""


@dataclass(frozen=True)
class FormatRow:
    """One output as a tool's format knows it. ``number``: the record's place in the file, from 1.

    Of a file of judgements alone the outputs are empty; the ids say which ones are meant.

    ``conversation``: turns as `labelcore.text.chats.turns` gives them, what came before the output.
    """

    number: int
    output: str
    input: str = ""
    context: str = ""
    conversation: Sequence[Mapping[str, Any]] = ()
    id: str = ""
    group: str = ""
    model: str = ""
    prompt_version: str = ""
    at: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    remarks: Sequence[Remark] = ()


class Source(NamedTuple):
    """A file whose container is known, for a tool's format: ``records()`` walks through it in bounded memory.

    Of a table a record is a row (column -> text or parsed JSON), of JSON lines an object with its line, of a
    document an item of the list at ``records("results.results")`` ("" is the document itself or its list), or
    of lists in lists at ``records("batches[].spans[]")``.
    ``part("eval")``: a small part of a document, None where there is none.
    """

    head: FileHead
    records: Callable[..., Iterator[tuple[int, Record]]]
    part: Callable[[str], Any]


@dataclass(frozen=True)
class Staging:
    """What a container put into ``staged``: column ``c1`` is called ``names[0]`` in the file, and so on.

    ``notes``: what a person should know of how the file was read.
    """

    names: tuple[str, ...]
    broken: list[RejectedRow] = field(default_factory=list)
    notes: tuple[Fact, ...] = ()


class Sheet(NamedTuple):
    """One of several tables of a file: a sheet, or a list within a document, by the name to choose it by."""

    name: str
    rows: int
    columns: tuple[str, ...]
    hidden: bool = False


Stage = Callable[[duckdb.DuckDBPyConnection, Path, str], Staging]
Look = Callable[[Path, str], FileHead]
Walk = Callable[[Path, str], Iterator[tuple[int, Record]]]
Rows = Callable[[Source], Iterator[FormatRow | RejectedRow]]
Recognise = Callable[[FileHead], float]


class Format(NamedTuple):
    """A container by its name in reports: how files of it begin, and how they are read.

    ``start``: the bytes that every file of a binary format begins with; none where it is text, which is read
    as UTF-8 whatever the file's encoding was. ``stage`` reads a file, or one part of it, into ``staged``;
    ``look`` reads its beginning; ``walk`` goes through its records where they are objects and no rows.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    start: bytes
    stage: Stage
    look: Look
    walk: Walk | None = None
    parts: Callable[[Path], list[Sheet]] | None = None


class Tool(NamedTuple):
    """A tool's format: ``recognise`` is sure at 1 and knows nothing at 0; from 0.5 on it is taken unasked.

    ``get``: how to get the file out of the tool; ``brings``: what comes along. Both are read by people.
    ``alone``: its files say of outputs that came in before, by their ids, and bring none.
    """

    name: str
    title: str
    get: str
    brings: str
    recognise: Recognise
    rows: Rows
    alone: bool = False


_formats: dict[str, Format] = {}
_tools: dict[str, Tool] = {}


def reads(form: Format) -> Format:
    """Make a container known."""
    _formats[form.name] = form
    return form


def tool(
    name: str, title: str, *, get: str, brings: str, recognise: Recognise, alone: bool = False
) -> Callable[[Rows], Rows]:
    """Mark the function that gives the rows of a tool's format."""

    def mark(rows: Rows) -> Rows:
        _tools[name] = Tool(name, title, get, brings, recognise, rows, alone)
        return rows

    return mark


def registered() -> dict[str, Format]:
    """The containers that were marked so far, by name."""
    return _formats


def registered_tools() -> dict[str, Tool]:
    """The tools' formats that were marked so far, by name."""
    return _tools


def quoted(name: str) -> str:
    """A column's name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


MOST_COLUMNS = 2_000


def table(names: Sequence[str]) -> str:
    """The columns of ``staged`` after ``_row``, for CREATE TABLE.

    Raises:
        BadInput: there are more than anybody could map.
    """
    if len(names) > MOST_COLUMNS:
        raise BadInput(
            "The file has {n:,} columns; at most {most_columns:,} can be read.",
            next_step="Leave out the columns that say nothing about an output.",
            n=len(names),
            most_columns=MOST_COLUMNS,
        )
    return ", ".join(f"c{place} VARCHAR" for place in range(1, len(names) + 1))


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Column names told apart where two are the same, and named where they are empty."""
    counts: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        column = stem = str(name or "").strip() or f"column {place}"
        while column in counts:
            counts[stem] = counts.get(stem, 1) + 1
            column = f"{stem}_{counts[stem]}"
        counts[column] = 1
    return tuple(counts)


def number_rows(
    cursor: duckdb.DuckDBPyConnection, first: int = 1, broken: Sequence[int] = (), table: str = "file_rows"
) -> None:
    """``staged`` is the rows of a table with their numbers in the file, past the ones that are broken.

    A table keeps the file's order, so a row's place is its number; a window function would read
    everything on one core. ``broken`` are the numbers of rows of the file that the table lacks, ascending.
    """
    start = first_place(cursor, table)
    number = f"rowid - {start} + {first}"
    if not broken:
        cursor.execute(f"CREATE TEMP VIEW staged AS SELECT {number} AS _row, * FROM {table}")
        return
    cursor.execute(  # the n-th broken row shifts all rows from its place on by one
        "CREATE TEMP TABLE shift AS SELECT line - place AS line, max(place) + 1 AS rows "
        "FROM (SELECT unnest(?::BIGINT[]) AS line, unnest(range(?)) AS place) GROUP BY 1",
        [list(broken), len(broken)],
    )
    cursor.execute(
        f"CREATE TEMP VIEW staged AS SELECT number + coalesce(rows, 0) AS _row, rest.* EXCLUDE (number) FROM "
        f"(SELECT {number} AS number, * FROM {table}) rest ASOF LEFT JOIN shift ON number >= shift.line"
    )


def first_place(cursor: duckdb.DuckDBPyConnection, table: str) -> int:
    """The first rowid: rows of an open transaction are numbered from a large number on."""
    place = cursor.execute(f"SELECT coalesce(min(rowid), 0) FROM {table}").fetchone()
    return int(place[0]) if place else 0


def place_rows(cursor: duckdb.DuckDBPyConnection, lines: Sequence[int]) -> None:
    """``staged`` is the rows of ``file_rows``, each with the line of the file where it begins."""
    start = first_place(cursor, "file_rows")
    places = pa.table({"place": pa.array(range(start, start + len(lines))), "_row": pa.array(lines)})
    cursor.execute("CREATE TEMP TABLE begins (place BIGINT, _row BIGINT)")
    cursor.from_arrow(places).insert_into("begins")
    cursor.execute(
        "CREATE TEMP VIEW staged AS SELECT _row, file_rows.* FROM file_rows "
        "JOIN begins ON file_rows.rowid = begins.place"
    )

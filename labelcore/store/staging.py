"""Bulk import in SQL: staged rows are checked and become outputs, grades, verdicts and feedback.

Everything happens on one cursor in one transaction, so a kill leaves nothing half done. Memory is
bounded: rows of a table never pass through Python, those of tools and of odd chats in small steps.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from labelcore.errors import BadInput
from labelcore.models import RejectedRow
from labelcore.store.formats.base import FormatRow, Remark, Staging, literal
from labelcore.store.formats.lines import plain_json, pointer
from labelcore.text import chats
from labelcore.text.reading import BLANKS

FIELDS = (
    "output",
    "input",
    "context",
    "conversation",
    "id",
    "group",
    "model",
    "prompt_version",
    "at",
    "details",
)
"""The columns of a file that a tool's format reads."""
_MOST_STEPS = 100
_STEP, _PAGE, _SHAPES = 2_000, 20_000, 200
_REMARK = "_row BIGINT, " + ", ".join(
    f"{name} VARCHAR" for name in ("kind", "name", "who", "value", "meaning", "reason", "said_at")
)
_SCORE = "_row BIGINT, kind VARCHAR, name VARCHAR, value VARCHAR, score VARCHAR, threshold VARCHAR"
_TEMPORARY = (
    "file_rows shift begins left_out lines scores unwrapped ready fresh first_of near sources remarks meant "
    "asked odd replies spread told rewritten reject_errors reject_scans"
)


def begin(cursor: duckdb.DuckDBPyConnection) -> None:
    """An empty table of remarks, which formats and mappings fill."""
    cursor.execute(f"CREATE TEMP TABLE remarks ({_REMARK})")


def stage_rows(cursor: duckdb.DuckDBPyConnection, rows: Iterable[FormatRow | RejectedRow]) -> Staging:
    """The rows of a tool's format into ``staged`` and ``remarks``, in steps."""
    columns = ", ".join(f"c{place} VARCHAR" for place in range(1, len(FIELDS) + 1))
    cursor.execute(f"CREATE TEMP TABLE told (_row BIGINT, {columns})")
    cursor.execute(f"CREATE TEMP TABLE scores ({_SCORE})")
    broken: list[RejectedRow] = []
    for part in _steps(rows):
        broken += [row for row in part if isinstance(row, RejectedRow)]
        good = [row for row in part if isinstance(row, FormatRow)]
        insert(cursor, "told", [_cells(row) for row in good])
        remarks = [(row.number, remark) for row in good for remark in row.remarks]
        insert(cursor, "remarks", [_remark(*told) for told in remarks])
        insert(cursor, "scores", [_score(*told) for told in remarks if told[1].score])
    replace(cursor, "told")
    return Staging(FIELDS, broken)


def replace(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    """Let another table be ``staged``."""
    _drop(cursor, "staged")
    cursor.execute(f"ALTER TABLE {table} RENAME TO staged")


def leave_out(cursor: duckdb.DuckDBPyConnection, rows: Sequence[int]) -> None:
    """Take rows out of ``staged``, by their numbers; the others keep theirs."""
    cursor.execute(f"ALTER {_kind(cursor, 'staged')} temp.staged RENAME TO read_rows")
    cursor.execute("CREATE TEMP TABLE left_out AS SELECT unnest(?::BIGINT[]) AS _row", [list(rows)])
    cursor.execute("CREATE TEMP VIEW staged AS SELECT * FROM read_rows ANTI JOIN left_out USING (_row)")


def _kind(cursor: duckdb.DuckDBPyConnection, name: str) -> str:
    """Whether a temporary relation is a VIEW or a TABLE; "" where there is none."""
    found = cursor.execute(
        "SELECT table_type FROM information_schema.tables WHERE table_name = ?", [name]
    ).fetchone()
    return ("VIEW" if found[0] == "VIEW" else "TABLE") if found else ""


def _drop(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    if kind := _kind(cursor, name):
        cursor.execute(f"DROP {kind} temp.{name}")


def _steps(rows: Iterable[Any], size: int = _STEP) -> Iterator[list[Any]]:
    rest = iter(rows)
    while part := list(itertools.islice(rest, size)):
        yield part


def insert(cursor: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Append rows to a temporary table.

    A registered table would be held until the transaction ends, and with it the whole file.
    """
    if not rows:
        return
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    arrived = pa.table(columns, [str(place) for place in range(len(columns))])
    cursor.from_arrow(arrived).insert_into(table)


def _cells(row: FormatRow) -> tuple[Any, ...]:
    chat = plain_json(list(row.conversation)) if row.conversation else ""
    texts = (
        row.output,
        row.input,
        row.context,
        chat,
        row.id,
        row.group,
        row.model,
        row.prompt_version,
        row.at,
    )
    return (row.number, *map(clean, texts), plain_json(dict(row.details)))


def _remark(number: int, remark: Remark) -> tuple[Any, ...]:
    texts = (remark.name, remark.who, remark.value, remark.meaning, remark.reason, remark.at)
    return (number, remark.kind, *(None if text is None else clean(text) for text in texts))


def _score(number: int, remark: Remark) -> tuple[Any, ...]:
    texts = (remark.kind, remark.name, remark.value, remark.score, remark.threshold)
    return (number, *map(clean, texts))


def clean(text: Any) -> str:
    """Text that the database takes: lone surrogates and NUL become visible."""
    return str(text).encode("utf-8", "replace").decode().replace("\0", "␀")


def expression(staged: Staging, name: str) -> str:
    """SQL for a column, or for a path into the JSON of one ("response.body.choices[0].text").

    Raises:
        BadInput: there is no such column, or a path has too many steps.
    """
    if name in staged.names:
        return f"c{staged.names.index(name) + 1}"
    if around := _around(staged, name):
        place = staged.names.index(around[0]) + 1
        steps = [step for step in re.split(r"[.\[\]]+", name.removeprefix(around[0])) if step]
        if len(steps) > _MOST_STEPS:
            raise BadInput(
                "The path '{column}' has more than {most} steps.",
                next_step="Name a column, or a path into one as its preview shows it.",
                column=f"{name[:60]}…",
                most=_MOST_STEPS,
            )
        value = f"json_extract_string(c{place}, {literal(pointer(steps))})"
        return f"CASE WHEN json_valid(c{place}) THEN {value} END"
    raise BadInput(
        "There is no column '{name}'.",
        next_step="The columns are: {names}.",
        name=name,
        names=list(staged.names),
    )


def written(staged: Staging, name: str) -> str:
    """SQL for what stands in a column of notes, '' for what forms write into a cell that was left empty."""
    cell = expression(staged, name)
    return f"CASE WHEN trim({cell}) IN ('(空)', '(跳过)') THEN '' ELSE coalesce({cell}, '') END"


def opening(cell: str) -> str:
    """SQL for the first sign of a text, blanks before it left out."""
    blanks = " || ".join(f"chr({ord(sign)})" for sign in BLANKS)
    return f"left(ltrim(left({cell}, 200), {blanks}), 1)"


def begins_as_json(cell: str) -> str:
    """SQL for whether a text begins as an object or a list does; the text behind that is not looked at."""
    blanks = "".join(f"\\x{{{ord(sign):x}}}" for sign in BLANKS)
    return f"regexp_matches({cell}, '^[{blanks}]{{0,199}}[{{\\[]')"


def is_place(cursor: duckdb.DuckDBPyConnection, staged: Staging, name: str) -> bool:
    """Whether a name means a column, or a path that some row holds; else it may be a person's."""
    if name in staged.names:
        return True
    if not _around(staged, name):
        return False
    query = f"SELECT 1 FROM staged WHERE {expression(staged, name)} IS NOT NULL LIMIT 1"
    return cursor.execute(query).fetchone() is not None


def is_everywhere(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str, path: str) -> bool:
    """Whether every row that has something in a column has a text at the path into it."""
    whole, inside = expression(staged, column), expression(staged, path)
    lacking = f"SELECT 1 FROM staged WHERE trim(coalesce({whole}, '')) <> '' AND {inside} IS NULL LIMIT 1"
    return cursor.execute(lacking).fetchone() is None


def column_of(staged: Staging, name: str) -> str:
    """The column that a name or a path into one means."""
    return name if name in staged.names else _around(staged, name)[0]


def _around(staged: Staging, path: str) -> list[str]:
    """The columns that a path may lead into, the longest name first."""
    fitting = [column for column in staged.names if path.startswith((f"{column}.", f"{column}["))]
    return sorted(fitting, key=len, reverse=True)


def first_rows(cursor: duckdb.DuckDBPyConnection, staged: Staging, limit: int) -> list[dict[str, Any]]:
    """The first staged rows as dictionaries."""
    columns = ", ".join(f"c{place}" for place in range(1, len(staged.names) + 1))
    rows = cursor.execute(f"SELECT {columns} FROM staged ORDER BY _row LIMIT {limit}").fetchall()
    return [dict(zip(staged.names, row, strict=True)) for row in rows]


def with_json(cursor: duckdb.DuckDBPyConnection, staged: Staging) -> list[str]:
    """The columns of which a cell begins like JSON, by one look: a query costs more in a wide table."""
    texts = (expression(staged, name) for name in staged.names)
    columns = ", ".join(f"bool_or({begins_as_json(text)})" for text in texts)
    begins = cursor.execute(f"SELECT {columns} FROM staged").fetchone() or ()
    return list(itertools.compress(staged.names, begins))


def shapes(cursor: duckdb.DuckDBPyConnection, staged: Staging, name: str) -> list[str]:
    """Of every structure that the JSON of a column has, the first cell, at most _SHAPES in their order."""
    text = expression(staged, name)
    is_json = f"{begins_as_json(text)} AND json_valid({text})"
    rows = cursor.execute(
        f"SELECT arg_min(cell, _row) FROM (SELECT _row, {text} AS cell, json_structure({text}) AS structure "
        f"FROM staged WHERE {is_json}) GROUP BY structure ORDER BY min(_row) LIMIT {_SHAPES}"
    )
    return [cell for (cell,) in rows.fetchall()]


def count_rows(cursor: duckdb.DuckDBPyConnection) -> int:
    """How many rows are staged."""
    count = cursor.execute("SELECT count(*) FROM staged").fetchone()
    return int(count[0]) if count else 0


def records(cursor: duckdb.DuckDBPyConnection, staged: Staging) -> Iterator[tuple[int, dict[str, Any]]]:
    """The staged rows with their numbers, cells that hold JSON parsed; for a tool's format in a table."""
    columns = ", ".join(f"c{place}" for place in range(1, len(staged.names) + 1))
    for rows in pages(cursor, f"SELECT _row, {columns} FROM staged"):
        for number, *cells in rows:
            yield number, dict(zip(staged.names, map(parsed, cells), strict=True))


def pages(cursor: duckdb.DuckDBPyConnection, query: str) -> Iterator[list[Any]]:
    """The rows of a query over ``staged``, some at a time and in order; between them the cursor is free."""
    first, last = cursor.execute("SELECT min(_row), max(_row) FROM staged").fetchone() or (None, None)
    for start in range(first, last + 1, _PAGE) if first is not None else ():
        condition = f"_row BETWEEN {start} AND {start + _PAGE - 1}"
        yield cursor.execute(f"SELECT * FROM ({query}) WHERE {condition} ORDER BY _row").fetchall()


def rewrite(
    cursor: duckdb.DuckDBPyConnection, staged: Staging, changes: Mapping[str, Callable[[str], str]]
) -> None:
    """Let functions change the texts of some columns, row by row; the others stay as they are."""
    columns = ", ".join(f"c{place}" for place in range(1, len(staged.names) + 1))
    ways = [None, *(changes.get(name) for name in staged.names)]
    cursor.execute(f"CREATE TEMP TABLE rewritten AS SELECT _row, {columns} FROM staged LIMIT 0")
    for rows in pages(cursor, f"SELECT _row, {columns} FROM staged"):
        for part in _steps(rows):
            insert(
                cursor,
                "rewritten",
                [
                    [way(cell) if way and cell else cell for way, cell in zip(ways, row, strict=True)]
                    for row in part
                ],
            )
    replace(cursor, "rewritten")


def rewrite_remarks(cursor: duckdb.DuckDBPyConnection, change: Callable[[str, str, str], str]) -> None:
    """Let a function of kind, part and text change what was said of the outputs.

    The values of grades are words that are not stored, and their people are the project's.
    """
    cursor.execute("CREATE TEMP TABLE rewritten AS SELECT * FROM remarks LIMIT 0")
    for rows in pages(cursor, "SELECT * FROM remarks"):
        rows_new = []
        for number, kind, name, who, value, meaning, reason, moment in rows:
            person = change(kind, "who", who) if who and kind == "feedback" else who
            new = change(kind, "value", value) if value and kind != "grade" else value
            why = change(kind, "reason", reason) if reason else reason
            rows_new.append((number, kind, name, person, new, meaning, why, moment))
        insert(cursor, "rewritten", rows_new)
    cursor.execute("DROP TABLE remarks")
    cursor.execute("ALTER TABLE rewritten RENAME TO remarks")


def parsed(cell: Any) -> Any:
    """A cell that holds a JSON object or list as that, any other as its text."""
    if isinstance(cell, str) and chats.opening(cell) in {"{", "["}:
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return cell


def clear(cursor: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables of one file."""
    cursor.execute("DROP VIEW IF EXISTS temp.prepared")
    for name in ("staged", "read_rows"):
        _drop(cursor, name)
    for table in _TEMPORARY.split():
        cursor.execute(f"DROP TABLE IF EXISTS temp.{table}")

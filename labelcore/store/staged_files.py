"""A file becomes a temporary table ``staged``: a number for each row, every column as text.

Broken rows are kept apart with their reason. Everything is read by DuckDB, so memory is bounded.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from labelcore.errors import BadInput
from labelcore.models import RejectedRow

LARGEST_CELL = 16_000_000
RAW = 2_000
_SNIFF = 20_480


def quoted(name: str) -> str:
    """A column's name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def stage_csv(cursor: duckdb.DuckDBPyConnection, path: Path) -> list[RejectedRow]:
    """Read a delimited file into ``staged``, every column as text. Returns the broken rows.

    Raises:
        BadInput: no way to read the file as a table was found.
    """
    options = (
        "all_varchar=true, header=true, store_rejects=true, rejects_limit=0, "
        f"max_line_size={LARGEST_CELL * 2}, sample_size={_SNIFF}, delim='{_delimiter(path)}', "
        "quote='\"', escape='\"', null_padding=false, strict_mode=true"
    )
    try:
        if not _is_detected(path, options):
            options += f", auto_detect=false, columns={_header(path)}"
        cursor.execute(f"CREATE TEMP TABLE file_rows AS SELECT * FROM read_csv(?, {options})", [str(path)])
        _number(cursor)
    except (duckdb.Error, csv.Error) as trouble:
        raise BadInput(
            f"{path.name} cannot be read as a table: {str(trouble).splitlines()[0]}",
            next_step="Check its delimiter and quotes, or save it as JSONL.",
        ) from trouble
    broken = cursor.execute(
        "SELECT line, any_value(column_name), any_value(error_message), any_value(csv_line) "
        "FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    return [
        RejectedRow(
            row=int(line) - 1, field=column or "", reason=_plain_reason(message), raw=(raw or "")[:RAW]
        )
        for line, column, message, raw in broken
    ]


def _is_detected(path: Path, options: str) -> bool:
    """Whether the reader's look ahead succeeds; an unclosed quotation mark in a row defeats it.

    Asked on a connection of its own: a failure would end the transaction that the rows go into.
    """
    with duckdb.connect() as apart:
        try:
            apart.execute(f"DESCRIBE SELECT * FROM read_csv(?, {options})", [str(path)])
        except duckdb.Error:
            return False
    return True


def _header(path: Path) -> str:
    """The first line's names, told apart where two are the same, as the reader wants them."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        names = next(csv.reader(file, delimiter=_delimiter(path)), [])
    seen: dict[str, None] = {}
    for place, name in enumerate(names):
        column = name or f"column{place}"
        seen[column if column not in seen else f"{column}_{place}"] = None
    return "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in seen) + "}"


def _number(cursor: duckdb.DuckDBPyConnection) -> None:
    """``staged`` is the file's rows with their numbers.

    A table keeps the file's order, so a row's place is its number; a window function would read
    everything on one core.
    """
    start = _first_place(cursor, "file_rows")
    cursor.execute(f"CREATE TEMP VIEW staged AS SELECT rowid - {start} + 1 AS _row, * FROM file_rows")


def _first_place(cursor: duckdb.DuckDBPyConnection, table: str) -> int:
    """The first rowid: rows of an open transaction are numbered from a large number on."""
    found = cursor.execute(f"SELECT coalesce(min(rowid), 0) FROM {table}").fetchone()
    return int(found[0]) if found else 0


def _delimiter(path: Path) -> str:
    """The separator that splits the first line into the most fields outside quotes."""
    with path.open(encoding="utf-8", errors="replace") as file:
        first = file.readline()
    outside = "".join(first.split('"')[::2])
    counts = {mark: outside.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


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


def stage_lines(cursor: duckdb.DuckDBPyConnection, path: Path) -> list[RejectedRow]:
    """Read JSON lines into ``staged``, every key of the first 10,000 objects as a column of text."""
    cursor.execute(
        "CREATE TEMP TABLE lines AS SELECT line FROM read_csv(?, "
        "columns={'line': 'VARCHAR'}, header=false, delim=chr(1), quote='', escape='', "
        f"auto_detect=false, strict_mode=false, null_padding=true, max_line_size={LARGEST_CELL * 2})",
        [str(path)],
    )
    cursor.execute("DELETE FROM lines WHERE line IS NULL OR trim(line) = ''")
    return _from_objects(cursor)


def stage_document(cursor: duckdb.DuckDBPyConnection, path: Path) -> list[RejectedRow]:
    """Read one JSON document, an array or an object that holds one, into ``staged``."""
    try:
        cursor.execute(
            "CREATE TEMP TABLE lines AS SELECT json::VARCHAR AS line "
            f"FROM read_json_objects(?, format='auto', maximum_object_size={LARGEST_CELL * 4})",
            [str(path)],
        )
    except duckdb.Error as trouble:
        raise BadInput(
            f"{path.name} is not valid JSON: {str(trouble).splitlines()[0][:200]}",
            next_step="Check the end of the file; an export may have been cut off.",
        ) from trouble
    _unwrap(cursor)
    return _from_objects(cursor)


def _unwrap(cursor: duckdb.DuckDBPyConnection) -> None:
    """Replace a single object that holds a list of objects by that list."""
    if cursor.execute("SELECT count(*) FROM lines").fetchone() != (1,):
        return
    key = cursor.execute(
        "SELECT k FROM (SELECT line, unnest(json_keys(line)) AS k FROM lines "
        "WHERE json_type(line) = 'OBJECT') "
        "WHERE json_type(line, '$.\"' || k || '\"') = 'ARRAY' "
        "AND json_type(line, '$.\"' || k || '\"[0]') = 'OBJECT' LIMIT 1"
    ).fetchone()
    if key and key[0] not in {"messages", "conversation", "turns"}:
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE lines AS SELECT item::VARCHAR AS line "
            f"FROM (SELECT unnest(json_extract(line, '$.\"{key[0]}\"[*]')) AS item FROM lines)"
        )


def _from_objects(cursor: duckdb.DuckDBPyConnection) -> list[RejectedRow]:
    """Objects to columns, each object parsed once; lines that are none are the broken rows."""
    start = _first_place(cursor, "lines")
    cursor.execute(
        "CREATE TEMP TABLE broken AS SELECT rowid AS place, line FROM lines "
        "WHERE NOT json_valid(line) OR json_type(line) <> 'OBJECT'"
    )
    broken = cursor.execute(f"SELECT place - {start} + 1, line FROM broken ORDER BY place").fetchall()
    cursor.execute("DELETE FROM lines WHERE rowid IN (SELECT place FROM broken)")
    keys = [
        key
        for key, _ in cursor.execute(
            "SELECT k, min(place) FROM (SELECT unnest(json_keys(line)) AS k, rowid AS place "
            "FROM lines LIMIT 200000) GROUP BY k ORDER BY min(place), k"
        ).fetchall()
    ]
    if not keys and not broken:
        raise BadInput("The file holds no objects.", next_step="Each line must be a JSON object.")
    paths = ", ".join(literal('$."' + key + '"') for key in keys)
    columns = [f"fields[{at}] AS {quoted(key)}" for at, key in enumerate(keys, 1)]
    cursor.execute(
        f"CREATE TEMP TABLE staged AS SELECT {', '.join(['_row', *columns])} FROM "
        f"(SELECT rowid - {start} + 1 AS _row, "
        f"json_extract_string(line, [{paths}]::VARCHAR[]) AS fields FROM lines)"
    )
    cursor.execute("DROP TABLE lines")
    reason = "the line is not a JSON object"
    return [RejectedRow(row=int(row), field="", reason=reason, raw=line[:RAW]) for row, line in broken]


def stage_parquet(cursor: duckdb.DuckDBPyConnection, path: Path) -> list[RejectedRow]:
    """Read a Parquet file into ``staged``, every column as text, nested ones as JSON."""
    try:
        described = cursor.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    except duckdb.Error as trouble:
        raise BadInput(f"{path.name} cannot be read: {str(trouble).splitlines()[0]}") from trouble
    nested = ("STRUCT", "MAP", "LIST")
    columns = [
        f"to_json({quoted(name)})::VARCHAR AS {quoted(name)}"
        if kind.startswith(nested) or kind.endswith("[]")
        else f"{quoted(name)}::VARCHAR AS {quoted(name)}"
        for name, kind, *_ in described
    ]
    cursor.execute(
        f"CREATE TEMP TABLE file_rows AS SELECT {', '.join(columns)} FROM read_parquet(?)", [str(path)]
    )
    _number(cursor)
    return []

"""JSON: lines of objects, or one document that holds them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from labelcore.errors import BadInput
from labelcore.models import RejectedRow
from labelcore.store.formats.base import LARGEST_CELL, RAW, first_place, literal, quoted, reads


@reads("jsonl", "JSON lines", ".jsonl", ".ndjson")
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


@reads("json", "JSON", ".json")
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
    start = first_place(cursor, "lines")
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

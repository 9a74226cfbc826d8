"""JSON lines: an object a line, under any ending."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from labelcore.errors import BadInput
from labelcore.models import RejectedRow
from labelcore.store.formats.base import (
    LARGEST_CELL,
    RAW,
    FileHead,
    Format,
    Staging,
    distinct,
    first_place,
    number_rows,
    reads,
)
from labelcore.wording import Wording

_MOST_KEYS = 500
"""Keys that become columns; of objects with more, the frequent ones, and the others stay together."""
REST = "other fields"
_SHOWN, _STEP = 50, 5_000
_LOOKED_AT = 8_000_000
"""Characters at the beginning of a file whose keys its other lines are expected to have."""
TOO_DEEP = Wording("the record is nested too deep")
"""Stands in the place of such a record."""
_NEVER = "\x01\x02\x03\x04"
"""A separator of fields that stands in no line."""


def _lines() -> str:
    """The lines of a file as a table in SQL; those that are too long stand in ``reject_errors``."""
    return (
        f"read_csv(?, columns={{'line': 'VARCHAR'}}, header=false, delim='{_NEVER}', quote='', escape='', "
        "auto_detect=false, strict_mode=false, null_padding=true, store_rejects=true, rejects_limit=0, "
        f"max_line_size={LARGEST_CELL * 2}, buffer_size={LARGEST_CELL * 4})"
    )


def stage(cursor: duckdb.DuckDBPyConnection, path: Path, _part: str = "") -> Staging:
    """Read JSON lines into ``staged``, every key as a column of text."""
    return _alike(cursor, path) or _stage_any(cursor, path)


def _alike(cursor: duckdb.DuckDBPyConnection, path: Path) -> Staging | None:
    """Read the file once where every line is an object with keys of the first ones; None where one is not."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        records = [record for line in file.readlines(_LOOKED_AT) if isinstance(record := _value(line), dict)]
    keys = list(dict.fromkeys(itertools.chain.from_iterable(records)))
    if not 0 < len(keys) <= _MOST_KEYS or plain_json(keys) != json.dumps(keys, ensure_ascii=False):
        return None
    places = range(1, len(keys) + 1)
    cells = ", ".join(f"cells[{place}] AS c{place}" for place in places)
    cursor.execute(
        "CREATE TEMP TABLE file_rows AS SELECT coalesce(len(keys) > 0 AND list_has_all(?, keys), false) AS "
        f"alike, {cells} FROM (SELECT unnest(TRY({{'keys': json_keys(line), "
        f"'cells': json_extract_string(line, ?::VARCHAR[])}})) FROM {_lines()})",
        [keys, [pointer([key]) for key in keys], str(path)],
    )
    odd = "SELECT 1 FROM file_rows WHERE NOT alike UNION ALL SELECT 1 FROM reject_errors LIMIT 1"
    if cursor.execute(odd).fetchone():
        for table in ("file_rows", "reject_errors", "reject_scans"):
            cursor.execute(f"DROP TABLE temp.{table}")
        return None
    start = first_place(cursor, "file_rows")
    columns = ", ".join(f"c{place}" for place in places)
    cursor.execute(f"CREATE TEMP VIEW staged AS SELECT rowid - {start} + 1 AS _row, {columns} FROM file_rows")
    return Staging(distinct(keys), [])


def _stage_any(cursor: duckdb.DuckDBPyConnection, path: Path) -> Staging:
    """Whatever the lines are: they are kept until it is known which are no objects, and all keys."""
    cursor.execute(f"CREATE TEMP TABLE lines AS SELECT line FROM {_lines()}", [str(path)])
    start = first_place(cursor, "lines")
    too_long = cursor.execute(
        "SELECT line - 1, left(any_value(csv_line), ?) FROM reject_errors GROUP BY 1", [RAW]
    )
    if rows := too_long.fetchall():
        start = _put_back(cursor, rows)
    cursor.execute(r"DELETE FROM lines WHERE line IS NULL OR NOT regexp_matches(line, '\S')")
    return from_objects(cursor, start)


def _put_back(cursor: duckdb.DuckDBPyConnection, rows: list[tuple[int, str]]) -> int:
    """Lines that were too long get their places back, cut, so that they are broken where they stand."""
    places = sorted(place for place, _ in rows)
    number_rows(cursor, 0, places, "lines")
    cursor.execute("CREATE TEMP TABLE placed AS SELECT _row AS place, line FROM staged")
    cursor.executemany("INSERT INTO placed VALUES (?, ? || ' …')", rows)
    cursor.execute("DROP VIEW temp.staged")
    cursor.execute("CREATE OR REPLACE TEMP TABLE lines AS SELECT line FROM placed ORDER BY place")
    cursor.execute("DROP TABLE placed")
    return first_place(cursor, "lines")


def from_objects(cursor: duckdb.DuckDBPyConnection, start: int = 0) -> Staging:
    """The objects of ``lines`` as columns; lines that are none are the broken rows.

    Raises:
        BadInput: there is no object at all.
    """
    broken = _mended(cursor, start)
    counts = cursor.execute(
        "SELECT k, count(*) AS n, min((place, step)) AS first FROM (SELECT unnest(keys) AS k, "
        "unnest(range(len(keys))) AS step, place FROM (SELECT json_keys(line) AS keys, rowid AS place FROM "
        "lines)) GROUP BY k ORDER BY first"
    ).fetchall()
    if not counts:
        raise BadInput(
            "No line of the file is a JSON object with anything in it.",
            next_step="Export it again, an object a line or one document.",
        )
    often = {key for key, *_ in sorted(counts, key=lambda count: -count[1])[:_MOST_KEYS]}
    keys = [key for key, *_ in counts if key in often]
    rest = len(counts) > len(keys)
    columns = ", ".join(f"fields[{place}] AS c{place}" for place in range(1, len(keys) + 1))
    more = f", json_merge_patch(line, ?::JSON)::VARCHAR AS c{len(keys) + 1}" if rest else ""
    without = [json.dumps(dict.fromkeys(keys))] if rest else []
    cursor.execute(
        "CREATE TEMP TABLE staged AS SELECT _row, "
        f"{columns}{more and f', c{len(keys) + 1}'} FROM "
        f"(SELECT rowid - {start} + 1 AS _row, json_extract_string(line, ?::VARCHAR[]) AS fields, line{more} "
        "FROM lines)",
        [[pointer([key]) for key in keys], *without],
    )
    cursor.execute("DROP TABLE lines")
    return Staging(distinct([*keys, REST] if rest else keys), broken)


def pointer(steps: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901): no key, however odd, can be mistaken for syntax."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _mended(cursor: duckdb.DuckDBPyConnection, start: int) -> list[RejectedRow]:
    """Take out the lines that are no objects; what only Python can read becomes plain JSON."""
    condition = "CASE WHEN json_valid(line) THEN json_type(line) <> 'OBJECT' ELSE true END"
    odd = f"SELECT rowid, line FROM lines WHERE {condition} AND rowid > ? ORDER BY rowid LIMIT {_STEP}"
    last, every = -1, 0
    while some := cursor.execute(odd, [last]).fetchall():
        last, every = some[-1][0], every + len(some)
        plain = [(place, text) for place, line in some if (text := _as_plain(line))]
        if plain:
            places, texts = zip(*plain, strict=True)
            cursor.register("mended", pa.table({"place": pa.array(places), "text": pa.array(texts)}))
            cursor.execute("UPDATE lines SET line = text FROM mended WHERE lines.rowid = place")
            cursor.unregister("mended")
    if not every:
        return []
    rejected = cursor.execute(
        f"SELECT rowid - {start} + 1, line FROM lines WHERE {condition} ORDER BY rowid"
    ).fetchall()
    cursor.execute(f"DELETE FROM lines WHERE {condition}")
    return [
        RejectedRow(row=int(row), field="", reason=_why_not(line), raw=line[:RAW]) for row, line in rejected
    ]


def _why_not(line: str) -> Wording:
    return TOO_DEEP if line == plain_json(TOO_DEEP) else Wording("the line is not a JSON object")


def _as_plain(line: str) -> str:
    """An object that only Python can read, with NaN or half a character, as plain JSON, or ""."""
    with contextlib.suppress(ValueError, RecursionError):
        record = _loaded(line)
        return plain_json(record) if isinstance(record, dict) else ""
    return ""


def insert_objects(cursor: duckdb.DuckDBPyConnection, records: Iterable[Any]) -> None:
    """Objects that Python read, as the rows of ``lines``; what is no object keeps its place there."""
    cursor.execute("CREATE TEMP TABLE lines (line VARCHAR)")
    rest = iter(records)
    while part := list(itertools.islice(rest, _STEP)):
        batch = pa.table({"line": pa.array(map(_as_line, part), pa.string())})
        cursor.from_arrow(batch).insert_into("lines")


def _as_line(record: Any) -> str:
    try:
        return plain_json(record)
    except RecursionError:
        return plain_json(TOO_DEEP)


def plain_json(value: Any) -> str:
    """JSON as DuckDB reads it: lone surrogates become the replacement character."""
    return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace").decode()


def walk(path: Path, _inner: str = "") -> Iterator[tuple[int, Any]]:
    """Every line's number and object; a line that is none as its text."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _value(line)


def _value(line: str) -> Any:
    try:
        return _loaded(line)
    except (ValueError, RecursionError):
        return line


def _loaded(line: str) -> Any:
    """What a line holds; the comma after it that it had in a list says nothing."""
    return json.loads(line.rstrip().removesuffix(","))


def look(path: Path, _part: str = "") -> FileHead:
    """The first objects."""
    objects = (record for _, record in walk(path) if isinstance(record, dict))
    records = tuple(itertools.islice(objects, _SHOWN))
    return FileHead(path.name, distinct(dict.fromkeys(key for record in records for key in record)), records)


reads(Format("jsonl", "JSON lines", (".jsonl", ".ndjson"), b"", stage, look, walk))

"""Columns in files: Parquet, and Arrow in both of its file forms, as a `datasets` folder holds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from labelcore.errors import BadInput
from labelcore.store.formats.base import (
    FileHead,
    Format,
    Staging,
    distinct,
    number_rows,
    quoted,
    reads,
    table,
)
from labelcore.store.shortages import tell_shortage

_SHOWN = 50
_NESTED = ("STRUCT", "MAP", "LIST", "JSON")
_BATCH = 2_000
_BUFFER = 1 << 16
"""Bytes of each column of Parquet that are held at a time, instead of all of a row group."""


def _batches(path: Path) -> pa.RecordBatchReader:
    """The batches of a file.

    Raises:
        BadInput: the file is damaged.
    """
    try:
        with path.open("rb") as file:
            start = file.read(6)
        if start[:4] == b"PAR1":
            parquet = pq.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER)
            return pa.RecordBatchReader.from_batches(parquet.schema_arrow, parquet.iter_batches(_BATCH))
        source = pa.memory_map(str(path))
        if start == b"ARROW1":
            arrow = pa.ipc.open_file(source)
            batches = map(arrow.get_batch, range(arrow.num_record_batches))
            return pa.RecordBatchReader.from_batches(arrow.schema, map(_sound, batches))
        stream = pa.ipc.open_stream(source)
        return pa.RecordBatchReader.from_batches(stream.schema, map(_sound, stream))
    except (pa.ArrowException, OSError, ValueError) as trouble:
        raise _unreadable(path, trouble) from trouble


def _sound(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch, where its offsets stay within it: Arrow itself believes what a file says."""
    batch.validate(full=True)
    return batch


def _unreadable(path: Path, trouble: Exception) -> BadInput:
    return BadInput(
        "{name} cannot be read: {trouble}",
        next_step="Export it again.",
        name=path.name,
        trouble=str(trouble).splitlines()[0][:200],
    )


def look(path: Path, _part: str = "") -> FileHead:
    """The columns and the first rows."""
    try:
        first = next(_first(path), None)
    except (pa.ArrowException, OSError, ValueError) as trouble:
        raise _unreadable(path, trouble) from trouble
    rows = first.slice(0, _SHOWN).to_pylist() if first else []
    return FileHead(path.name, distinct(_batches(path).schema.names), tuple(rows))


def _first(path: Path) -> Iterator[pa.RecordBatch]:
    yield from _batches(path)


def stage(cursor: duckdb.DuckDBPyConnection, path: Path, _part: str = "") -> Staging:
    """Read a file into ``staged``, every column as text, nested ones as JSON."""
    reader = _batches(path)
    names = distinct(reader.schema.names)
    physical = [f"c{place}" for place in range(1, len(names) + 1)]
    cursor.execute(f"CREATE TEMP TABLE file_rows ({table(names)})")
    try:
        cursor.register("arrow_rows", _renamed(reader, physical))
        described = cursor.execute("DESCRIBE arrow_rows").fetchall()
        columns = ", ".join(
            f"to_json({quoted(name)})::VARCHAR"
            if kind.startswith(_NESTED) or kind.endswith("]")
            else f"{quoted(name)}::VARCHAR"
            for name, kind, *_ in described
        )
        cursor.execute(f"INSERT INTO file_rows SELECT {columns} FROM arrow_rows")
    except (duckdb.Error, pa.ArrowException, OSError, ValueError) as trouble:
        tell_shortage(trouble)
        raise _unreadable(path, trouble) from trouble
    finally:
        cursor.unregister("arrow_rows")
        pa.default_memory_pool().release_unused()
    number_rows(cursor)
    return Staging(names)


def _renamed(reader: pa.RecordBatchReader, names: list[str]) -> pa.RecordBatchReader:
    schema = pa.schema([field.with_name(name) for field, name in zip(reader.schema, names, strict=True)])
    return pa.RecordBatchReader.from_batches(schema, (batch.rename_columns(names) for batch in reader))


reads(Format("parquet", "Parquet", (".parquet", ".pq"), b"PAR1", stage, look))
reads(Format("arrow", "Arrow", (".arrow", ".feather", ".ipc"), b"ARROW1", stage, look))
reads(Format("arrow stream", "Arrow stream", (".arrows",), b"\xff\xff\xff\xff", stage, look))

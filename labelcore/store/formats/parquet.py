"""Parquet, read by DuckDB itself."""

from __future__ import annotations

from pathlib import Path

import duckdb

from labelcore.errors import BadInput
from labelcore.models import RejectedRow
from labelcore.store.formats.base import number_rows, quoted, reads


@reads("parquet", "Parquet", ".parquet", ".pq", start=b"PAR1")
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
    number_rows(cursor)
    return []

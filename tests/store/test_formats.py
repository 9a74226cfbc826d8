"""Formats of files: whoever adds one adds a file to labelcore/store/formats, and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb

from labelcore.models import RejectedRow
from labelcore.stages import importing
from labelcore.store.formats import base, every_format
from labelcore.workspace import Workspace


def test_the_formats_are_those_of_the_files() -> None:
    assert set(every_format()) >= {"csv", "jsonl", "json", "parquet"}
    assert {form.title for form in every_format().values()} >= {"CSV", "JSON lines", "JSON", "Parquet"}


def test_no_two_formats_share_an_ending() -> None:
    endings = [ending for form in every_format().values() for ending in form.endings]
    assert len(endings) == len(set(endings))


def test_a_marked_function_is_all_that_a_format_needs(workspace: Workspace, tmp_path: Path) -> None:
    def stage(cursor: duckdb.DuckDBPyConnection, path: Path, part: str) -> base.Staging:
        outputs = path.read_bytes().split(b"\n")[1:]
        cursor.execute("CREATE TEMP TABLE staged AS SELECT 1 AS _row, ? AS c1", [outputs[0].decode()])
        return base.Staging(("output",), [RejectedRow(row=2, field="", reason="no text", raw="")])

    def look(path: Path, part: str) -> base.FileHead:
        return base.FileHead(path.name, ("output",), ())

    base.reads(base.Format("of a test", "Of a test", (".of-a-test",), b"blocks", stage, look))
    try:
        path = tmp_path / "answers.unknown"
        path.write_bytes(b"blocks\nThe parcel is on its way.")
        result = importing.import_file(workspace, str(path))
    finally:
        base.registered().pop("of a test")
    assert (result.batch.outputs_new, result.batch.rows_rejected) == (1, 1)

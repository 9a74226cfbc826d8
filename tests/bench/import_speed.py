"""Import beside DuckDB's import of the same file into a database file, in one run.

    python tests/bench/import_speed.py [--rows 300000] [--format csv jsonl parquet arrow]

Rows of 1.5 kB. Each side runs in a separate process, so that its peak memory can be told; where others
work on the same machine, the seconds of the processor say more than those of the clock.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

from labelcore.stages import importing, projects
from labelcore.store import open_database
from labelcore.workspace import Workspace

_READERS = {
    "csv": "read_csv(?, header=true, all_varchar=true)",
    "jsonl": "read_json_auto(?)",
    "parquet": "read_parquet(?)",
    "arrow": "batches",
}
_COPY = {"csv": "(HEADER)", "jsonl": "(FORMAT json)", "parquet": "(FORMAT parquet)"}
_BATCH = 20_000


def make(path: Path, rows: int, form: str) -> None:
    """Write a file of outputs with inputs: random words, about 1.5 kB a row."""

    def text(words: int, salt: int) -> str:
        return (
            f"array_to_string(list_transform(range({words}), lambda x: l[1 + (hash(i * {salt} + x) % "
            "5000)::INT]), ' ')"
        )

    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE w AS SELECT list(substr(md5(i::VARCHAR), 1, 3 + (i % 5)::INT)) AS l FROM "
        "range(5000) t(i)"
    )
    query = (
        f"SELECT 'id' || i AS id, {text(60, 1009)} AS input, {text(190, 7919)} AS output, 'm' || (i % 4) AS "
        f"model, 'city ' || (i % 9) AS city FROM range({rows}) r(i), w"
    )
    if form != "arrow":
        connection.execute(f"COPY ({query}) TO '{path}' {_COPY[form]}")
        return
    reader = connection.sql(query).to_arrow_reader(_BATCH)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def own_read(path: str, form: str, folder: str) -> int:
    """DuckDB alone: the file into a table of a database file."""
    connection = duckdb.connect(f"{folder}/plain.duckdb")
    if form == "arrow":
        file = pa.ipc.open_file(pa.memory_map(path))
        parts = (file.get_batch(place) for place in range(file.num_record_batches))
        connection.register("batches", pa.RecordBatchReader.from_batches(file.schema, parts))
    connection.execute(f"CREATE TABLE t AS SELECT * FROM {_READERS[form]}", [path] * (form != "arrow"))
    connection.execute("CHECKPOINT")
    return connection.table("t").shape[0]


def our_import(path: str, form: str, folder: str) -> int:
    """labelcore: identity, checks, rejected rows, one transaction."""
    db = open_database(Path(folder) / "ours.duckdb")
    project = projects.open_project(db, "bench")
    return importing.import_file(Workspace(db, project), path).batch.outputs_new


def measured(side: Callable[[str, str, str], int], path: str, form: str, folder: str) -> None:
    """Run one side here and print what it took."""
    started, worked = time.perf_counter(), time.process_time()
    rows = side(path, form, folder)
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{side.__name__:11s} {rows:>9,} rows  {seconds:6.1f} s  processor {work:6.1f} s  "
        f"peak {peak:,.0f} MB",
        flush=True,
    )


def main() -> None:
    """Make the file, run both sides one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--format", choices=list(_READERS), nargs="+", default=list(_READERS))
    chosen = parser.parse_args()
    for form in chosen.format:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"rows.{form}"
            make(path, chosen.rows, form)
            print(f"{path.stat().st_size / 1e6:,.0f} MB of {form}", flush=True)
            processes = multiprocessing.get_context("spawn")
            for side in (own_read, our_import):
                work = processes.Process(target=measured, args=(side, str(path), form, folder))
                work.start()
                work.join()


if __name__ == "__main__":
    main()

"""The memory that large files of tools take: spans in one document, and a key that comes late.

    python tests/bench/import_memory.py [--megabytes 1000] [--rows 1000000]

A document with many spans under few resources; JSON lines whose grades begin after nine tenths of the rows.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

from labelcore.stages import importing, projects
from labelcore.store import open_database
from labelcore.workspace import Workspace

_PADDING = "the quick brown fox jumps over the lazy dog and so on, "


def _span(number: int) -> str:
    answer = json.dumps(
        [{"role": "assistant", "parts": [{"type": "text", "content": f"{number} {_PADDING * 20}"}]}]
    )
    asked = json.dumps([{"role": "user", "parts": [{"type": "text", "content": f"Question {number}?"}]}])
    texts = {"gen_ai.input.messages": asked, "gen_ai.output.messages": answer, "gen_ai.request.model": "m"}
    attributes = [{"key": key, "value": {"stringValue": text}} for key, text in texts.items()]
    return json.dumps({"traceId": f"t{number // 5}", "spanId": f"s{number}", "attributes": attributes})


def spans(path: Path, megabytes: int) -> None:
    """One OTLP document of about this size: two resources with one scope each."""
    number = 0
    with path.open("w") as file:
        file.write('{"resourceSpans": [')
        for place in range(2):
            file.write(("," if place else "") + '{"resource": {}, "scopeSpans": [{"spans": [' + _span(number))
            while file.tell() < megabytes * 1_000_000 * (place + 1) / 2:
                number += 1
                file.write("," + _span(number))
            file.write("]}]}")
        file.write("]}")


def late(path: Path, rows: int) -> None:
    """JSON lines of 1.5 kB whose last tenth has a grade."""
    with path.open("w") as file:
        for number in range(rows):
            row = {"id": f"r{number}", "input": f"q {number}", "output": f"{number} {_PADDING * 26}"}
            file.write(json.dumps(row | ({"grade": "pass"} if number >= rows * 0.9 else {})) + "\n")


def measured(path: str, folder: str) -> None:
    """Import a file and print what came of it."""
    db = open_database(Path(folder) / "bench.duckdb")
    started, worked = time.perf_counter(), time.process_time()
    batch = importing.import_file(Workspace(db, projects.open_project(db, "bench")), path).batch
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{Path(path).name}: {Path(path).stat().st_size / 1e6:,.0f} MB, {batch.format}, "
        f"{batch.rows_read:,} rows, {batch.outputs_new:,} outputs, {batch.grades_new:,} grades, "
        f"{seconds:.0f} s, processor {work:.0f} s, peak {peak:,.0f} MB",
        flush=True,
    )


def main() -> None:
    """Make the files and import each in a separate process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    chosen = parser.parse_args()
    for make, name, size in ((spans, "spans.json", chosen.megabytes), (late, "late.jsonl", chosen.rows)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            make(path, size)
            work = multiprocessing.get_context("spawn").Process(target=measured, args=(str(path), folder))
            work.start()
            work.join()


if __name__ == "__main__":
    main()

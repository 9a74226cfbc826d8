"""Calls a second of one process and of worker processes of Dask, interleaved, verdicts durable.

python tests/bench/run_on_dask.py [--url http://127.0.0.1:8399/v1] [--outputs 2000] [--concurrency 100]

The endpoint should answer in 200 ms whatever it is asked (without --url one is started here, in a
separate process). The cluster is started before the clock; the ideal is outputs / concurrency x latency.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from distributed import LocalCluster

from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.stages.judging import running
from labelcore.stages.judging.running import RunOptions
from labelcore.store import close_database, open_database, outputs as output_table
from labelcore.workspace import Workspace
from tests.bench.judge_endpoint import LATENCY, MODEL, make_judge, make_outputs
from tests.mock_endpoint import serving


def serve(told: Connection) -> None:
    with serving() as (mock, url):
        mock.latency = LATENCY
        told.send(url)
        told.recv()


@contextlib.contextmanager
def endpoint(url: str | None) -> Iterator[str]:
    if url:
        yield url
        return
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    process.start()
    yield here.recv()
    here.send("enough")
    process.join()


def measure(engine: str, count: int, concurrency: int) -> float:
    """Calls a second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.duckdb"
        db = open_database(path)
        project = projects.open_project(db, "bench")
        outputs = make_outputs(project.id, count, f"{time.time_ns():x}")
        output_table.add(db, outputs)
        started, cpu = time.perf_counter(), time.process_time()
        done = running.run(
            Workspace(db, project),
            [make_judge(project)],
            [output.id for output in outputs],
            RunOptions(concurrency=concurrency, engine=engine),
        )
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
        assert done.verdicts_new == count, done
        close_database(path)
    ratio = took / (count / concurrency * LATENCY)
    print(
        f"  {'Dask' if engine else 'this process'}: {took:.2f} s, {count / took:,.0f} calls a "
        f"second, {ratio:.2f} x ideal, {cpu / count * 1e6:,.0f} µs of this process's CPU each",
        flush=True,
    )
    return count / took


def main() -> None:
    """Rounds, then medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--outputs", type=int, default=2_000)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with endpoint(chosen.url) as url:
        os.environ |= {"LABELCORE_BASE_URL": url, "LABELCORE_MODEL": MODEL}
        settings.cache_clear()
        with LocalCluster(
            n_workers=chosen.workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0"
        ) as cluster:
            address = str(cluster.scheduler_address)
            measure(address, 200, chosen.concurrency)  # the workers load what they need
            print("that was to warm up")
            found: dict[str, list[float]] = {"": [], address: []}
            for number in range(chosen.rounds):
                for engine in sorted(found, reverse=bool(number % 2)):
                    found[engine].append(measure(engine, chosen.outputs, chosen.concurrency))
    for engine, rates in found.items():
        name = f"Dask, {chosen.workers} workers" if engine else "this process"
        print(
            f"{name}: median {statistics.median(rates):,.0f} calls a second ({min(rates):,.0f} to "
            f"{max(rates):,.0f})"
        )


if __name__ == "__main__":
    main()

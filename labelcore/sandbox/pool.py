"""Checks over many outputs: batches for a few workers, stuck outputs apart from the others.

A batch is one call of the interpreter. Where it is given up (an output that runs out of time or
memory, an interpreter that ended), its outputs are asked one by one, so that only the one at fault
gets an error.
"""

from __future__ import annotations

import atexit
import json
import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from labelcore.sandbox.limits import LONGEST_ROW, SandboxLimits
from labelcore.sandbox.process import Worker, WorkerGone
from labelcore.sandbox.protocol import CheckAnswer, CheckInput, Trouble, read_faults, read_results
from labelcore.settings import settings

_BATCH_ROWS = 50
_BATCH_CHARACTERS = 1_000_000
_MOST_BATCHES = 400  # a worker is replaced after as many, so that nothing can pile up in it
_GRACE = 3.0
_LOOK_SECONDS = 0.1
_STUCK = 20  # a check that ran out of time on as many outputs, and on most, is not tried on the others

Result = CheckAnswer | Trouble


@dataclass
class _Job:
    """One check over one list of outputs."""

    source: str
    rows: list[str]
    limits: SandboxLimits
    read_first: bool
    stop: threading.Event
    stuck: int = 0
    settled: int = 0
    busy: set[Worker] = field(default_factory=set)
    ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def hopeless(self) -> bool:
        return self.stuck >= _STUCK and self.stuck > self.settled

    def watch(self) -> None:
        """Wait for the end, or for a stop: after that no worker is waited for."""
        while not self.ended:
            if self.stop.wait(_LOOK_SECONDS):
                for worker in list(self.busy):
                    worker.interrupt()
                return

    def count(self, results: Sequence[Result]) -> None:
        kinds = [result.kind for result in results if isinstance(result, Trouble)]
        stuck = sum(kind in {"timeout", "memory", "crash"} for kind in kinds)
        with self.lock:
            self.stuck += stuck
            self.settled += len(results) - stuck


class WorkerPool:
    """Worker processes that are started when first needed and kept. Any thread may ask."""

    def __init__(self, workers: int = 2, limits: SandboxLimits | None = None) -> None:
        self.limits = limits or SandboxLimits()
        self._size = workers
        self._free: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._free.put(None)
        self._living: set[Worker] = set()

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; the next question starts new ones."""
        for worker in list(self._living):
            self._discard(worker)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that live now."""
        return [worker.pid for worker in self._living]

    def no_network(self) -> bool:
        """Whether workers here have no network interface at all, beside an interpreter without one."""
        worker = self._take()
        try:
            return worker.no_network
        finally:
            self._free.put(worker)

    def faults(self, source: str) -> list[Trouble]:
        """Why a text is no check, with lines; empty where it is one. It is not run.

        The text is read in a worker: a text can bring a parser down.
        """
        request = _request("read", source, self.limits, read_first=True)
        try:
            return read_faults(self._ask(request, self.limits.seconds + _GRACE))
        except (WorkerGone, ValueError, TypeError):
            return [_UNREADABLE]

    def evaluate(
        self,
        source: str,
        rows: Sequence[CheckInput],
        *,
        limits: SandboxLimits | None = None,
        read_first: bool = True,
        stop: threading.Event | None = None,
    ) -> list[Result]:
        """What a check says of each output, in their order; an output's trouble touches no other.

        ``read_first=False`` leaves out the reading of the text (:mod:`labelcore.sandbox.subset`),
        which keeps no check in but explains: tests use it to lean on the walls alone. After ``stop``
        what has no answer yet gets the trouble "stopped", at once.
        """
        encoded = [row.encoded() for row in rows]
        job = _Job(source, encoded, limits or self.limits, read_first, stop or threading.Event())
        results: list[Result] = [_TOO_LARGE] * len(rows)
        batches = list(_batches(encoded))
        if stop is not None:
            threading.Thread(target=job.watch, daemon=True).start()
        try:
            with ThreadPoolExecutor(max(1, min(self._size, len(batches)))) as threads:
                found = threads.map(lambda batch: zip(batch, self._batch(job, batch), strict=True), batches)
                for place, result in chain.from_iterable(found):
                    results[place] = result
        finally:
            job.ended = True
        return results

    def _batch(self, job: _Job, places: Sequence[int]) -> list[Result]:
        if job.stop.is_set():
            return [_STOPPED] * len(places)
        if job.hopeless:
            return [_HOPELESS] * len(places)
        results = self._run(job, [job.rows[place] for place in places])
        if isinstance(results, Trouble):
            if results.kind != "source" and len(places) > 1:
                return [result for place in places for result in self._batch(job, [place])]
            results = [results] * len(places)
        job.count(results)
        return results

    def _run(self, job: _Job, rows: Sequence[str]) -> list[Result] | Trouble:
        """The results of a batch, or why it was given up."""
        request = _request("run", job.source, job.limits, read_first=job.read_first, rows=rows)
        try:
            document = self._ask(request, 2 * job.limits.seconds + _GRACE, job.busy)
            if isinstance(document, dict) and document.get("faults"):
                return read_faults(document)[0]
            return read_results(document, len(rows))
        except WorkerGone as trouble:
            if job.stop.is_set():
                return _STOPPED
            return _LATE if trouble.late else _ENDED
        except (ValueError, TypeError):  # no worker that keeps to the protocol says this
            return _ENDED

    def _ask(self, request: str, seconds: float, busy: set[Worker] | None = None) -> Any:
        """The answer of a worker. One that had ended before it was asked gets a successor.

        ``busy`` has the worker meanwhile.
        """
        worker, busy = self._take(), set() if busy is None else busy
        try:
            busy.add(worker)
            try:
                return worker.ask(request, seconds)
            except WorkerGone as trouble:
                self._living.discard(worker)
                if trouble.late or worker.batches == 1:
                    raise
                worker = self._start()
                busy.add(worker)
                return worker.ask(request, seconds)
        except WorkerGone:
            self._living.discard(worker)
            raise
        finally:
            busy.discard(worker)
            self._free.put(worker)

    def _take(self) -> Worker:
        worker = self._free.get()
        if worker is not None and worker in self._living:
            if worker.batches < _MOST_BATCHES:
                return worker
            self._discard(worker)
        try:
            return self._start()
        except WorkerGone:
            self._free.put(None)  # its place must not be lost: whoever waits for one would wait for ever
            raise

    def _start(self) -> Worker:
        try:
            worker = Worker()
        except OSError as trouble:  # the system gives no more processes, memory or files
            raise WorkerGone(late=False) from trouble
        self._living.add(worker)
        return worker

    def _discard(self, worker: Worker) -> None:
        self._living.discard(worker)
        worker.kill()


_TOO_LARGE = Trouble(
    "size", f"The output is longer than {LONGEST_ROW:,} characters; a check is not run on it."
)
_HOPELESS = Trouble(
    "timeout", f"Not tried: the check ran out of time or memory on most outputs before ({_STUCK} or more)."
)
_STOPPED = Trouble("stopped", "The run was stopped before it.")
_UNREADABLE = Trouble("source", "The text cannot be read: reading it ended the process that tried.")
_LATE = Trouble("timeout", "The check did not end in its time and was killed.")
_ENDED = Trouble("crash", "The process that ran the check ended.")


def _request(
    do: str, source: str, limits: SandboxLimits, *, read_first: bool, rows: Sequence[str] = ()
) -> str:
    """A request as JSON; the rows are JSON already."""
    head = json.dumps({"do": do, "source": source, "read_first": read_first, **asdict(limits)})
    return f'{head[:-1]}, "rows": [{", ".join(rows)}]}}'


def _batches(rows: Sequence[str]) -> Iterator[list[int]]:
    """Places of rows that go together; rows that are too long are in none."""
    batch: list[int] = []
    size = 0
    for place, row in enumerate(rows):
        if len(row) > LONGEST_ROW:
            continue
        if batch and (len(batch) >= _BATCH_ROWS or size + len(row) > _BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(place)
        size += len(row)
    if batch:
        yield batch


@lru_cache(maxsize=1)
def shared_pool() -> WorkerPool:
    """The pool of this process, made by the settings; its workers end with the process."""
    config = settings()
    pool = WorkerPool(
        config.sandbox_workers, SandboxLimits(config.sandbox_seconds, config.sandbox_memory_mb * 1_000_000)
    )
    atexit.register(pool.close)
    return pool

"""One runner for every kind of judge: exactly one verdict per output and judge version.

What is missing is read from the store, so a run that was killed goes on where it stopped. Verdicts
are written in batches and are durable before they count; errors are kept apart.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from labelcore.errors import BadInput, LabelcoreError, ModelTrouble
from labelcore.judges import code_judge, learned_judge, llm_judge, script_judge
from labelcore.judges.features import measure
from labelcore.llm import ModelClient, client_from_settings
from labelcore.models import (
    Decision,
    JudgeVersion,
    Output,
    Project,
    Run,
    RunState,
    Verdict,
    VerdictError,
    new_id,
)
from labelcore.progress import Progress, silent
from labelcore.settings import settings
from labelcore.store import Database, vectors
from labelcore.store import outputs as output_table
from labelcore.store import runs as run_table
from labelcore.store import verdicts as verdict_table
from labelcore.text.embedding import SentenceEncoder

_CHUNK = 2_000
_FLUSH_SECONDS = 0.25
_FLUSH_VERDICTS = 50
_REPORT_SECONDS = 2.0
_live: set[str] = set()


@dataclass
class Work:
    """A run under way: its counters, and the one place that stores its verdicts."""

    db: Database
    project: Project
    run: Run
    total: int
    progress: Progress
    stop: threading.Event
    started: float = field(default_factory=time.monotonic)
    reported: float = 0.0
    new: int = 0
    requests: int = 0
    cost: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)
    fatal: str = ""

    def store(
        self, version: JudgeVersion, decided: Sequence[tuple[str, Decision]],
        failed: Sequence[tuple[str, ModelTrouble]] = (),
    ) -> None:  # fmt: skip
        """Make decisions durable, then count and report them."""
        verdicts = [
            Verdict(
                output_id=output_id, judge_version_id=version.id, project_id=self.project.id,
                run_id=self.run.id, decision=decision,
            )
            for output_id, decision in decided
        ]  # fmt: skip
        errors = [
            VerdictError(
                output_id=output_id, judge_version_id=version.id, project_id=self.project.id,
                run_id=self.run.id, kind=trouble.kind, message=str(trouble),
            )
            for output_id, trouble in failed
        ]  # fmt: skip
        self.new += verdict_table.record(self.db, verdicts, errors)
        self.cost += sum(decision.cost_usd for _, decision in decided)
        self.errors.update(error.kind for error in errors)
        self.report()

    def report(self) -> None:
        """Tell the caller, and now and then the store, how far the run is."""
        done = self.new + sum(self.errors.values())
        elapsed = time.monotonic() - self.started
        left = elapsed / done * (self.total - done) if done else 0.0
        self.progress(done, self.total, f"{left:.0f} s left, US$ {self.cost:.4f}, {sum(self.errors.values())} errors")  # fmt: skip
        if elapsed - self.reported > _REPORT_SECONDS:
            self.reported = elapsed
            run_table.save(self.db, self.state("running"))

    def state(self, state: RunState) -> Run:
        """The run as it stands now."""
        kinds = ", ".join(f"{count} × {kind}" for kind, count in self.errors.most_common())
        message = self.fatal or (f"Errors: {kinds}." if kinds else "")
        return self.run.model_copy(update={
            "state": state, "verdicts_new": self.new, "errors": sum(self.errors.values()),
            "requests": self.requests, "cost_usd": self.cost, "message": message,
            "seconds": round(time.monotonic() - self.started, 3),
        })  # fmt: skip


def run(
    db: Database, project: Project, versions: Sequence[JudgeVersion], output_ids: Sequence[str],
    *, concurrency: int | None = None, progress: Progress | None = None,
    stop: threading.Event | None = None, client: ModelClient | None = None,
) -> Run:  # fmt: skip
    """Let the judges decide what they have not decided yet. Returns the finished or stopped run.

    Raises:
        BadInput: there is no judge or no output to judge.
    """
    if not versions:
        raise BadInput("There is no judge to run.", next_step="Propose judges first.")
    if not output_ids:
        raise BadInput("There is no output to judge.", next_step="Import outputs first.")
    pending = {own.id: verdict_table.missing(db, own.id, output_ids) for own in versions}
    total = sum(len(ids) for ids in pending.values())
    started = Run(
        id=new_id("run"), project_id=project.id, judge_version_ids=tuple(v.id for v in versions),
        n_outputs=len(output_ids), verdicts_cached=len(versions) * len(output_ids) - total,
    )  # fmt: skip
    work = Work(db, project, started, total, progress or silent, stop or threading.Event())
    run_table.save(db, started)
    _live.add(started.id)
    try:
        _work(work, versions, pending, concurrency or settings().concurrency, client)
        state: RunState = "stopped" if work.stop.is_set() or work.fatal else "finished"
    except BaseException as trouble:
        work.fatal = work.fatal or (str(trouble) if isinstance(trouble, LabelcoreError) else "interrupted")  # fmt: skip
        run_table.save(db, work.state("failed"))
        raise
    finally:
        _live.discard(started.id)
    done = work.state(state)
    run_table.save(db, done)
    return done


def _work(
    work: Work, versions: Sequence[JudgeVersion], pending: dict[str, list[str]], concurrency: int,
    client: ModelClient | None,
) -> None:  # fmt: skip
    local = [own for own in versions if own.kind in {"code", "learned"}]
    asked = [own for own in versions if own.kind == "llm" and pending[own.id]]
    _decide_locally(work, local, pending)
    if asked and not work.stop.is_set():
        asyncio.run(
            _ask_models(work, asked, pending, concurrency, client or client_from_settings())
        )


def _decide_locally(
    work: Work, versions: Sequence[JudgeVersion], pending: dict[str, list[str]]
) -> None:
    """Code and learned judges, a bounded number of outputs at a time."""
    wanted = dict.fromkeys(output_id for own in versions for output_id in pending[own.id])
    open_keys = {own.id: set(pending[own.id]) for own in versions}
    for outputs in output_table.chunks(work.db, wanted, _CHUNK):
        embedded: np.ndarray | None = None
        if any(own.kind == "learned" and own.spec["with_vectors"] for own in versions):
            embedded = embed_texts(work.db, outputs)
        for version in versions:
            if work.stop.is_set():
                return
            rows = [i for i, output in enumerate(outputs) if output.id in open_keys[version.id]]
            own = None if embedded is None else embedded[rows]
            _store_local(work, version, [outputs[i] for i in rows], own)


def _store_local(
    work: Work, version: JudgeVersion, outputs: Sequence[Output], embedded: np.ndarray | None
) -> None:
    if not outputs:
        return
    try:
        decisions = decide_local(version, outputs, embedded)
    except LabelcoreError as trouble:
        failure = ModelTrouble(str(trouble), kind="judge")
        work.store(version, [], [(output.id, failure) for output in outputs])
        return
    ids = [output.id for output in outputs]
    done = list(zip(ids, decisions, strict=True))
    work.store(
        version,
        [(own, said) for own, said in done if isinstance(said, Decision)],
        [(own, said) for own, said in done if isinstance(said, ModelTrouble)],
    )


def embed_texts(db: Database, outputs: Sequence[Output]) -> np.ndarray:
    """The outputs' vectors for learned judges, shape (n, 512); each text is embedded once."""
    encoder = SentenceEncoder()
    texts = [output.text for output in outputs]
    return vectors.embed(db, texts, encoder.name, encoder.encode).astype(float)


def decide_local(
    version: JudgeVersion, outputs: Sequence[Output], embedded: np.ndarray | None
) -> list[Decision | ModelTrouble]:
    """The decisions of a code or learned judge; ``embedded`` has one row for each output.

    Where a check in Python stops on an output, its trouble stands in the decision's place.

    Raises:
        NotFound: the judge uses a detector that this labelcore does not have.
    """
    if version.kind == "code" and script_judge.is_script(version.spec):
        return script_judge.decide_all(version.spec, outputs)
    if version.kind == "code":
        spec = code_judge.CodeSpec.model_validate(version.spec)
        return [code_judge.decide(spec, output) for output in outputs]
    own = embedded if version.spec["with_vectors"] else None
    table = measure(outputs, learned_judge.spec_columns(version.spec), own)
    return list(learned_judge.decide_all(version.spec, table))


async def _ask_models(
    work: Work, versions: Sequence[JudgeVersion], pending: dict[str, list[str]], concurrency: int,
    client: ModelClient,
) -> None:  # fmt: skip
    """LLM judges, at most ``concurrency`` calls at once, stored a few times a second."""
    jobs: asyncio.Queue[tuple[JudgeVersion, Output]] = asyncio.Queue(maxsize=2 * concurrency)
    done: list[tuple[JudgeVersion, str, Decision | ModelTrouble]] = []
    ended = asyncio.Event()

    async def feed() -> None:
        for version in versions:
            for outputs in output_table.chunks(work.db, pending[version.id], 200):
                for output in outputs:
                    if work.stop.is_set() or work.fatal:
                        return
                    await jobs.put((version, output))

    async def worker() -> None:
        while True:
            version, output = await jobs.get()
            if not (work.stop.is_set() or work.fatal):
                done.append((version, output.id, await _ask(work, version, output, client)))
            jobs.task_done()

    async def keep() -> None:
        while not ended.is_set():
            waited = 0.0
            while waited < _FLUSH_SECONDS and len(done) < _FLUSH_VERDICTS and not ended.is_set():
                await asyncio.sleep(0.01)
                waited += 0.01
            _flush(work, done)

    workers = [asyncio.create_task(worker()) for _ in range(concurrency)]
    keeper = asyncio.create_task(keep())
    try:
        await feed()
        await jobs.join()
    finally:
        ended.set()
        for task in workers:
            task.cancel()
        await keeper
        _flush(work, done)
        await client.close()


async def _ask(
    work: Work, version: JudgeVersion, output: Output, client: ModelClient
) -> Decision | ModelTrouble:
    try:
        decision, requests = await llm_judge.decide(version.spec, output, client)
    except ModelTrouble as trouble:
        work.requests += 1
        if trouble.fatal:
            work.fatal = str(trouble)
        return trouble
    work.requests += requests
    return decision


def _flush(work: Work, done: list[tuple[JudgeVersion, str, Decision | ModelTrouble]]) -> None:
    """Store what has come in, judge by judge."""
    batch, done[:] = list(done), []
    for version in {own.id: own for own, _, _ in batch}.values():
        own = [(output_id, result) for v, output_id, result in batch if v.id == version.id]
        work.store(
            version,
            [(i, result) for i, result in own if isinstance(result, Decision)],
            [(i, result) for i, result in own if isinstance(result, ModelTrouble)],
        )


def stop_abandoned_runs(db: Database, project_ids: Sequence[str]) -> int:
    """Mark runs that a killed process left "running" as stopped. Returns how many."""
    left = [
        own
        for project_id in project_ids
        for own in run_table.all_of(db, project_id)
        if own.state == "running" and own.id not in _live
    ]
    for own in left:
        message = "Its process ended; run again to go on where it stopped."
        run_table.save(db, own.model_copy(update={"state": "stopped", "message": message}))
    return len(left)

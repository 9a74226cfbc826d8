"""A run on an engine: chunks of questions go out to workers, this process alone records.

What is known already is decided here; the rest goes out, at most a few chunks for each worker at once. A
question that another chunk is asking waits for its answer. Verdicts are stored by their keys: a chunk
that is decided twice, because its worker died or was thought dead, is recorded once.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

from typing_extensions import override

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.llm import asking
from labelcore.llm import endpoint_for
from labelcore.llm.protocol import AnswerPending
from labelcore.models import PaidAnswer
from labelcore.settings import Endpoint
from labelcore.stages.judging.running import worker
from labelcore.stages.judging.running.answers import AnswerCache, AnswerStore, CachedClient
from labelcore.stages.judging.running.asking import storing
from labelcore.stages.judging.running.clients import deferring, deferring_clients
from labelcore.stages.judging.running.engine import Engine, WorkOutcome
from labelcore.stages.judging.running.live_run import Decided, LiveRun, Result, Usage
from labelcore.stages.judging.running.worker import TERMS, Chunk, key_of, place_hash
from labelcore.stages.judging.running.workload import MissingVerdict
from labelcore.store.journal import Journal
from labelcore.wording import Wording, of_kept

_AHEAD = 4  # chunks of one worker: half of them are decided, the others wait behind these
_PARTS = 2  # chunks that fill a worker's share of the calls at once
_SMALLEST, _LARGEST = 8, 100  # questions of a chunk: what a worker's death can cost
_HELD = 500
_LOOK_SECONDS = 0.05
_WORKERS_SECONDS = 1.0
_PATIENCE = 60.0  # seconds without any worker
_GRACE_SECONDS = 10.0  # calls under way are paid for: let them end
_LOST = Wording("The connection to the engine was lost; run again to go on.")


def dispatch(live: LiveRun, engine: Engine, journal: Journal) -> None:
    """Let an engine's workers decide what is missing, until all is or somebody stops the run.

    The run's concurrency counts model calls at once over all workers.
    """
    asyncio.run(_Dispatcher(live, engine, journal).run())


class _RecordedLookups(AnswerStore):
    """The run's memory as one question sees it; what it found goes along with the question."""

    def __init__(self, cache: AnswerCache) -> None:
        super().__init__()
        self._cache, self.found = cache, list[PaidAnswer]()

    @override
    async def find(self, key: str) -> PaidAnswer | None:
        if answer := await self._cache.find(key):
            self.found.append(answer)
        return answer


class _Dispatcher:
    """One run on an engine."""

    def __init__(self, live: LiveRun, engine: Engine, journal: Journal) -> None:
        self._live, self._engine = live, engine
        self._journal = journal
        versions = [version for version in live.backlog.versions if kind_of(version).needs_model]
        # Before anything is decided: a judge whose endpoint is missing is found out now.
        self._judges = {version.id: asking(version) for version in versions}
        self._endpoints = {  # a panel's in the order of its members
            key: [endpoint_for(prompt.answerer) for prompt in judge.prompts]
            for key, judge in self._judges.items()
        }
        self._workers = engine.workers()
        self._looked = self._seen = time.monotonic()
        self._out: dict[int, tuple[Chunk, str, Any]] = {}
        self._arrived: asyncio.Queue[tuple[int, WorkOutcome]] = asyncio.Queue()
        self._numbers = itertools.count()
        self._claimed: Counter[str] = Counter()
        self._held: list[MissingVerdict] = []
        self._paused: set[str] = set()
        self._lost = False
        self._done: list[Decided] = []

    async def run(self) -> None:
        self._cache = await asyncio.to_thread(AnswerCache, self._live.workspace.db, self._journal)
        self._loop = asyncio.get_running_loop()
        self._live.remaining.begin_asking()
        try:
            async with storing(self._live, self._cache, self._done):
                try:
                    async for chunk in self._chunks():
                        where = await self._room()
                        if where is None:
                            break
                        if chunk.place not in self._paused:
                            self._send(chunk, where)
                    await self._finish()
                finally:
                    for _, _, future in self._out.values():
                        future.cancel()
        finally:
            await asyncio.to_thread(self._engine.everywhere, worker.end_here, self._live.run.id)

    @property
    def _halted(self) -> bool:
        return self._lost or self._live.stop.is_set()

    # What goes out

    async def _chunks(self) -> AsyncIterator[Chunk]:
        for local in worker.local_chunks(self._live.backlog, self._live.run.id):
            yield local
        for version in (judge for judge in self._live.backlog.versions if judge.id in self._endpoints):
            first = self._endpoints[version.id][0]
            size = min(_LARGEST, max(_SMALLEST, self._share(first) // _PARTS))
            questions = self._live.backlog.questions([version], size)
            place = place_hash(first)
            while place not in self._paused and not self._halted:
                if (some := await asyncio.to_thread(next, questions, None)) is None:
                    break
                for part in worker.bounded(some):
                    if chunk := await self._sorted(part):
                        yield chunk
                if len(self._held) >= _HELD:
                    async for chunk in self._once_more():
                        yield chunk
        while self._held and not self._halted:
            async for chunk in self._once_more():
                yield chunk

    async def _once_more(self) -> AsyncIterator[Chunk]:
        """The questions that waited for the answers of others, once these are there."""
        await self._finish()
        questions, self._held = self._held, []
        for _, same in itertools.groupby(questions, lambda question: (question.version.id, question.repeat)):
            if chunk := await self._sorted(list(same)):
                yield chunk

    async def _sorted(self, questions: Sequence[MissingVerdict]) -> Chunk | None:
        """Decide what is known, hold back what is being asked, and give the rest as a chunk."""
        endpoint = self._endpoints[questions[0].version.id][0]
        if place_hash(endpoint) in self._paused or self._halted:
            return None
        looked = await asyncio.gather(*(self._look(question, endpoint) for question in questions))
        rest, paid_answers, keys = list[MissingVerdict](), list[PaidAnswer](), set[str]()
        for question, (result, usage, answers) in zip(questions, looked, strict=True):
            if not isinstance(result, AnswerPending):
                self._done.append((question, result))
                self._live.cached += usage.cached
                continue
            key = result.args[0]
            if key in keys or self._claimed[key]:
                self._held.append(question)
                continue
            if key:
                keys.add(key)
            rest.append(question)
            paid_answers += answers
            self._live.cached += usage.cached
        self._claimed.update(keys)
        return self._pack(rest, paid_answers, keys) if rest else None

    async def _look(
        self, question: MissingVerdict, endpoint: Endpoint
    ) -> tuple[Result | AnswerPending, Usage, list[PaidAnswer]]:
        lookups, usage = _RecordedLookups(self._cache), Usage()
        clients, connection = deferring_clients(), deferring(endpoint)
        view = CachedClient(connection, clients, lookups, usage, question.repeat)
        try:
            result: Result | AnswerPending = (
                await self._judges[question.version.id].ask(question.output, view)
            )[0]
        except (AnswerPending, LabelcoreError) as other:
            result = other
        return result, usage, lookups.found

    def _pack(
        self, questions: Sequence[MissingVerdict], paid_answers: Sequence[PaidAnswer], keys: set[str]
    ) -> Chunk:
        version, repeat = questions[0].version, questions[0].repeat
        first = self._endpoints[version.id][0]
        every = {key_of(endpoint): endpoint for some in self._endpoints.values() for endpoint in some}
        chunk = {
            "kind": "llm",
            "run": self._live.run.id,
            "repeat": repeat,
            "version": version.model_dump(mode="json"),
            "outputs": [question.output.model_dump(mode="json") for question in questions],
            "known": [
                answer.model_dump(mode="json")
                for answer in {answer.key: answer for answer in paid_answers}.values()
            ],
            "first": key_of(first),
            "endpoints": {name: self._terms(endpoint) for name, endpoint in every.items()},
        }
        return Chunk(json.dumps(chunk), tuple(questions), frozenset(keys), place_hash(first))

    def _terms(self, endpoint: Endpoint) -> dict[str, Any]:
        """One worker's share of an endpoint's limits."""
        many = max(1, len(self._workers))
        terms = {name: getattr(endpoint, name) for name in TERMS}
        for name in ("requests_per_minute", "tokens_per_minute"):
            terms[name] = None if terms[name] is None else terms[name] / many
        terms["concurrency"] = self._share(endpoint)
        return terms | {"place": place_hash(endpoint)}

    def _share(self, endpoint: Endpoint) -> int:
        many = max(1, len(self._workers))
        return max(1, (self._live.options.concurrency or endpoint.concurrency) // many)

    def _send(self, chunk: Chunk, where: str) -> None:
        number = next(self._numbers)

        def tell(outcome: WorkOutcome) -> None:
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, (number, outcome))

        future = self._engine.submit(worker.decide_chunk, chunk.text, where, tell)
        self._out[number] = chunk, where, future

    async def _room(self) -> str | None:
        """A worker that can take a chunk; None once nobody should."""
        while not self._halted:
            await self._find_workers()
            load = Counter(where for _, where, _ in self._out.values())
            free = [where for where in self._workers if load[where] < _AHEAD]
            if free and len(self._out) < _AHEAD * len(self._workers):
                return min(free, key=lambda where: load[where])
            await self._take()
        return None

    async def _find_workers(self) -> None:
        """Workers come and go; without any for long, the run pauses."""
        now = time.monotonic()
        if now - self._looked < _WORKERS_SECONDS:
            return
        self._looked = now
        try:
            self._workers = await asyncio.to_thread(self._engine.workers)
        except OSError:
            self._lose(_LOST)
        if self._workers:
            self._seen = now
        elif now - self._seen > _PATIENCE:
            self._lose(
                Wording(
                    "The engine has had no worker for {seconds:.0f} seconds; run again to go on.",
                    seconds=_PATIENCE,
                )
            )

    def _lose(self, why: Wording) -> None:
        self._lost = True
        self._live.pause(why, "engine")

    # What comes back

    async def _finish(self) -> None:
        """Take in everything that is out; after a stop, only what ends soon."""
        while self._out and not self._halted:
            await self._find_workers()
            await self._take()
        if self._out and not self._lost:
            await asyncio.to_thread(self._engine.everywhere, worker.stop_here, self._live.run.id)
            until = time.monotonic() + _GRACE_SECONDS
            while self._out and time.monotonic() < until:
                await self._take()

    async def _take(self) -> None:
        """Take in what has arrived, waiting a moment for it."""
        try:
            number, outcome = await asyncio.wait_for(self._arrived.get(), _LOOK_SECONDS)
        except TimeoutError:
            return
        chunk, _, _ = self._out.pop(number)
        self._claimed.subtract(chunk.keys)
        self._claimed += Counter[str]()  # lets go of those at nought
        if outcome.lost:
            if not self._halted:
                self._lose(_LOST)
        elif outcome.trouble:
            trouble = ModelTrouble("The engine gave it up: {trouble}", kind="worker", trouble=outcome.trouble)
            self._done += [(question, trouble) for question in chunk.questions]
        else:
            self._record(chunk, json.loads(outcome.text))

    def _record(self, chunk: Chunk, document: dict[str, Any]) -> None:
        for answer in map(PaidAnswer.model_validate, document["answers"]):
            self._cache.keep(answer)
        live = self._live
        live.count(Usage(**document["usage"]))
        live.notes.update(document["notes"])
        for reason, kind in document["paused"]:
            live.pause(Wording(of_kept(reason)), kind)
            live.faults[kind] += 1
            self._paused.add(chunk.place)
        results = zip(chunk.questions, document["results"], strict=True)
        self._done += [
            (question, worker.result_of(result)) for question, result in results if result is not None
        ]

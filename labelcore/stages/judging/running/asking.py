"""LLM judges: every endpoint at its pace, what is decided stored a few times a second.

Measured in ``tests/bench/judge_speed.py``. Whatever waits for the disk runs in a thread, so that
answers are taken in, and kept by the journal, while a batch is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.kinds.llm import asking
from labelcore.llm.client import counting
from labelcore.llm.protocol import AnswerPending
from labelcore.llm.spending import OVERSPENT, spending
from labelcore.stages.judging.running.answers import AnswerCache, CachedClient
from labelcore.stages.judging.running.clients import Clients, ModelJudges
from labelcore.stages.judging.running.live_run import Decided, LiveRun, Result
from labelcore.stages.judging.running.workload import MissingVerdict
from labelcore.store.journal import Journal

_FLUSH_VERDICTS = 500
_LOOK_SECONDS = 0.05
_APART_SECONDS = 0.001  # calls that start together are answered together, in bursts
_PATIENCE = 0.0002  # seconds for which the thread that stores may keep the loop from reading answers
GRACE_SECONDS = 10.0  # calls under way are paid for: let them end


async def ask_models(
    live: LiveRun, groups: Sequence[ModelJudges], clients: Clients, journal: Journal
) -> None:
    """Ask everybody at once until all is decided, somebody stops the run, or nobody can go on.

    The clients are closed when this returns.
    """
    live.remaining.begin_asking()
    try:
        with _impatient(), spending(live.options.purse), counting(live.options.asked_again):
            cache = await asyncio.to_thread(AnswerCache, live.workspace.db, journal)
            done: list[Decided] = []
            async with storing(live, cache, done) as keeper:
                askers = [_Asker(live, asking, clients, cache, done) for asking in groups]
                await _all_of([asyncio.create_task(asker.run()) for asker in askers], keeper)
    finally:
        live.notes |= clients.notes
        await clients.close()


async def _all_of(tasks: Sequence[asyncio.Task[None]], keeper: asyncio.Task[None]) -> None:
    """Wait for the tasks; whatever trouble the first of them has, or the one that stores, ends all."""
    waiting = {keeper, *tasks}
    try:
        while any(not task.done() for task in tasks):
            over, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in over:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


_runs = 0
_counting = threading.Lock()
_usual = sys.getswitchinterval()


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    """Threads change places sooner while any run of this process is under way."""
    global _runs, _usual
    with _counting:
        if not _runs:
            _usual = sys.getswitchinterval()
            sys.setswitchinterval(_PATIENCE)
        _runs += 1
    try:
        yield
    finally:
        with _counting:
            _runs -= 1
            if not _runs:
                sys.setswitchinterval(_usual)


class _Asker:
    """Asks one endpoint; its trouble pauses its judges and nobody else's."""

    def __init__(
        self, live: LiveRun, group: ModelJudges, clients: Clients, cache: AnswerCache, done: list[Decided]
    ) -> None:
        self._live, self._done = live, done
        self._versions, self._concurrency = group.versions, group.connection.concurrency
        self._judges = {version.id: asking(version) for version in group.versions}
        self._clients = [
            CachedClient(group.connection, clients, cache, live, repeat)
            for repeat in range(live.backlog.repeats)
        ]
        self._jobs: asyncio.Queue[MissingVerdict | None] = asyncio.Queue(maxsize=2 * self._concurrency)
        self._idle: set[asyncio.Task[Any] | None] = set()
        self._paused = False

    @property
    def _halted(self) -> bool:
        return self._paused or self._live.stop.is_set()

    async def run(self) -> None:
        feeding = asyncio.create_task(self._feed())
        workers = [
            asyncio.create_task(self._answer_all(i * _APART_SECONDS)) for i in range(self._concurrency)
        ]
        try:
            waiting = {feeding, *workers}
            while waiting and not self._halted:
                ended, waiting = await asyncio.wait(
                    waiting, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_EXCEPTION
                )
                for task in ended:
                    task.result()
            if busy := waiting - self._idle - {feeding}:
                await asyncio.wait(busy, timeout=GRACE_SECONDS)
        finally:
            for task in (feeding, *workers):
                task.cancel()
            await asyncio.gather(feeding, *workers, return_exceptions=True)

    async def _feed(self) -> None:
        questions = self._live.backlog.questions(self._versions)
        while (some := await asyncio.to_thread(next, questions, None)) is not None:
            for question in some:
                await self._jobs.put(question)
        for _ in range(self._concurrency):
            await self._jobs.put(None)

    async def _answer_all(self, later: float) -> None:
        await asyncio.sleep(later)
        me = asyncio.current_task()
        while not self._halted:
            self._idle.add(me)
            question = await self._jobs.get()
            self._idle.discard(me)
            if question is None or self._halted:
                return
            result = await self._ask(question)
            if result is not None:
                self._done.append((question, result))

    async def _ask(self, question: MissingVerdict) -> Result | None:
        """The decision, or why there is none; None where the run pauses and asks it another day."""
        client = self._clients[question.repeat]
        try:
            return (await self._judges[question.version.id].ask(question.output, client))[0]
        except AnswerPending:
            return None
        except LabelcoreError as trouble:
            if isinstance(trouble, ModelTrouble) and trouble.fatal:
                self._paused = True
                self._live.pause(trouble, trouble.kind)
                if trouble.kind != OVERSPENT:
                    self._live.faults[trouble.kind] += 1
                return None
            return trouble


@contextlib.asynccontextmanager
async def storing(
    live: LiveRun, cache: AnswerCache, done: list[Decided]
) -> AsyncIterator[asyncio.Task[None]]:
    """Within, what comes in is stored, twice a second or more often when much comes; at the end, all is."""
    ended = asyncio.Event()
    keeper = asyncio.create_task(_keep_storing(live, cache, done, ended))
    try:
        yield keeper
    finally:
        ended.set()  # a batch on its way into the database must not be cut off
        await keeper


async def _keep_storing(live: LiveRun, cache: AnswerCache, done: list[Decided], ended: asyncio.Event) -> None:
    waited = 0.0
    over = False
    while not over:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), _LOOK_SECONDS)
        over, waited = ended.is_set(), waited + _LOOK_SECONDS
        if over or waited >= live.flush_seconds or len(done) >= _FLUSH_VERDICTS:
            waited = 0.0
            decided, done[:] = list(done), []
            answers, file = cache.take()
            if decided or answers:
                await asyncio.to_thread(live.store, decided, answers)
            cache.stored(answers, file)

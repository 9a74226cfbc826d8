"""What a worker of an engine does: decide a chunk of questions, from text to text.

It has no database. It uses the settings and keys of its own machine, but the limits and prices that
the chunk brings: its share of what the run may use. All chunks of one process go through one event
loop and one client for each endpoint, so that connections and learned limits outlive a chunk.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from typing_extensions import override

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.judges.meanings import read_meanings
from labelcore.llm import client_for
from labelcore.models import JudgeVersion, Output, Paid
from labelcore.settings import Endpoint
from labelcore.stages.judging.running.cached_client import AnswerStore, CachedClient
from labelcore.stages.judging.running.chunks import TERMS, key_of, place_hash, plain
from labelcore.stages.judging.running.clients import Clients, Connection, place_of
from labelcore.stages.judging.running.usage import Usage
from labelcore.text.embedding import SentenceEncoder


class _CarriedAnswers(AnswerStore):
    """The answers that a chunk brought, and those that it takes home."""

    def __init__(self, known: Sequence[Mapping[str, Any]]) -> None:
        self._known = {paid.key: paid for paid in map(Paid.model_validate, known)}
        self.fresh: list[Paid] = []
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def turn(self, key: str) -> asyncio.Lock:
        return self._turns.setdefault(key, asyncio.Lock())

    async def find(self, key: str) -> Paid | None:
        return self._known.get(key)

    @override
    def keep(self, paid: Paid, *, on_disk: bool = False) -> None:
        self._known[paid.key] = paid
        self.fresh.append(paid)

    async def pass_on(self) -> None:
        """Nothing waits."""


class _Session:
    """One run's clients in this process, with the limits that its chunks bring.

    ``troubles``: by the endpoints' names, after what no call to them can succeed.
    """

    def __init__(self, terms: Mapping[str, Mapping[str, Any]]) -> None:
        self._terms = terms
        self.clients = Clients(self._open)
        self.troubles: dict[str, ModelTrouble] = {}
        self.slots = {name: asyncio.Semaphore(limits["concurrency"]) for name, limits in terms.items()}

    def _open(self, endpoint: Endpoint) -> Connection:
        """The client of an endpoint of this machine's settings.

        Raises:
            ModelTrouble: it is not the one of the run's own process, or has no key here.
        """
        terms = self._terms.get(key_of(endpoint))
        if terms is None or place_hash(endpoint) != terms["place"]:
            raise ModelTrouble(
                f"The endpoint '{endpoint.name}' is another one on a worker than where the run was started.",
                next_step="Give every worker the same LABELCORE_… settings.",
                kind="endpoint",
                fatal=True,
            )
        limited = endpoint.model_copy(update={name: terms[name] for name in TERMS})
        return Connection(client_for(limited), place_of(limited), limited.concurrency)


class _Process:
    """What this process keeps from chunk to chunk."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.sessions: dict[tuple[str, str], _Session] = {}
        self.stopped: set[str] = set()
        threading.Thread(target=self.loop.run_forever, name="labelcore", daemon=True).start()

    def session(self, run: str, terms: Mapping[str, Mapping[str, Any]]) -> _Session:
        """Where a run is at work in this process; call it in the station's loop."""
        key = run, json.dumps(terms)
        if key not in self.sessions:
            self.sessions[key] = _Session(terms)
        return self.sessions[key]

    async def end(self, run: str) -> None:
        """Let go of what a run used."""
        for key in [key for key in self.sessions if key[0] == run]:
            await self.sessions.pop(key).clients.close()


_starting = threading.Lock()
_processes: list[_Process] = []


def _process() -> _Process:
    with _starting:
        if not _processes:
            _processes.append(_Process())
        return _processes[0]


def stop_here(run: str) -> None:
    """Begin no further call of a run in this process; calls under way end."""
    _process().stopped.add(run)


def end_here(run: str) -> None:
    """Close what a run used in this process."""
    process = _process()
    asyncio.run_coroutine_threadsafe(process.end(run), process.loop).result(10)


def decide_chunk(text: str) -> str:
    """Decide the questions of a chunk. Both texts are JSON; the engine calls this on a worker."""
    chunk = json.loads(text)
    if chunk["kind"] == "local":
        return json.dumps(_decide_locally(chunk))
    _step_aside()
    process = _process()
    asked = asyncio.run_coroutine_threadsafe(_ask(process, chunk), process.loop)
    return json.dumps(asked.result())


def _step_aside() -> None:
    """Waiting for a model takes no core: let the engine start the next chunk here meanwhile."""
    from distributed import secede

    try:
        secede()
    except ValueError:  # called by no worker
        return


async def _ask(process: _Process, chunk: Mapping[str, Any]) -> dict[str, Any]:
    asking = _ChunkAsker(process, chunk)
    outputs = [Output.model_validate(output) for output in chunk["outputs"]]
    results = await asyncio.gather(*(asking.decide(output) for output in outputs))
    return {
        "results": results,
        "notes": sorted(asking.session.clients.notes),
        "paused": asking.paused,
        "answers": [paid.model_dump(mode="json") for paid in asking.cache.fresh],
        "usage": vars(asking.usage),
    }


class _ChunkAsker:
    """One chunk's questions to models."""

    def __init__(self, process: _Process, chunk: Mapping[str, Any]) -> None:
        self._process, self._run, self._repeat = process, chunk["run"], chunk["repeat"]
        self._judge = kind_of(JudgeVersion.model_validate(chunk["version"]))
        self._first = chunk["first"]
        self.session = process.session(self._run, chunk["endpoints"])
        self.cache, self.usage = _CarriedAnswers(chunk["known"]), Usage()
        self.paused: list[list[str]] = []

    async def decide(self, output: Output) -> dict[str, Any] | None:
        """A decision or a trouble in plain data; None where it was not asked."""
        async with self.session.slots[self._first]:
            if self._run in self._process.stopped or self._first in self.session.troubles:
                self._pause()
                return None
            try:
                connection = self.session.clients.of(self._judge.prompts[0].answerer)
                view = CachedClient(connection, self.session.clients, self.cache, self.usage, self._repeat)
                decision, _ = await self._judge.ask(output, view)
            except LabelcoreError as trouble:
                if isinstance(trouble, ModelTrouble) and trouble.fatal:
                    self.session.troubles[self._first] = trouble
                    self._pause()
                    return None
                return plain(trouble)
        return plain(decision)

    def _pause(self) -> None:
        trouble = self.session.troubles.get(self._first)
        if trouble and not self.paused:
            self.paused.append([str(trouble), trouble.kind])


def _decide_locally(chunk: Mapping[str, Any]) -> dict[str, Any]:
    """Several judges on the same outputs, each of which is embedded once."""
    outputs = [Output.model_validate(output) for output in chunk["outputs"]]
    versions = [JudgeVersion.model_validate(version) for version in chunk["versions"]]
    embedded = read_meanings(map(kind_of, versions), outputs, SentenceEncoder().encode)
    results: list[dict[str, Any]] = []
    for version, rows in zip(versions, chunk["rows"], strict=True):
        some = [outputs[i] for i in rows]
        try:
            made = kind_of(version).decide(some, None if embedded is None else embedded[rows])
            results += [plain(decision) for decision in made]
        except LabelcoreError as trouble:
            results += [plain(trouble)] * len(rows)
    return {"results": results, "notes": [], "paused": [], "answers": [], "usage": vars(Usage())}

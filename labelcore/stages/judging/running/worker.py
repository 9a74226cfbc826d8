"""An engine's workers: the chunks of questions that travel to them as JSON, and how one is decided there.

A worker has no database. It uses the settings and keys of its machine, but the limits and prices
that the chunk brings: its share of what the run may use. All chunks of one process go through one event
loop and one client for each endpoint, so that connections and learned limits outlive a chunk.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.kinds import deciding, kind_of, read_meanings
from labelcore.judges.kinds.llm import asking
from labelcore.llm import client_for
from labelcore.llm.limits import Limiter
from labelcore.models import Decision, JudgeVersion, Output, PaidAnswer
from labelcore.settings import Endpoint
from labelcore.stages.judging.running.answers import AnswerStore, CachedClient
from labelcore.stages.judging.running.clients import Clients, Connection, place_of
from labelcore.stages.judging.running.deciding import decide_rows
from labelcore.stages.judging.running.live_run import Result, Usage
from labelcore.stages.judging.running.workload import Backlog, MissingVerdict
from labelcore.text.embedding import SentenceEncoder
from labelcore.wording import kept, of_kept

_LOCAL = 500  # outputs of a chunk for judges that need no model
_MOST_CHARACTERS = 2_000_000
TERMS = (
    *("concurrency", "requests_per_minute", "tokens_per_minute", "call_timeout"),
    *("price_in", "price_out", "price_cached"),
)
"""What of an endpoint travels with a chunk; its address and key never do."""


def key_of(endpoint: Endpoint) -> str:
    """What an endpoint's terms are found by in a chunk."""
    return f"{endpoint.name}|{endpoint.model}"


def place_hash(endpoint: Endpoint) -> str:
    """The same without its address, which may hold a secret."""
    return hashlib.blake2b(place_of(endpoint).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Chunk:
    """What goes out in one piece. ``place`` and ``keys`` are hashes: of the endpoint, of its questions."""

    text: str
    questions: tuple[MissingVerdict, ...]
    keys: frozenset[str] = frozenset()
    place: str = ""


def plain(result: Result) -> dict[str, Any]:
    """A decision or a trouble as what JSON can hold."""
    if isinstance(result, Decision):
        return {"decision": result.model_dump(mode="json")}
    return {
        "trouble": kept(result.what),
        "next_step": kept(result.next_step),
        "kind": getattr(result, "kind", ""),
    }


def result_of(document: dict[str, Any]) -> Result:
    """What :func:`plain` was made from, as far as it can be told."""
    if "decision" in document:
        return Decision.model_validate(document["decision"])
    reason, next_step = of_kept(document["trouble"]), of_kept(document["next_step"])
    if kind := document["kind"]:
        return ModelTrouble(reason, next_step=next_step, kind=kind)
    return LabelcoreError(reason, next_step=next_step)


def bounded(questions: Sequence[MissingVerdict]) -> Iterator[list[MissingVerdict]]:
    """The questions in parts of a bounded size."""
    part, size = list[MissingVerdict](), 0
    for question in questions:
        output = question.output
        size += len(output.text) + len(output.input) + len(output.context)
        part.append(question)
        if size > _MOST_CHARACTERS:
            yield part
            part, size = [], 0
    if part:
        yield part


def local_chunks(backlog: Backlog, run: str) -> Iterator[Chunk]:
    """What judges that need no model have to decide, each output once for all of them."""
    for outputs, missing in backlog.local_outputs(_LOCAL):
        rows = {key: [i for i, output in enumerate(outputs) if output.id in missing[key]] for key in missing}
        chunk = {
            "kind": "local",
            "run": run,
            "rows": [rows[version.id] for version in backlog.local],
            "versions": [version.model_dump(mode="json") for version in backlog.local],
            "outputs": [output.model_dump(mode="json") for output in outputs],
        }
        questions = (
            MissingVerdict(version, 0, outputs[i]) for version in backlog.local for i in rows[version.id]
        )
        yield Chunk(json.dumps(chunk), tuple(questions))


class _Session:
    """One run's clients here, and the troubles after which no call can succeed, by the endpoints' keys."""

    def __init__(self, terms: Mapping[str, Mapping[str, Any]], gates: dict[str, Limiter]) -> None:
        self._terms, self._gates = terms, gates
        self.clients = Clients(self._open)
        self.troubles: dict[str, ModelTrouble] = {}
        self.slots = {name: asyncio.Semaphore(limits["concurrency"]) for name, limits in terms.items()}

    def _open(self, endpoint: Endpoint) -> Connection:
        """The client of an endpoint of this machine's settings, if it is the one of the run's process."""
        terms = self._terms.get(key_of(endpoint))
        if terms is None or place_hash(endpoint) != terms["place"]:
            raise ModelTrouble(
                "The endpoint '{name}' is another one on a worker than where the run was started.",
                next_step="Give every worker the same LABELCORE_… settings.",
                kind="endpoint",
                fatal=True,
                name=endpoint.name,
            )
        limited = endpoint.model_copy(update={name: terms[name] for name in TERMS})
        pace = limited.requests_per_minute, limited.tokens_per_minute
        gate = self._gates.setdefault(limited.address, Limiter(limited.concurrency, *pace))
        return Connection(client_for(limited, gate=gate), place_of(limited), limited.concurrency)


class _Process:
    """What this process keeps from chunk to chunk."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.sessions: dict[tuple[str, str], _Session] = {}
        self.gates: dict[str, dict[str, Limiter]] = {}
        self.stopped: set[str] = set()
        threading.Thread(target=self.loop.run_forever, name="labelcore", daemon=True).start()

    def session(self, run: str, terms: Mapping[str, Mapping[str, Any]]) -> _Session:
        """Where a run is at work in this process; call it in the station's loop."""
        key = run, json.dumps(terms)
        if key not in self.sessions:
            self.sessions[key] = _Session(terms, self.gates.setdefault(run, {}))
        return self.sessions[key]

    async def end(self, run: str) -> None:
        """Let go of what a run used."""
        for key in [key for key in self.sessions if key[0] == run]:
            await self.sessions.pop(key).clients.close()
        self.gates.pop(run, None)


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
    from distributed import secede

    with contextlib.suppress(ValueError):  # called by no worker
        secede()  # waiting for a model takes no core: let the engine start the next chunk here meanwhile
    process = _process()
    future = asyncio.run_coroutine_threadsafe(_ask(process, chunk), process.loop)
    return json.dumps(future.result())


async def _ask(process: _Process, chunk: Mapping[str, Any]) -> dict[str, Any]:
    """One chunk's questions to models, in the loop of the process."""
    run, first = chunk["run"], chunk["first"]
    judge = asking(JudgeVersion.model_validate(chunk["version"]))
    session = process.session(run, chunk["endpoints"])
    cache, usage = AnswerStore(map(PaidAnswer.model_validate, chunk["known"])), Usage()

    async def decide(output: Output) -> dict[str, Any] | None:
        """A decision or a trouble in plain data; None where it was not asked."""
        async with session.slots[first]:
            if run in process.stopped or first in session.troubles:
                return None
            try:
                connection = session.clients.of(judge.prompts[0].answerer)
                view = CachedClient(connection, session.clients, cache, usage, chunk["repeat"])
                return plain((await judge.ask(output, view))[0])
            except LabelcoreError as trouble:
                if isinstance(trouble, ModelTrouble) and trouble.fatal:
                    session.troubles[first] = trouble
                    return None
                return plain(trouble)

    results = await asyncio.gather(*(decide(Output.model_validate(output)) for output in chunk["outputs"]))
    fatal = session.troubles.get(first) if None in results else None
    return {
        "results": results,
        "notes": sorted(session.clients.notes),
        "paused": [[kept(fatal), fatal.kind]] if fatal else [],
        "answers": [answer.model_dump(mode="json") for answer in cache.fresh],
        "usage": vars(usage),
    }


def _decide_locally(chunk: Mapping[str, Any]) -> dict[str, Any]:
    """Several judges on the same outputs, each of which is embedded once."""
    outputs = [Output.model_validate(output) for output in chunk["outputs"]]
    versions = [JudgeVersion.model_validate(version) for version in chunk["versions"]]
    embedded = read_meanings(map(kind_of, versions), outputs, SentenceEncoder().encode)
    pairs = zip(versions, chunk["rows"], strict=True)
    results = [
        plain(result)
        for version, rows in pairs
        for result in decide_rows(deciding(version), outputs, rows, embedded)
    ]
    return {"results": results, "notes": [], "paused": [], "answers": [], "usage": vars(Usage())}

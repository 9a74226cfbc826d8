"""Big runs through the providers' batches, over several days and processes.

One round collects what providers have answered into the store of answers, lets the ordinary runner
turn known answers into verdicts (so these are exactly once, like all others), writes what is still
unknown into files, and hands those over. A question that is with a provider is not handed over
again; one without an answer of use is, as often as in a live run, and is an error then. A job is
recorded before and after it is handed over and carries our name at the provider, so that one whose
process died in between is found again.

Likelihoods of words would need a second call, so verdicts that come this way carry none.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from labelcore.errors import ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.llm import Answer, Answerer, Message, ModelClient, Weighed, asked_key, client_for, endpoint_for
from labelcore.llm.protocol import MOST_TOKENS, TRIES, NotYet, Schema
from labelcore.models import BatchJob, Paid, new_id
from labelcore.settings import Endpoint
from labelcore.stages.judging.running.clients import Assignment, Clients, Connection, place_of
from labelcore.stages.judging.running.live_run import LiveRun
from labelcore.store import answers as answer_table
from labelcore.store import batch_jobs as job_table
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    from labelcore.llm.batches import ProviderBatches

_AT_ONCE = 2_000  # answers that are stored together
_SIDE_BY_SIDE = 8


class _BatchHistory:
    """Which questions are with a provider, and how often one was asked without an answer of use."""

    def __init__(self, workspace: Workspace) -> None:
        self._db, self._project = workspace.db, workspace.project
        self._times: Counter[str] = Counter()
        self.waiting: set[str] = set()

    def look(self) -> None:
        """Read what the jobs of the project say now."""
        self._times = job_table.times_asked(self._db, self._project.id)
        for job in job_table.under_way(self._db, self._project.id):
            self.waiting.update(job.questions)

    def times(self, key: str) -> int:
        """How often a question that still has no answer of use was asked in batches.

        Raises:
            ModelTrouble: as often as one may be.
        """
        if self._times[key] < TRIES:
            return self._times[key]
        answered = bool(answer_table.find(self._db, [key]))
        how = "none of the answers was the asked-for JSON" if answered else "no answer came"
        trouble = ModelTrouble(
            f"The provider was asked in {TRIES} batches, and {how}.",
            next_step="Run without --batch to ask it once more.",
            kind="malformed" if answered else "batch",
        )
        trouble.requests = 0  # each was counted when its batch was collected
        raise trouble


class _Writer(ModelClient):
    """A client that writes questions down instead of asking them."""

    def __init__(self, endpoint: Endpoint, folder: Path, asked: _BatchHistory) -> None:
        from labelcore.llm.batches import MOST_BYTES, MOST_QUESTIONS

        self.model, self.endpoint = endpoint.model, endpoint
        self._client = client_for(endpoint)
        self._folder, self._history = folder, asked
        self._most = (MOST_QUESTIONS, MOST_BYTES)
        self.files: list[tuple[Path, list[str]]] = []
        self._size = 0

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> Answer[Schema]:
        """Write the question down; the answer comes another day.

        Raises:
            ModelTrouble: it was asked as often as one may be, and no answer was of use.
        """
        from labelcore.llm.batches import question_line

        key = asked_key() or ""
        if key not in self._history.waiting:
            again = self._history.times(key)
            self._history.waiting.add(key)
            body = self._client.request_body(messages, schema, most_tokens, again=again)
            self._write(key, question_line(key, body))
        raise NotYet

    @override
    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> Weighed | None:
        """None: that would be a call."""
        return None

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    def _write(self, key: str, line: bytes) -> None:
        full = self.files and len(self.files[-1][1]) >= self._most[0]
        if not self.files or full or self._size + len(line) > self._most[1]:
            self.files.append((self._folder / f"{id(self)}-{len(self.files)}.jsonl", []))
            self._size = 0
        place, keys = self.files[-1]
        with place.open("ab") as file:
            file.write(line)
        keys.append(key)
        self._size += len(line)


class BatchRound:
    """One round: collect, decide what is known, hand over the rest."""

    def __init__(self, live: LiveRun) -> None:
        self._live, self._db = live, live.workspace.db
        self._folder = tempfile.TemporaryDirectory(prefix="labelcore-")
        self._writers: list[_Writer] = []
        self._history = _BatchHistory(live.workspace)
        self.clients = Clients(self._open)
        self._chosen = self.clients.choose(
            [version for version in live.backlog.versions if kind_of(version).needs_model]
        )

    def collect(self) -> None:
        """Bring in what providers have answered since the last round."""
        for job in job_table.under_way(self._db, self._live.workspace.project.id):
            endpoint = endpoint_for(Answerer(job.model, job.endpoint))
            with _batches(endpoint) as batches:
                self._collect(job, batches)

    def _collect(self, job: BatchJob, batches: ProviderBatches) -> None:
        provider_id = job.provider_id or batches.find(job.id)
        if provider_id is None:
            message = "It was not handed over before its process ended."
            job_table.save(self._db, job.model_copy(update={"state": "failed", "message": message}))
            return
        state = batches.state(provider_id)
        if not state.over:
            known = {"provider_id": provider_id, "state": "with the provider"}
            if known["provider_id"] != job.provider_id:
                job_table.save(self._db, job.model_copy(update=known))
            return
        answered = self._keep(batches.answers(state))
        missed = len(job.questions) - answered
        message = f"{missed:,} of {len(job.questions):,} questions were not answered ({state.status})."
        through = answered or state.status == "completed"
        done = {"state": "collected" if through else "failed", "provider_id": provider_id}
        job_table.save(self._db, job.model_copy(update=done | {"message": message if missed else ""}))
        if missed:
            self._live.faults["batch"] += missed
            self._live.notes.add(f"{message} They are asked again.")

    def _keep(self, answers: Iterator[Paid]) -> int:
        count, some = 0, list[Paid]()
        for paid in answers:
            some.append(paid)
            count += 1
            self._live.collected(paid)
            if len(some) >= _AT_ONCE:
                answer_table.add(self._db, some)
                some = []
        answer_table.add(self._db, some)
        return count

    def asked(self) -> list[Assignment]:
        """Who writes down what is not known, and is not with a provider already."""
        self._history.look()
        return self._chosen

    def _open(self, endpoint: Endpoint) -> Connection:
        writer = _Writer(endpoint, Path(self._folder.name), self._history)
        self._writers.append(writer)
        return Connection(writer, place_of(endpoint), _SIDE_BY_SIDE)

    def hand_over(self) -> None:
        """Send what was written down; the run waits for it."""
        with self._folder:
            for writer in self._writers:
                if writer.files:
                    with _batches(writer.endpoint) as batches:
                        for place, keys in writer.files:
                            self._hand_over(writer.endpoint, place, keys, batches)
        waiting = job_table.under_way(self._db, self._live.workspace.project.id)
        if count := sum(len(job.questions) for job in waiting):
            self._live.paused.append(
                f"{count:,} questions are with the provider; run again with --batch to collect."
            )

    def _hand_over(
        self, endpoint: Endpoint, place: Path, keys: Sequence[str], batches: ProviderBatches
    ) -> None:
        job = BatchJob(
            id=new_id("batch"),
            project_id=self._live.workspace.project.id,
            endpoint=endpoint.name,
            model=endpoint.model,
            state="handing over",
            questions=tuple(keys),
        )
        job_table.save(self._db, job)
        try:
            known = {"provider_id": batches.hand_over(place, job.id), "state": "with the provider"}
        except ModelTrouble as trouble:
            known = {"state": "failed", "message": str(trouble)}
            self._live.paused.append(str(trouble))
        job_table.save(self._db, job.model_copy(update=known))


@contextlib.contextmanager
def _batches(endpoint: Endpoint) -> Iterator[ProviderBatches]:
    from labelcore.llm.batches import ProviderBatches

    batches = ProviderBatches(endpoint)
    try:
        yield batches
    finally:
        batches.close()

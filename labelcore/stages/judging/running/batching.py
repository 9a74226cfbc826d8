"""Big runs through the providers' batches, over several days and processes.

One round collects what providers have answered, lets the ordinary runner turn known answers into
verdicts, writes what is still unknown into files, and hands those over. A question that is with a
provider is not handed over again; one without an answer of use is, as often as in a live run. A job is
recorded before and after it is handed over and carries our name at the provider, so that one whose
process died in between is found again.
"""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from labelcore.errors import ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.llm import (
    Answerer,
    Message,
    ModelAnswer,
    ModelClient,
    WordOdds,
    asked_key,
    client_for,
    endpoint_for,
)
from labelcore.llm.protocol import MOST_TOKENS, TRIES, AnswerPending, Schema
from labelcore.models import BatchJob, new_id
from labelcore.settings import Endpoint
from labelcore.stages.judging.running.clients import Clients, Connection, ModelJudges, place_of
from labelcore.stages.judging.running.live_run import LiveRun
from labelcore.store import answers as answer_table, runs as job_table
from labelcore.wording import Wording
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
        """How often a question without an answer of use was asked in batches; ModelTrouble at the limit."""
        if self._times[key] < TRIES:
            return self._times[key]
        answered = bool(answer_table.find(self._db, [key]))
        how = Wording("no answer came")
        if answered:
            how = Wording("none of the answers was the asked-for JSON")
        trouble = ModelTrouble(
            "The provider was asked in {tries} batches, and {how}.",
            next_step="Run without --batch to ask it once more.",
            kind="malformed" if answered else "batch",
            tries=TRIES,
            how=how,
        )
        trouble.requests = 0  # each was counted when its batch was collected
        raise trouble


class _Writer(ModelClient):
    """A client that writes questions down instead of asking them."""

    def __init__(self, endpoint: Endpoint, folder: Path, history: _BatchHistory) -> None:
        self.model, self.endpoint = endpoint.model, endpoint
        self._client = client_for(endpoint)
        self._folder, self._history = folder, history
        self.files: list[tuple[Path, list[str]]] = []
        self._size = 0

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> ModelAnswer[Schema]:
        """Write the question down; the answer comes another day."""
        from labelcore.llm.batches import MOST_BYTES, MOST_QUESTIONS, question_line

        key = asked_key() or ""
        if key not in self._history.waiting:
            again = self._history.times(key)
            self._history.waiting.add(key)
            body = self._client.request_body(messages, schema, most_tokens, again=again)
            line = question_line(key, body)
            full = self.files and len(self.files[-1][1]) >= MOST_QUESTIONS
            if not self.files or full or self._size + len(line) > MOST_BYTES:
                self.files.append((self._folder / f"{id(self)}-{len(self.files)}.jsonl", []))
                self._size = 0
            place, keys = self.files[-1]
            with place.open("ab") as file:
                file.write(line)
            keys.append(key)
            self._size += len(line)
        raise AnswerPending

    @override
    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> WordOdds | None:
        """None: that would be a second call."""
        return None

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()


class BatchRound:
    """One round: collect, decide what is known, hand over the rest."""

    def __init__(self, live: LiveRun) -> None:
        self._live, self._db = live, live.workspace.db
        self._folder = tempfile.TemporaryDirectory(prefix="labelcore-")
        self._writers: list[_Writer] = []
        self._history = _BatchHistory(live.workspace)
        self.clients = Clients(self._open)
        versions = [version for version in live.backlog.versions if kind_of(version).needs_model]
        self._chosen = self.clients.choose(versions)

    def collect(self) -> None:
        """Bring in what providers have answered since the last round."""
        for job in job_table.under_way(self._db, self._live.workspace.project.id):
            endpoint = endpoint_for(Answerer(job.model, job.endpoint, job.address))
            with _batches(endpoint) as batches:
                self._collect(job, batches)

    def _collect(self, job: BatchJob, batches: ProviderBatches) -> None:
        provider_id = job.provider_id or batches.find(job.id)
        if provider_id is None:
            message = "It was not handed over before its process ended."
            job_table.save_job(self._db, job.model_copy(update={"state": "failed", "message": message}))
            return
        state = batches.state(provider_id)
        if not state.over:
            if provider_id != job.provider_id:
                update = {"provider_id": provider_id, "state": "with the provider"}
                job_table.save_job(self._db, job.model_copy(update=update))
            return
        answers, answered = batches.answers(state), 0
        while some := list(itertools.islice(answers, _AT_ONCE)):
            for answer in some:
                self._live.count(answer)
            answer_table.add(self._db, some)
            answered += len(some)
        missed = len(job.questions) - answered
        message = f"{missed:,} of {len(job.questions):,} questions were not answered ({state.status})."
        through = answered or state.status == "completed"
        done = {"state": "collected" if through else "failed", "provider_id": provider_id}
        job_table.save_job(self._db, job.model_copy(update=done | {"message": message if missed else ""}))
        if missed:
            self._live.faults["batch"] += missed
            self._live.notes.add(f"{message} They are asked again.")

    def asked(self) -> list[ModelJudges]:
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
            why = Wording(
                "Questions that the provider has still to answer: {count:,}. Collect them with --batch.",
                count=count,
            )
            self._live.pause(why, "waiting")

    def _hand_over(
        self, endpoint: Endpoint, place: Path, keys: Sequence[str], batches: ProviderBatches
    ) -> None:
        job = BatchJob(
            id=new_id("batch"),
            project_id=self._live.workspace.project.id,
            endpoint=endpoint.name,
            address=endpoint.address,
            model=endpoint.model,
            state="handing over",
            questions=tuple(keys),
        )
        job_table.save_job(self._db, job)
        try:
            update = {"provider_id": batches.hand_over(place, job.id), "state": "with the provider"}
        except ModelTrouble as trouble:
            update = {"state": "failed", "message": str(trouble)}
            self._live.pause(trouble, trouble.kind)
        job_table.save_job(self._db, job.model_copy(update=update))


def _batches(endpoint: Endpoint) -> contextlib.closing[ProviderBatches]:
    from labelcore.llm.batches import ProviderBatches

    return contextlib.closing(ProviderBatches(endpoint))

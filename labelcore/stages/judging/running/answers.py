"""Answers that were paid for: looked up before a model is asked, kept the moment they come."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from pydantic import BaseModel, ValidationError
from typing_extensions import override

from labelcore.errors import ModelTrouble
from labelcore.llm import Answerer, Message, ModelAnswer, WordOdds, asking_for, parse
from labelcore.llm.protocol import MOST_TOKENS, Schema, kept_refusal
from labelcore.models import PaidAnswer
from labelcore.stages.judging.running.clients import Clients, Connection
from labelcore.stages.judging.running.live_run import Usage
from labelcore.store import Database, answers as answer_table
from labelcore.store.journal import Journal

_TOGETHER_SECONDS = 0.002  # look-ups that come within this time are one query
_MERGE = 20_000


class AnswerStore:
    """Answers that are known, and those that came new, in memory; use it in one event loop."""

    def __init__(self, answers: Iterable[PaidAnswer] = ()) -> None:
        self._known = {answer.key: answer for answer in answers}
        self.fresh: list[PaidAnswer] = []
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def turn(self, key: str) -> asyncio.Lock:
        """Held while a question is asked, so that the same one beside it waits for its answer."""
        return self._turns.setdefault(key, asyncio.Lock())

    async def find(self, key: str) -> PaidAnswer | None:
        """The answer to a question, if it is known."""
        return self._known.get(key)

    def keep(self, answer: PaidAnswer, *, on_disk: bool = False) -> None:  # noqa: ARG002 - the cache asks
        """Keep an answer."""
        self._known[answer.key] = answer
        self.fresh.append(answer)

    async def pass_on(self) -> None:
        """Wait until nothing more urgent is there."""


class AnswerCache(AnswerStore):
    """What this database's judges were ever answered."""

    def __init__(self, db: Database, journal: Journal) -> None:
        super().__init__()
        self._db, self._journal = db, journal
        self._stored = answer_table.known_prefixes(db)
        self._late: set[int] = set()
        self._wanted: dict[str, asyncio.Future[PaidAnswer | None]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._passing: deque[asyncio.Future[None]] = deque()

    @override
    async def find(self, key: str) -> PaidAnswer | None:
        if (answer := self._known.get(key)) is not None:
            return answer
        prefix = answer_table.prefix(key)
        place = int(np.searchsorted(self._stored, prefix))
        stored_here = place < len(self._stored) and int(self._stored[place]) == prefix
        if not stored_here and prefix not in self._late:
            return None
        if key not in self._wanted:
            self._wanted[key] = asyncio.get_running_loop().create_future()
            if self._looking is None:
                self._looking = asyncio.create_task(self._look())
        return await self._wanted[key]

    @override
    def keep(self, answer: PaidAnswer, *, on_disk: bool = False) -> None:
        """Keep an answer; it survives the process when this returns. ``on_disk``: it does already."""
        if not on_disk:
            self._journal.write(answer)
        super().keep(answer)

    @override
    async def pass_on(self) -> None:
        """Wait until nothing more urgent is there; one at a time goes on between two looks for input.

        Answers that have come but were not read die with the process, while the work that follows an
        answer (storing it, writing the next prompt) can wait.
        """
        mine = asyncio.get_running_loop().create_future()
        self._passing.append(mine)
        if len(self._passing) == 1:
            asyncio.get_running_loop().call_soon(self._let_one_pass)
        await mine

    def _let_one_pass(self) -> None:
        first = self._passing.popleft()
        if not first.done():
            first.set_result(None)
        if self._passing:
            asyncio.get_running_loop().call_soon(self._let_one_pass)

    def take(self) -> tuple[list[PaidAnswer], Path | None]:
        """The answers that came since the last time, and the journal's file that holds them until then."""
        answers, self.fresh = self.fresh, []
        return answers, self._journal.turn()

    def stored(self, answers: Sequence[PaidAnswer], file: Path | None) -> None:
        """Let go of answers that the database has."""
        self._journal.drop(file)
        for answer in answers:
            self._known.pop(answer.key, None)
            self._late.add(answer_table.prefix(answer.key))
        if len(self._late) > _MERGE:
            both = np.concatenate([self._stored, np.fromiter(self._late, np.int64)])
            self._stored, self._late = np.sort(both), set()

    async def _look(self) -> None:
        await asyncio.sleep(_TOGETHER_SECONDS)
        questions, self._wanted, self._looking = self._wanted, {}, None
        try:
            answers = await asyncio.to_thread(answer_table.find, self._db, list(questions))
        except Exception as trouble:  # noqa: BLE001 - whoever waits must hear of it
            for waiting in questions.values():
                if not waiting.done():
                    waiting.set_exception(trouble)
            return
        for key, waiting in questions.items():
            if not waiting.done():
                waiting.set_result(answers.get(key))


def question_key(place: str, messages: Sequence[Any], form: object, repeat: int) -> str:
    """The hash of a whole question: who is asked, what, in which form, for which time."""
    whole = json.dumps([place, messages, form, repeat], sort_keys=True)
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()


def answer_key(
    place: str, messages: Sequence[Message], schema: type[BaseModel], most_tokens: int, repeat: int = 0
) -> str:
    """What a judge's question is known by."""
    return question_key(place, messages, [form_of(schema), most_tokens], repeat)


def weigh_key(place: str, messages: Sequence[Message], words: Sequence[str], repeat: int = 0) -> str:
    """What a question for likelihoods is known by."""
    return question_key(place, messages, ["weigh", *words], repeat)


class CachedClient:
    """One repeat's view of a client: an answer that is known costs nothing and takes no call.

    A known answer keeps the tokens, price and time that it took when it was asked for, because they
    describe the judge; the run counts only what is paid now.
    """

    def __init__(
        self, connection: Connection, clients: Clients, cache: AnswerStore, usage: Usage, repeat: int
    ) -> None:
        self.model = connection.client.model
        self._connection, self._client, self._place = connection, connection.client, connection.place
        self._clients, self._cache, self._usage, self._repeat = clients, cache, usage, repeat

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> ModelAnswer[Schema]:
        """The answer that is known, or a new one; see the protocol."""
        key = answer_key(self._place, messages, schema, most_tokens, self._repeat)
        async with self._cache.turn(key):
            if former := await self._known(key, schema):
                return former
            try:
                with asking_for(key):
                    answer = await self._client.answer(messages, schema, most_tokens=most_tokens)
            except ModelTrouble as trouble:
                self._usage.count(trouble)
                raise
            self._keep(key, answer, answer.text, on_disk=self._connection.on_disk)
        await self._cache.pass_on()
        return answer

    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> WordOdds | None:
        """The likelihoods that are known, or new ones; see the protocol."""
        key = weigh_key(self._place, messages, words, self._repeat)
        async with self._cache.turn(key):
            if answer := await self._cache.find(key):
                self._usage.cached += 1
                return WordOdds(probabilities=json.loads(answer.text), requests=0, **_figures(answer))
            try:
                weighed = await self._client.weigh(messages, words)
            except ModelTrouble as trouble:
                self._usage.count(trouble)
                raise
            if weighed is not None:
                self._keep(key, weighed, json.dumps(dict(weighed.probabilities)))
            return weighed

    def named(self, answerer: Answerer) -> CachedClient:
        """The same view of the client of a panel's member."""
        connection = self._clients.of(answerer)
        if connection is self._connection:
            return self
        return CachedClient(connection, self._clients, self._cache, self._usage, self._repeat)

    async def close(self) -> None:
        """Nothing: the run closes its clients."""

    async def _known(self, key: str, schema: type[Schema]) -> ModelAnswer[Schema] | None:
        if (answer := await self._cache.find(key)) is None:
            return None
        if refused := kept_refusal(answer.text):
            self._usage.cached += 1
            raise ModelTrouble("The model refuses: {refused}", kind="refusal", refused=refused[:200])
        try:
            content = parse(answer.text, schema)
        except ValidationError:
            return None
        self._usage.cached += 1
        return ModelAnswer(parsed=content, text=answer.text, requests=0, **_figures(answer))

    def _keep(
        self, key: str, answer: ModelAnswer[Any] | WordOdds, text: str, *, on_disk: bool = False
    ) -> None:
        self._cache.keep(PaidAnswer(key=key, text=text, **_figures(answer)), on_disk=on_disk)
        self._usage.count(answer)


def _figures(answer: ModelAnswer[Any] | WordOdds | PaidAnswer) -> dict[str, Any]:
    """What an answer took when it was asked for."""
    names = ("model", "tokens_in", "tokens_out", "cost_usd", "latency_ms")
    return {name: getattr(answer, name) for name in names}


@lru_cache(maxsize=64)
def form_of(schema: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an answer, worked out once."""
    return schema.model_json_schema()

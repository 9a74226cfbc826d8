"""A client that asks only what was never answered, and counts what it pays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from labelcore.errors import ModelTrouble
from labelcore.llm import Answer, Answerer, Message, Weighed, asking_for, parse
from labelcore.llm.protocol import MOST_TOKENS, Schema
from labelcore.llm.refusing import kept_refusal
from labelcore.models import Paid
from labelcore.stages.judging.running.answers import question_key
from labelcore.stages.judging.running.clients import Clients, Connection


class AnswerStore(Protocol):
    """Answers that are known, and where new ones are kept: a run's, or those of a part of it."""

    def turn(self, key: str) -> asyncio.Lock:
        """Held while a question is asked."""

    async def find(self, key: str) -> Paid | None:
        """The answer to a question, if it is known."""

    def keep(self, paid: Paid, *, on_disk: bool = False) -> None:
        """Keep an answer."""

    async def pass_on(self) -> None:
        """Wait until nothing more urgent is there."""


class Counters(Protocol):
    """What counts the answers that were known, paid for and lost: a run's usage, or a part's."""

    cached: int

    def paid(self, answer: Answer[Any] | Weighed) -> None:
        """Count an answer that was paid for now."""

    def lost(self, trouble: ModelTrouble) -> None:
        """Count what a question took that got no answer."""


class CachedClient:
    """One repeat's view of a client: an answer that is known costs nothing and takes no call.

    A known answer keeps the tokens, price and time that it took when it was asked for, because they
    describe the judge; the run counts only what is paid now.
    """

    def __init__(
        self, connection: Connection, clients: Clients, cache: AnswerStore, usage: Counters, repeat: int
    ) -> None:
        self.model = connection.client.model
        self._connection, self._client, self._place = connection, connection.client, connection.place
        self._clients, self._cache, self._usage, self._repeat = clients, cache, usage, repeat

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> Answer[Schema]:
        """The answer that is known, or a new one; see the protocol."""
        form = [_form(schema), most_tokens]
        key = question_key(self._place, messages, form, self._repeat)
        async with self._cache.turn(key):
            if known := await self._known(key, schema):
                return known
            try:
                with asking_for(key):
                    answer = await self._client.answer(messages, schema, most_tokens=most_tokens)
            except ModelTrouble as trouble:
                self._usage.lost(trouble)
                raise
            self._keep(key, answer, answer.text, on_disk=self._connection.on_disk)
        await self._cache.pass_on()
        return answer

    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> Weighed | None:
        """The likelihoods that are known, or new ones; see the protocol."""
        key = question_key(self._place, messages, ["weigh", *words], self._repeat)
        async with self._cache.turn(key):
            if paid := await self._cache.find(key):
                self._usage.cached += 1
                return Weighed(probabilities=json.loads(paid.text), requests=0, **_figures(paid))
            try:
                weighed = await self._client.weigh(messages, words)
            except ModelTrouble as trouble:
                self._usage.lost(trouble)
                raise
            if weighed is not None:
                self._keep(key, weighed, json.dumps(dict(weighed.probabilities)))
            return weighed

    def named(self, answerer: Answerer) -> CachedClient:
        """The same view of the client of a panel's member.

        Raises:
            ModelTrouble: its endpoint is not configured, or its key is missing.
        """
        connection = self._clients.of(answerer)
        if connection is self._connection:
            return self
        return CachedClient(connection, self._clients, self._cache, self._usage, self._repeat)

    async def close(self) -> None:
        """Nothing: the run closes its clients."""

    async def _known(self, key: str, schema: type[Schema]) -> Answer[Schema] | None:
        if (paid := await self._cache.find(key)) is None:
            return None
        if refused := kept_refusal(paid.text):
            self._usage.cached += 1
            raise ModelTrouble(f"The model refuses: {refused[:200]}", kind="refusal")
        try:
            parsed = parse(paid.text, schema)
        except ValidationError:
            return None
        self._usage.cached += 1
        return Answer(parsed=parsed, text=paid.text, requests=0, **_figures(paid))

    def _keep(self, key: str, answer: Answer[Any] | Weighed, text: str, *, on_disk: bool = False) -> None:
        self._cache.keep(Paid(key=key, text=text, **_figures(answer)), on_disk=on_disk)
        self._usage.paid(answer)


def _figures(answer: Answer[Any] | Weighed | Paid) -> dict[str, Any]:
    """What an answer took when it was asked for."""
    names = ("model", "tokens_in", "tokens_out", "cost_usd", "latency_ms")
    return {name: getattr(answer, name) for name in names}


@lru_cache(maxsize=64)
def _form(schema: type[BaseModel]) -> dict[str, Any]:
    return schema.model_json_schema()

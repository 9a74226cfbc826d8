"""A client for one model at any OpenAI-compatible endpoint, with limits and retries of its own.

A rate limit, a server's error, a timeout and a lost connection are tried again with jitter
(honouring Retry-After); a malformed or truncated answer is asked for again. An endpoint that refuses
JSON schemas gets the schema in the prompt and is parsed strictly, and ``notes`` says so.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from labelcore.errors import ModelTrouble
from labelcore.llm.explaining import explain, waiting
from labelcore.llm.limits import Limiter
from labelcore.llm.parsing import parse
from labelcore.llm.protocol import MOST_TOKENS, TRIES, Answer, Message, Schema, Weighed
from labelcore.llm.refusing import refuses
from labelcore.llm.transports import (
    Garbled,
    KeepsAnswers,
    Refused,
    Reply,
    Transport,
    Unreachable,
    transport_for,
)
from labelcore.settings import Endpoint

_RATE_TRIES = 40  # a limit only delays; it must not cost verdicts
_TOP = 20
_SPOKEN = re.compile(r"response_format|json_schema|json schema|structured", re.I)
STRICT = "The endpoint takes no JSON schemas: answers are parsed strictly."


class OpenAIClient:
    """A client for one endpoint and one model; use and close it in one event loop.

    ``notes`` are sentences on what the endpoint cannot do; ``on_disk``: its transport keeps every
    good answer in a file before it is returned.
    """

    def __init__(self, endpoint: Endpoint, transport: Transport | None = None) -> None:
        self.model = endpoint.model
        self.endpoint = endpoint
        self.notes: set[str] = set()
        self.by_schema = True
        self.on_disk = isinstance(transport, KeepsAnswers)
        self._named_tokens = "max_tokens"
        self._warm = True
        self._gives_odds = True
        self._answered = False
        self._transport = transport or transport_for(endpoint)
        self._limiter: Limiter | None = None

    @property
    def limiter(self) -> Limiter:
        """The endpoint's limits as they are known now."""
        endpoint = self.endpoint
        if self._limiter is None:
            self._limiter = Limiter(
                endpoint.concurrency, endpoint.requests_per_minute, endpoint.tokens_per_minute
            )
        return self._limiter

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> Answer[Schema]:
        """An answer that fits the schema; see the protocol."""
        started, spent = time.monotonic(), _Spent()
        trouble = ModelTrouble("The model was not asked.")
        most = most_tokens
        for attempt in range(TRIES):
            build = _Builder(self, messages, schema, most, again=attempt)
            try:
                reply = await self._exchange(build, spent)
            except ModelTrouble as final:
                raise self._told(final, spent) from final.__cause__
            text, ended, model = _read(reply)
            spent.add(reply)
            if refused := _refusal(reply, text):
                trouble = ModelTrouble(f"The model refuses: {refused[:200]}", kind="refusal")
                raise self._told(trouble, spent)
            try:
                parsed = parse(text, schema)
            except ValidationError:
                cut = ended == "length"
                most = 2 * most if cut else most
                how = "cut off" if cut else "not the asked-for JSON"
                trouble = ModelTrouble(f"The model's answer was {how}.", kind="malformed")
                spent.faults.append("truncated" if cut else "malformed")
                continue
            self._answered = True
            return Answer(
                parsed=parsed,
                text=text,
                model=model or self.model,
                tokens_in=spent.tokens_in,
                tokens_out=spent.tokens_out,
                requests=spent.requests,
                cost_usd=self._cost(spent),
                latency_ms=(time.monotonic() - started) * 1000,
                faults=tuple(spent.faults),
            )
        spent.faults.pop()  # what ends the call is counted as its error
        raise self._told(trouble, spent)

    def request_body(
        self, messages: Sequence[Message], schema: type[BaseModel], most_tokens: int, *, again: int = 0
    ) -> dict[str, Any]:
        """A question as it would be sent, for a provider that takes it in a file.

        ``again``: how often it was asked before, without an answer of use.
        """
        # Whether an answer was cut off is not known any more; room that is not used costs nothing.
        most = 2 * most_tokens if again else most_tokens
        return _Builder(self, messages, schema, most, again=again).body()

    async def ask_once(self, messages: Sequence[Message], schema: type[BaseModel]) -> tuple[str, str]:
        """The text of one answer, whether it fits the schema or not, and the model's name.

        Raises:
            ModelTrouble: the endpoint refuses or is not there.
        """
        reply = await self._exchange(_Builder(self, messages, schema), _Spent())
        text, _, model = _read(reply)
        return text, model

    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> Weighed | None:
        """The probabilities of words as the next one; see the protocol."""
        if not self._gives_odds:
            return None
        started, spent = time.monotonic(), _Spent()
        try:
            reply = await self._exchange(_OddsBuilder(self, messages), spent)
        except ModelTrouble as trouble:
            if trouble.kind != "rejected":
                raise self._told(trouble, spent) from trouble.__cause__
            self._gives_odds = False
            self.notes.add("The endpoint gives no log-probabilities.")
            return None
        spent.add(reply)
        found = _odds(reply, words)
        model = str(reply.completion.get("model") or self.model)
        if found is None:
            return None
        return Weighed(
            probabilities=found,
            model=model,
            tokens_in=spent.tokens_in,
            tokens_out=spent.tokens_out,
            cost_usd=self._cost(spent),
            requests=spent.requests,
            latency_ms=(time.monotonic() - started) * 1000,
            faults=tuple(spent.faults),
        )

    async def close(self) -> None:
        """Give connections back."""
        await self._transport.close()

    async def _exchange(self, build: _Builder, spent: _Spent) -> Reply:
        """One reply, after as many tries as it takes.

        Raises:
            ModelTrouble: it stays impossible.
        """
        tries = limited = 0
        while True:
            body = build.body()
            try:
                spent.requests += 1
                return await self._once(body)
            except (Refused, Unreachable, Garbled, TimeoutError) as trouble:
                if isinstance(trouble, Refused) and self._adapt(body, trouble):
                    continue
                explained = explain(self.endpoint, trouble)
                limited += explained.kind == "rate limit"
                tries += explained.kind != "rate limit"
                hopeless = tries >= TRIES or limited >= _RATE_TRIES
                if explained.fatal or explained.kind == "rejected" or hopeless:
                    explained.fatal = explained.fatal or self._silent(explained)
                    raise explained from trouble
                spent.faults.append(explained.kind)
                await asyncio.sleep(waiting(tries, trouble) if explained.kind != "malformed" else 0)

    async def _once(self, body: dict[str, Any]) -> Reply:
        limiter = self.limiter
        await limiter.enter(_guess_tokens(body))
        try:
            async with asyncio.timeout(self.endpoint.call_timeout):
                reply = await self._transport.send(cast("Any", body))
        except Refused as refused:
            if refused.status == 429:
                limiter.refused(refused.headers)
            raise
        finally:
            limiter.leave()
        limiter.accepted(reply.headers)
        return reply

    def _silent(self, trouble: ModelTrouble) -> bool:
        """Whether to pause: nobody is there, or nothing good ever came from this endpoint."""
        if trouble.kind == "rejected":
            return False
        return trouble.kind == "connection" or not self._answered

    def _adapt(self, body: dict[str, Any], refused: Refused) -> bool:
        """Leave out what the endpoint does not know; True if this body had it, so ask again."""
        if refused.status not in {400, 422}:
            return False
        if "response_format" in body and _SPOKEN.search(refused.message):
            self.by_schema = False
            self.notes.add(STRICT)
            return True
        if "max_tokens" in body and "max_completion_tokens" in refused.message:
            self._named_tokens = "max_completion_tokens"
            return True
        if "temperature" in body and "temperature" in refused.message:
            self._warm = False
            return True
        return False

    def options(self, most: int, warmth: float) -> dict[str, Any]:
        """The parameters of a request that this endpoint knows."""
        chosen: dict[str, Any] = {"model": self.model, self._named_tokens: most}
        return chosen | {"temperature": warmth} if self._warm else chosen

    def _cost(self, spent: _Spent) -> float:
        endpoint = self.endpoint
        return (spent.tokens_in * endpoint.price_in + spent.tokens_out * endpoint.price_out) / 1_000_000

    def _told(self, trouble: ModelTrouble, spent: _Spent) -> ModelTrouble:
        """The trouble with what it cost until then."""
        trouble.requests, trouble.cost_usd = spent.requests, self._cost(spent)
        trouble.faults = tuple(spent.faults)
        return trouble


class _Spent:
    """What one question took so far, answers of no use included."""

    def __init__(self) -> None:
        self.tokens_in = self.tokens_out = self.requests = 0
        self.faults: list[str] = []

    def add(self, reply: Reply) -> None:
        usage = reply.completion.get("usage") or {}
        self.tokens_in += int(usage.get("prompt_tokens") or 0)
        self.tokens_out += int(usage.get("completion_tokens") or 0)


class _Builder:
    """A question's request bodies; made anew for each try, as the client learns its endpoint."""

    def __init__(
        self,
        client: OpenAIClient,
        messages: Sequence[Message],
        schema: type[BaseModel] | None = None,
        most: int = MOST_TOKENS,
        *,
        again: int = 0,
    ) -> None:
        self.client, self.messages, self.schema = client, messages, schema
        self.most, self.again = most, again

    def body(self) -> dict[str, Any]:
        # A local server gives the same nonsense again at temperature 0.
        warmth = 0.3 if self.again > 1 else 0.0
        chosen = self.client.options(self.most, warmth) | {"messages": list(self.messages)}
        if self.schema is None:
            return chosen
        form = _form(self.schema)
        if self.client.by_schema:
            named = {"name": self.schema.__name__, "schema": form}
            chosen["response_format"] = {"type": "json_schema", "json_schema": named}
        if self.again or not self.client.by_schema:
            # An endpoint may also take the schema and ignore it.
            demand = (
                f"Answer with one JSON object only, by this schema: {json.dumps(form, ensure_ascii=False)}"
            )
            chosen["messages"].append({"role": "user", "content": demand})
        return chosen


class _OddsBuilder(_Builder):
    """A question whose answer is one token with the odds of its rivals."""

    def body(self) -> dict[str, Any]:
        return (
            self.client.options(1, 0.0)
            | {"messages": list(self.messages)}
            | {"logprobs": True, "top_logprobs": _TOP}
        )


@lru_cache(maxsize=64)
def _form(schema: type[BaseModel]) -> dict[str, Any]:
    """A schema as JSON; making it costs as much as a whole call."""
    return schema.model_json_schema()


def _guess_tokens(body: dict[str, Any]) -> int:
    """Tokens that a provider sets aside for a request: four characters each, and the answer's most."""
    most = body.get("max_tokens") or body.get("max_completion_tokens") or 0
    return sum(len(message["content"]) for message in body["messages"]) // 4 + int(most)


def _read(reply: Reply) -> tuple[str, str, str]:
    """The answer's text, why it ended, and the model's name; empty where there is none."""
    choices = reply.completion.get("choices") or [{}]
    choice = choices[0] if isinstance(choices[0], dict) else {}
    message = choice.get("message") or {}
    model = str(reply.completion.get("model") or "")
    return message.get("content") or "", choice.get("finish_reason") or "", model


def _refusal(reply: Reply, text: str) -> str:
    """What the model says instead of an answer, in the field for it or in plain words; or ""."""
    choices = reply.completion.get("choices") or [{}]
    message = choices[0].get("message") if isinstance(choices[0], dict) else None
    refusal = (message or {}).get("refusal")
    return str(refusal) if refusal else text if refuses(text) else ""


def _odds(reply: Reply, words: Sequence[str]) -> dict[str, float] | None:
    """Each word's share of the likelihood of all words' first tokens; None without any."""
    try:
        rivals = reply.completion["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        pairs = [(str(rival["token"]), float(rival["logprob"])) for rival in rivals]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    mass = dict.fromkeys(words, 0.0)
    for token, likelihood in pairs:
        start = token.strip().casefold()
        meant = [word for word in words if start and word.casefold().startswith(start)]
        if len(meant) == 1:  # a token that begins two of the words says nothing
            mass[meant[0]] += math.exp(likelihood)
    whole = sum(mass.values())
    return {word: share / whole for word, share in mass.items()} if whole else None

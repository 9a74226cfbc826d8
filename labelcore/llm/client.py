"""A client for one model at any OpenAI-compatible endpoint, with limits and retries.

What may pass is tried again with jitter. An endpoint that refuses JSON schemas gets the schema in the prompt.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import re
import time
from collections import Counter
from collections.abc import Sequence
from contextvars import ContextVar
from functools import cached_property, lru_cache
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from labelcore.contexts import within
from labelcore.errors import ModelTrouble
from labelcore.llm.limits import Limiter
from labelcore.llm.protocol import (
    MOST_TOKENS,
    TRIES,
    CompletionFields,
    FreeText,
    Message,
    ModelAnswer,
    Schema,
    WordOdds,
    parse,
    read,
)
from labelcore.llm.spending import charged
from labelcore.llm.transports import (
    FINAL,
    FastTransport,
    GarbledAnswer,
    KeepingTransport,
    OpenAITransport,
    RefusedCall,
    Reply,
    Transport,
    Unreachable,
    explain,
    waiting,
)
from labelcore.settings import Endpoint
from labelcore.wording import Wording

_RATE_TRIES = 40  # a limit only delays; it must not cost verdicts
_TOP = 20
_ROUNDING = 0.01  # a logarithm of a probability is not above 0
_SPOKEN = re.compile(r"response_format|json_schema|json schema|structured", re.I)
STRICT = "The endpoint takes no JSON schemas: answers are parsed strictly."
_again: ContextVar[Counter[str] | None] = ContextVar("what calls here are sent again for", default=None)


def counting(again: Counter[str]) -> contextlib.AbstractContextManager[Counter[str] | None]:
    """Within, calls that are sent again are counted here at once, by kind of trouble."""
    return within(_again, again)


class OpenAIClient:
    """A client for one endpoint and one model; use and close it in one event loop.

    ``gate``: limits that it shares with the other clients of its address. ``notes``: what the endpoint
    cannot do; ``on_disk``: good answers are in a file before they are returned; ``late_tries``: how often it
    is asked again while no answer comes in time.
    """

    def __init__(
        self, endpoint: Endpoint, transport: Transport | None = None, gate: Limiter | None = None
    ) -> None:
        self.model = endpoint.model
        self.endpoint = endpoint
        self._gate = gate
        self.notes: set[str] = set()
        self.by_schema = True
        self.tries = TRIES  # of one exchange
        self.late_tries = TRIES
        self.on_disk = isinstance(transport, KeepingTransport)
        self._named_tokens = "max_tokens"
        self._warm = True
        self._gives_odds = True
        self._answered = False
        self._transport = transport or (
            FastTransport(endpoint) if endpoint.transport == "fast" else OpenAITransport(endpoint)
        )

    @cached_property
    def limiter(self) -> Limiter:
        """The endpoint's limits as they are known now."""
        endpoint = self.endpoint
        pace = endpoint.requests_per_minute, endpoint.tokens_per_minute
        return Limiter(endpoint.concurrency, *pace, gate=self._gate)

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> ModelAnswer[Schema]:
        """An answer that fits the schema; see the protocol."""
        started, work = time.monotonic(), _Spent()
        trouble = ModelTrouble("The model was not asked.")
        most = most_tokens
        for attempt in range(TRIES):
            build = _Builder(self, messages, schema, most, again=attempt)
            try:
                reply = await self._exchange(build, work)
            except ModelTrouble as final:
                raise self._told(final, work) from final.__cause__
            fields = read(reply.completion)
            work.add(fields)
            if fields.refused:
                why = fields.refused[:200]
                trouble = ModelTrouble("The model refuses: {refused}", kind="refusal", refused=why)
                raise self._told(trouble, work)
            try:
                content = parse(fields.text, schema)
            except ValidationError as fault:
                cut = fields.ended == "length"
                most = 2 * most if cut else most
                how = Wording("cut off") if cut else _fault_words(schema, fault)
                trouble = ModelTrouble("The model's answer was {how}.", kind="malformed", how=how)
                trouble.answer = fields.text
                work.faults.append("truncated" if cut else "malformed")
                continue
            self._answered = True
            return ModelAnswer(
                content, fields.text, model=fields.model or self.model, **self._took(work, started)
            )
        work.faults.pop()  # what ends the call is counted as its error
        raise self._told(trouble, work)

    def request_body(
        self, messages: Sequence[Message], schema: type[BaseModel], most_tokens: int, *, again: int = 0
    ) -> dict[str, Any]:
        """A question as it would be sent in a file; ``again``: how often it was asked without use."""
        # Whether an answer was cut off is not known any more; room that is not used costs nothing.
        most = 2 * most_tokens if again else most_tokens
        return _Builder(self, messages, schema, most, again=again).body()

    async def ask_once(self, messages: Sequence[Message], schema: type[BaseModel]) -> tuple[str, str]:
        """The text of one answer, whether it fits the schema or not, and the model's name."""
        reply = await self._exchange(_Builder(self, messages, schema), _Spent())
        fields = read(reply.completion)
        return fields.text, fields.model

    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> WordOdds | None:
        """The probabilities of words as the next one; see the protocol."""
        if not self._gives_odds:
            return None
        started, work = time.monotonic(), _Spent()
        try:
            reply = await self._exchange(_OddsBuilder(self, messages), work)
        except ModelTrouble as trouble:
            if trouble.kind != "rejected":
                raise self._told(trouble, work) from trouble.__cause__
            self._gives_odds = False
            self.notes.add("The endpoint gives no log-probabilities.")
            return None
        answered = read(reply.completion)
        work.add(answered)
        if (odds := _odds(reply, words)) is None:
            return None
        return WordOdds(odds, model=answered.model or self.model, **self._took(work, started))

    async def close(self) -> None:
        """Give connections back."""
        await self._transport.close()

    async def _exchange(self, build: _Builder, work: _Spent) -> Reply:
        """One reply, after as many tries as it takes. Raises ModelTrouble: it stays impossible."""
        tries = limited = 0
        while True:
            body = build.body()
            try:
                return await self._once(body, work)
            except (RefusedCall, Unreachable, GarbledAnswer, TimeoutError) as trouble:
                if isinstance(trouble, RefusedCall) and self._adapt(body, trouble):
                    continue
                explained = explain(self.endpoint, trouble)
                limited += explained.kind == "rate limit"
                tries += explained.kind != "rate limit"
                most = self.late_tries if explained.kind == "timeout" else self.tries
                hopeless = tries >= most or limited >= _RATE_TRIES
                if explained.fatal or explained.kind in FINAL or hopeless:
                    # To pause: nobody is there, or nothing good ever came from this endpoint.
                    explained.fatal = explained.fatal or (
                        explained.kind not in FINAL and (explained.kind == "connection" or not self._answered)
                    )
                    raise explained from trouble
                work.faults.append(explained.kind)
                if (again := _again.get()) is not None:
                    again[explained.kind] += 1
                await asyncio.sleep(waiting(tries, trouble) if explained.kind != "malformed" else 0)

    async def _once(self, body: dict[str, Any], work: _Spent) -> Reply:
        limiter = self.limiter
        # A provider sets aside four characters for each token, and the answer's most.
        most = body.get("max_tokens") or body.get("max_completion_tokens") or 0
        await limiter.enter(sum(len(message["content"]) for message in body["messages"]) // 4 + int(most))
        began, answered = time.monotonic(), limiter.answered
        try:
            async with (
                charged(self.endpoint, body, RefusedCall) as bill,
                asyncio.timeout(self.endpoint.call_timeout),
            ):
                work.requests += 1
                reply = await self._transport.send(cast("Any", body))
                if bill:
                    alone = _Spent()
                    alone.add(read(reply.completion))
                    bill.paid = self._cost(alone) or None
        except RefusedCall as refused:
            if refused.status == 429:
                limiter.refused(refused.headers)
            raise
        except TimeoutError:
            limiter.late(began, answered)
            raise
        finally:
            limiter.leave()
        limiter.accepted(reply.headers)
        return reply

    def _adapt(self, body: dict[str, Any], refused: RefusedCall) -> bool:
        """Leave out what the endpoint does not know; True if this body had it, so ask again."""
        if refused.status not in {400, 422}:
            return False
        if "response_format" in body and _SPOKEN.search(refused.message):
            self.by_schema = False
            self.notes.add(STRICT)
        elif "max_tokens" in body and "max_completion_tokens" in refused.message:
            self._named_tokens = "max_completion_tokens"
        elif "temperature" in body and "temperature" in refused.message:
            self._warm = False
        else:
            return False
        return True

    def options(self, most: int, warmth: float) -> dict[str, Any]:
        """The parameters of a request that this endpoint knows."""
        fields: dict[str, Any] = {"model": self.model, self._named_tokens: most}
        return fields | {"temperature": warmth} if self._warm else fields

    def _took(self, work: _Spent, started: float) -> dict[str, Any]:
        """What an answer took, by the names of its fields."""
        latency = (time.monotonic() - started) * 1000
        counts = {name: getattr(work, name) for name in ("tokens_in", "tokens_out", "requests")}
        return counts | {"cost_usd": self._cost(work), "latency_ms": latency, "faults": tuple(work.faults)}

    def _cost(self, work: _Spent) -> float | None:
        return self.endpoint.cost(work.tokens_in, work.tokens_out, work.tokens_cached)

    def _told(self, trouble: ModelTrouble, work: _Spent) -> ModelTrouble:
        """The trouble with what it cost until then."""
        trouble.requests, trouble.cost_usd = work.requests, self._cost(work)
        trouble.faults = tuple(work.faults)
        return trouble


def _fault_words(schema: type[BaseModel], fault: ValidationError) -> Wording:
    """How an answer was that could not be read, as the end of a sentence."""
    if not issubclass(schema, FreeText):
        return Wording("not the asked-for JSON")
    why = fault.errors()[0]["msg"].removeprefix("Value error, ")
    return Wording("in another form than its prompt asks for ({why})", why=why[:200])


class _Spent:
    """What one question took so far, answers of no use included."""

    def __init__(self) -> None:
        self.tokens_in = self.tokens_out = self.tokens_cached = self.requests = 0
        self.faults: list[str] = []

    def add(self, fields: CompletionFields) -> None:
        self.tokens_in += fields.tokens_in
        self.tokens_out += fields.tokens_out
        self.tokens_cached += fields.tokens_cached


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
        fields = self.client.options(self.most, warmth) | {"messages": list(self.messages)}
        if self.schema is None or issubclass(self.schema, FreeText):
            return fields
        form = _form(self.schema)
        if self.client.by_schema:
            form_of_answer = {"name": self.schema.__name__, "schema": form}
            fields["response_format"] = {"type": "json_schema", "json_schema": form_of_answer}
        if self.again or not self.client.by_schema:
            # An endpoint may also take the schema and ignore it.
            demand = (
                f"Answer with one JSON object only, by this schema: {json.dumps(form, ensure_ascii=False)}"
            )
            fields["messages"].append({"role": "user", "content": demand})
        return fields


class _OddsBuilder(_Builder):
    """A question whose answer is one token with the odds of its rivals."""

    def body(self) -> dict[str, Any]:
        question = {"messages": list(self.messages), "logprobs": True, "top_logprobs": _TOP}
        return self.client.options(1, 0.0) | question


@lru_cache(maxsize=64)
def _form(schema: type[BaseModel]) -> dict[str, Any]:
    """A schema as JSON; making it costs as much as a whole call."""
    return schema.model_json_schema()


def _odds(reply: Reply, words: Sequence[str]) -> dict[str, float] | None:
    """Each word's share of the likelihood of all words' first tokens; None without any."""
    try:
        rivals = reply.completion["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        pairs = [(str(rival["token"]), float(rival["logprob"])) for rival in rivals]
    except (KeyError, IndexError, TypeError, ValueError, OverflowError):
        return None
    pairs = [(token, likelihood) for token, likelihood in pairs if likelihood <= _ROUNDING]  # no NaN
    mass = dict.fromkeys(words, 0.0)
    for token, likelihood in pairs:
        start = token.strip().casefold()
        matches = [word for word in words if start and word.casefold().startswith(start)]
        if len(matches) == 1:  # a token that begins two of the words says nothing
            mass[matches[0]] += math.exp(likelihood)
    whole = sum(mass.values())
    return {word: share / whole for word, share in mass.items()} if whole else None

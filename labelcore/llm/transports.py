"""How a chat completion travels: by aiohttp, or by the openai package; and what went wrong, as a sentence.

Measured against a mock endpoint of 200 ms at concurrency 100, 2,000 calls: aiohttp took 1.07 to 1.14 x the
ideal 4.0 s with 155 to 230 microseconds of CPU a call (uvloop no less), the openai client 1.7 to 2.8 x with
1,660 to 2,440. So "fast" posts by aiohttp, and "openai" stays for what only its HTTP library can do; it is
imported (a second) only where it is used. Both give the same replies and troubles.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from labelcore.errors import ModelTrouble
from labelcore.llm import SETTINGS, call_process, setting_of
from labelcore.llm.blackout import black_out
from labelcore.llm.reach import check_name, check_reach, closed_to
from labelcore.settings import DEFAULT, OPENAI_URL, Endpoint
from labelcore.wording import Wording

if TYPE_CHECKING:
    from openai.types.chat import CompletionCreateParams


@dataclass(frozen=True)
class Reply:
    """A chat completion as JSON, in the shape of ``openai.types.chat.ChatCompletion``."""

    completion: dict[str, Any]
    headers: Mapping[str, str]


class RefusedCall(Exception):
    """The endpoint answered with an error; ``code`` is its word for it."""

    def __init__(
        self, status: int, message: str, code: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers or {}


class Unreachable(Exception):
    """No connection; ``certificate`` says whether that is why."""

    def __init__(self, message: str, *, certificate: bool = False) -> None:
        super().__init__(message)
        self.certificate = certificate


class GarbledAnswer(Exception):
    """A good status with a body that is no completion; ``page``: a web page."""

    def __init__(self, message: str, *, page: bool = False) -> None:
        super().__init__(message)
        self.page = page


class Transport(Protocol):
    """Sends one request; the caller limits time and pace."""

    async def send(self, body: CompletionCreateParams) -> Reply:
        """The reply; RefusedCall, Unreachable or GarbledAnswer where there is none."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


class KeepingTransport:
    """A transport that keeps good answers on disk before it returns them."""


class FastTransport:
    """Posts by aiohttp over kept connections; honours the environment's proxies."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._url = URL(f"{(endpoint.base_url or OPENAI_URL).rstrip('/')}/chat/completions")
        self._endpoint, self._key = endpoint, endpoint.key
        self._headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        self._session: aiohttp.ClientSession | None = None

    async def send(self, body: CompletionCreateParams) -> Reply:
        """Post and read; see the protocol."""
        try:
            if self._session is None:
                self._session = self._connect()
            async with self._session.post(
                self._url, data=json.dumps(body).encode(), allow_redirects=False
            ) as response:
                raw, status, headers = await response.read(), response.status, response.headers
        except aiohttp.ClientConnectorCertificateError as trouble:
            raise Unreachable(black_out(str(trouble), self._key), certificate=True) from None
        except (aiohttp.ClientError, OSError, ValueError) as trouble:
            if isinstance(trouble, TimeoutError):
                raise
            raise Unreachable(black_out(str(trouble), self._key) or type(trouble).__name__) from None
        if status >= 300:
            raise refusal(status, black_out(raw, self._key), headers)
        return Reply(completion(black_out(raw, self._key)), headers)

    def _connect(self) -> aiohttp.ClientSession:
        """Once: to look where the endpoint stands takes a tenth of a call's CPU. Raises ClosedHost."""
        check_reach(self._endpoint)
        proxy = proxy_for(str(self._url))
        return aiohttp.ClientSession(
            # The limiter bounds calls, and the caller bounds their time.
            connector=call_process.connector(closed_to(self._endpoint), proxy),
            timeout=aiohttp.ClientTimeout(total=None),
            headers=self._headers,
            proxy=proxy,
        )

    async def close(self) -> None:
        """Give connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class OpenAITransport:
    """The openai package's client, its retries turned off: ours know the limits."""

    def __init__(self, endpoint: Endpoint) -> None:
        import openai

        self._openai, self._endpoint, self._key = openai, endpoint, endpoint.key
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=self._key,
            timeout=endpoint.call_timeout,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )

    async def send(self, body: CompletionCreateParams) -> Reply:
        """Ask and read; see the protocol."""
        create: Any = self._client.chat.completions.with_raw_response.create
        try:
            await asyncio.to_thread(check_name, self._endpoint)
            response = await create(**body)
        except call_process.ClosedHost as trouble:
            raise Unreachable(str(trouble)) from None
        except self._openai.APIStatusError as trouble:
            status, headers = trouble.response.status_code, trouble.response.headers
            raise refusal(status, black_out(trouble.response.content, self._key), headers) from None
        except self._openai.APITimeoutError as trouble:
            raise TimeoutError from trouble
        except self._openai.APIConnectionError as trouble:
            raise unreachable(trouble, self._key) from None
        return Reply(completion(black_out(response.content, self._key)), response.headers)

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()


def unreachable(trouble: Exception, key: str) -> Unreachable:
    """What the openai package's error of a connection says."""
    cause = black_out(str(trouble.__cause__ or trouble), key)
    return Unreachable(cause, certificate="CERTIFICATE" in cause.upper())


def proxy_for(address: str) -> str | None:
    """The environment's proxy; aiohttp would look it up for every call, which costs as much as the call."""
    url = URL(address)
    return None if proxy_bypass(url.host or "") else getproxies().get(url.scheme)


def refusal(status: int, raw: bytes, headers: Mapping[str, str]) -> RefusedCall:
    """An error answer with its message and code, whatever its body looks like."""
    text = raw.decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = text
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        error = {"message": str(error)}
    code = str(error.get("code") or error.get("type") or "")
    return RefusedCall(status, str(error.get("message") or text), code, headers)


def completion(raw: bytes) -> dict[str, Any]:
    """A body as JSON. Raises GarbledAnswer: it is none."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as trouble:
        raise GarbledAnswer("The body is no JSON.", page=raw.lstrip()[:1] == b"<") from trouble
    if not isinstance(document, dict):
        raise GarbledAnswer("The body is no object.")
    return document


LONGEST_WAIT = 300.0
"""Seconds; an endpoint that asks for a longer pause pauses the run instead."""
_LONGEST_GUESS = 20.0
_TOO_LONG = re.compile(
    r"context.{0,3}length|context.{0,3}(?:window|size)|maximum context|too many (?:input )?tokens|"
    r"(?:prompt|input|message|request)s?\b.{0,30}\btoo (?:long|large)|max_model_len|string_above_max_length|"
    r"(?:exceeds?|longer than|reduce) .{0,60}\btokens?\b|上下文长度|超过.{0,12}长度",
    re.I,
)
_FILTERED = re.compile(
    r"content.?filter|content.?management|content.?policy|data_inspection_failed|moderation", re.I
)
_NO_MODEL = re.compile(
    r"model_not_found|invalid.model\b|not a valid model|model\b.{0,80}\b(?:not exist|not found)", re.I
)


def explain(endpoint: Endpoint, trouble: Exception) -> ModelTrouble:
    """The sentence for what a transport raised; ``fatal`` where no other call can succeed."""
    where = endpoint.address if endpoint.base_url else "The provider"
    if isinstance(trouble, RefusedCall):
        return _refusal(endpoint, where, trouble)
    if isinstance(trouble, TimeoutError):
        return ModelTrouble(
            "{where} gave no answer in {seconds:g} s.",
            next_step="If it is only slow, raise {setting} or send fewer calls at once.",
            kind="timeout",
            where=where,
            setting=setting_of(endpoint, "call_timeout"),
            seconds=endpoint.call_timeout,
        )
    if isinstance(trouble, GarbledAnswer):
        return ModelTrouble(
            "{where} sent a web page and no model's answer."
            if trouble.page
            else "{where} sent an answer that is not JSON.",
            next_step=_check(endpoint, "base_url"),
            kind="connection" if trouble.page else "malformed",
            where=where,
        )
    if isinstance(trouble, Unreachable) and trouble.certificate:
        return ModelTrouble(
            "The certificate of {where} is not trusted.",
            next_step="Name the file of your authority in SSL_CERT_FILE, or mend the address.",
            kind="certificate",
            fatal=True,
            where=where,
        )
    return ModelTrouble(
        "{where} cannot be reached: {trouble}.",
        next_step=_check(endpoint, "base_url"),
        kind="connection",
        where=where,
        trouble=_unreached(str(trouble)),
    )


def _unreached(trouble: str) -> str:
    """Why there was no connection, in a few words where that is clear."""
    refused = r"connect call failed|connection refused|actively refused|multiple exceptions"
    if re.search(refused, trouble, re.IGNORECASE):
        return Wording("nothing answers there")
    if re.search(r"name or service|nodename|name resolution|getaddrinfo|no address", trouble, re.IGNORECASE):
        return Wording("no host has this name")
    return trouble[:200]


def _refusal(endpoint: Endpoint, where: str, trouble: RefusedCall) -> ModelTrouble:
    status, message = trouble.status, f"{trouble.code} {trouble.message}"
    if wrong := _wrong_setting(endpoint, where, trouble):
        return wrong
    if status == 402 or "insufficient_quota" in message:
        return ModelTrouble(
            "The quota of the key is used up.",
            next_step="Raise it, then run again: nothing is asked twice.",
            kind="quota",
            fatal=True,
        )
    if status == 429:
        delay = retry_after(trouble) or 0.0
        long = delay > LONGEST_WAIT
        after = Wording(" and asks to wait {seconds:,.0f} s", seconds=delay) if long else ""
        return ModelTrouble(
            "The provider limits the rate of calls{after}.",
            next_step="Run again then: nothing is asked twice." if long else "",
            kind="rate limit",
            fatal=long,
            after=after,
        )
    if status in {408, 409} or status >= 500:
        return ModelTrouble(
            "{where} failed ({status}): {message}",
            kind="server",
            where=where,
            status=status,
            message=trouble.message[:200],
        )
    kind = "rejected"
    if status in {400, 413, 422}:
        kind = "context length" if status == 413 or _TOO_LONG.search(message[:500]) else kind
        kind = "content filter" if _FILTERED.search(message[:500]) else kind
    return ModelTrouble(
        "{where} rejects the prompt: {message}", kind=kind, where=where, message=trouble.message[:200]
    )


def _wrong_setting(endpoint: Endpoint, where: str, trouble: RefusedCall) -> ModelTrouble | None:
    """What a person must set right before anything is answered."""
    status, message = trouble.status, f"{trouble.code} {trouble.message}"
    if 300 <= status < 400:
        return ModelTrouble(
            "{where} sends calls on to another address, and that is not followed.",
            next_step=_check(endpoint, "base_url"),
            kind="connection",
            fatal=True,
            where=where,
        )
    if status in {401, 403}:
        return ModelTrouble(
            "{where} refuses the key.",
            next_step=_check(endpoint, "api_key"),
            kind="key",
            fatal=True,
            where=where,
        )
    if status == 404 or (status in {400, 422} and _NO_MODEL.search(message[:300])):
        return ModelTrouble(
            "{where} knows no model '{model}', or the address is wrong.",
            next_step=_check(endpoint, "model", "base_url"),
            kind="unknown model",
            fatal=True,
            where=where,
            model=endpoint.model,
        )
    return None


FINAL = {"rejected", "context length", "content filter"}
"""Kinds after which the same question is refused again."""


def retry_after(trouble: Exception) -> float | None:
    """Seconds that the endpoint asks to wait; None where it asks for nothing."""
    headers = trouble.headers if isinstance(trouble, RefusedCall) else {}
    try:
        if exact := headers.get("retry-after-ms"):
            return float(exact) / 1000
        if (header := headers.get("retry-after")) is None:
            return None
        if header.strip().replace(".", "", 1).isdigit():
            return float(header)
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None


def waiting(attempt: int, trouble: Exception) -> float:
    """Seconds before the next try: what the endpoint asks for, else doubling from .5, with jitter."""
    delay = retry_after(trouble)
    if delay is not None:
        return min(LONGEST_WAIT, delay * (1 + 0.1 * random.random()) + 0.005)
    return min(_LONGEST_GUESS, 0.5 * 2.0**attempt * (0.5 + random.random()))


def _check(endpoint: Endpoint, *names: str) -> Wording:
    """What a person should look at, as it is set."""
    if endpoint.name == DEFAULT:
        return Wording("Check {names}.", names=[f"LABELCORE_{name.upper()}" for name in names])
    return Wording(
        "Check {names} of the endpoint '{endpoint}'.",
        names=[Wording(SETTINGS.get(name, name)) for name in names],
        endpoint=endpoint.name,
    )

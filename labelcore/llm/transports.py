"""How a chat completion travels: by aiohttp, or by the openai package.

Measured on two cores against a mock endpoint of 200 ms at concurrency 100, 2,000 calls, three rounds
interleaved: a bare aiohttp loop took 1.07 to 1.14 x the ideal 4.0 s with 155 to 230 microseconds of
CPU a call, the same on uvloop 1.07 to 1.14 x with 165 to 230 (no gain, so there is no uvloop here),
the openai client 1.7 to 2.8 x with 1,660 to 2,440. So "fast" posts openai's request format by
aiohttp, and "openai" stays for what only its HTTP library can do. Both give the same replies and the
same troubles; ``import openai`` (a second) happens only where that package is really used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from labelcore.settings import Endpoint

if TYPE_CHECKING:
    from openai.types.chat import CompletionCreateParams

OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Reply:
    """A chat completion as JSON, in the shape of ``openai.types.chat.ChatCompletion``."""

    completion: dict[str, Any]
    headers: Mapping[str, str]


class Refused(Exception):
    """The endpoint answered with an error; ``code`` is its own word for it."""

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


class Garbled(Exception):
    """A good status with a body that is no completion."""


class Transport(Protocol):
    """Sends one request; the caller limits time and pace."""

    async def send(self, body: CompletionCreateParams) -> Reply:
        """The reply.

        Raises:
            Refused: the endpoint answers with an error.
            Unreachable: there is no connection.
            Garbled: the body is no completion.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


class KeepsAnswers:
    """What a transport is that keeps good answers on disk before it returns them."""


class FastTransport:
    """Posts by aiohttp over kept connections; honours the environment's proxies."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._url = URL(f"{(endpoint.base_url or OPENAI_URL).rstrip('/')}/chat/completions")
        self._headers = {"authorization": f"Bearer {endpoint.key}", "content-type": "application/json"}
        self._session: aiohttp.ClientSession | None = None

    async def send(self, body: CompletionCreateParams) -> Reply:
        """Post and read; see the protocol."""
        session = self._session or self._open()
        try:
            async with session.post(self._url, data=json.dumps(body).encode()) as response:
                raw, status, headers = await response.read(), response.status, response.headers
        except aiohttp.ClientConnectorCertificateError as trouble:
            raise Unreachable(str(trouble), certificate=True) from trouble
        except (aiohttp.ClientError, OSError, ValueError) as trouble:
            if isinstance(trouble, TimeoutError):
                raise
            raise Unreachable(str(trouble) or type(trouble).__name__) from trouble
        if status >= 400:
            raise refusal(status, raw, headers)
        return Reply(completion(raw), headers)

    async def close(self) -> None:
        """Give connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        self._session = aiohttp.ClientSession(
            # The limiter bounds calls, and the caller bounds their time.
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            headers=self._headers,
            proxy=proxy_for(str(self._url)),
        )
        return self._session


class OpenAITransport:
    """The openai package's own client, its retries turned off: ours know the limits."""

    def __init__(self, endpoint: Endpoint) -> None:
        import openai

        self._openai = openai
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url, api_key=endpoint.key, timeout=endpoint.call_timeout, max_retries=0
        )

    async def send(self, body: CompletionCreateParams) -> Reply:
        """Ask and read; see the protocol."""
        create: Any = self._client.chat.completions.with_raw_response.create
        try:
            response = await create(**body)
        except self._openai.APIStatusError as trouble:
            status, headers = trouble.response.status_code, trouble.response.headers
            raise refusal(status, trouble.response.content, headers) from trouble
        except self._openai.APITimeoutError as trouble:
            raise TimeoutError from trouble
        except self._openai.APIConnectionError as trouble:
            cause = str(trouble.__cause__ or trouble)
            raise Unreachable(cause, certificate="CERTIFICATE" in cause.upper()) from trouble
        return Reply(completion(response.content), response.headers)

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()


def proxy_for(address: str) -> str | None:
    """The environment's proxy for an address, looked up once: aiohttp would do it for every call,
    in a thread, which was measured to cost as much as the call.
    """
    url = URL(address)
    if proxy_bypass(url.host or ""):
        return None
    return getproxies().get(url.scheme)


def transport_for(endpoint: Endpoint) -> Transport:
    """The transport that an endpoint's settings ask for."""
    return FastTransport(endpoint) if endpoint.transport == "fast" else OpenAITransport(endpoint)


def refusal(status: int, raw: bytes, headers: Mapping[str, str]) -> Refused:
    """An error answer with its message and code, whatever its body looks like."""
    text = raw.decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except ValueError:
        return Refused(status, text, "", headers)
    error = told.get("error", told) if isinstance(told, dict) else told
    if not isinstance(error, dict):
        return Refused(status, str(error), "", headers)
    message = str(error.get("message") or text)
    return Refused(status, message, str(error.get("code") or error.get("type") or ""), headers)


def completion(raw: bytes) -> dict[str, Any]:
    """A body as JSON.

    Raises:
        Garbled: it is none.
    """
    try:
        found = json.loads(raw)
    except ValueError as trouble:
        raise Garbled("The body is no JSON.") from trouble
    if not isinstance(found, dict):
        raise Garbled("The body is no object.")
    return found

"""Whether an endpoint answers, and whether it really obeys a schema: the question asks for no JSON."""

from __future__ import annotations

import asyncio
import time

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from labelcore.errors import ModelTrouble
from labelcore.llm import call_process, client_for
from labelcore.llm.client import OpenAIClient
from labelcore.llm.protocol import Message, is_another, parse
from labelcore.llm.reach import check_reach, closed_to
from labelcore.llm.transports import proxy_for
from labelcore.settings import OPENAI_URL, Endpoint
from labelcore.wording import Wording

_QUESTION: list[Message] = [{"role": "user", "content": "How is the sea today?"}]
_WORDS = ("yes", "no")
_WEIGHED: list[Message] = [{"role": "user", "content": "Is the sea wet? Answer with one word, yes or no."}]
"""A model that talks instead gives neither word a likelihood, and would be taken to have none."""
_BATCHES_SECONDS = 10.0
_ENFORCES = Wording("It answers and enforces schemas.")
_REFUSES = Wording(
    "It answers but refuses schemas: they go into the prompt, and answers are parsed strictly."
)
_IGNORES = Wording(
    "It answers but ignores schemas: they go into the prompt when an answer does not fit, and answers are "
    "parsed strictly."
)


class _Hidden(BaseModel):
    """Fields that nobody would guess from the question."""

    harbour_code: int = Field(ge=0, le=9)
    tide_word: str = Field(max_length=40)


class EndpointTest(BaseModel):
    """What a test of an endpoint found, None for what could not be asked.

    ``at_once``: so many calls at once would be answered in time by a model that answers one after the other,
    None where that is as many as are sent.

    ``schemas``: whether it enforces them; ``batches``: whether it takes questions by file; ``answered_as``:
    the model that it says it is, ``renamed`` where that is another than was asked for.
    """

    endpoint: str
    base_url: str | None
    model: str
    answered: bool
    answered_as: str = ""
    schemas: bool | None = None
    likelihoods: bool | None = None
    batches: bool | None = None
    renamed: bool = False
    latency_ms: float | None = None
    at_once: int | None = None
    said: Wording


def check(endpoint: Endpoint) -> EndpointTest:
    """Ask an endpoint two small questions, and for its batches. Trouble is part of the result."""
    address = endpoint.address if endpoint.base_url else None
    place = {"endpoint": endpoint.name, "base_url": address, "model": endpoint.model}
    try:
        answers = asyncio.run(_ask(client_for(endpoint)))
    except ModelTrouble as trouble:
        return EndpointTest.model_validate(
            place | {"answered": False, "said": Wording("{trouble}", trouble=trouble)}
        )
    batches = asyncio.run(_takes_batches(endpoint))
    renamed = is_another(endpoint.model, str(answers["answered_as"]))
    test = EndpointTest.model_validate(place | answers | {"batches": batches, "renamed": renamed})
    return test.model_copy(update={"at_once": _at_once(endpoint, test.latency_ms)})


def _at_once(endpoint: Endpoint, latency_ms: float | None) -> int | None:
    """How many calls at once are answered in time one after the other; None where that is enough."""
    if not latency_ms:
        return None
    number = max(1, int(1_000 * endpoint.call_timeout / latency_ms))
    return number if number < endpoint.concurrency else None


async def _takes_batches(endpoint: Endpoint) -> bool:
    """Whether it lists batches, as OpenAI does."""
    url = f"{(endpoint.base_url or OPENAI_URL).rstrip('/')}/batches?limit=1"
    limit = aiohttp.ClientTimeout(total=min(_BATCHES_SECONDS, endpoint.call_timeout))
    headers = {"authorization": f"Bearer {endpoint.key}"}
    try:
        check_reach(endpoint)
        async with (
            aiohttp.ClientSession(
                timeout=limit,
                headers=headers,
                connector=call_process.connector(closed_to(endpoint), proxy_for(url)),
            ) as session,
            session.get(url, proxy=proxy_for(url), allow_redirects=False) as response,
        ):
            return response.status == 200 and isinstance((await response.json()).get("data"), list)
    except (aiohttp.ClientError, OSError, ValueError, AttributeError):
        return False


async def _ask(client: OpenAIClient) -> dict[str, object]:
    client.tries = client.late_tries = 1  # whoever tests wants to know now
    try:
        started = time.monotonic()
        text, model = await client.ask_once(_QUESTION, _Hidden)
        latency = (time.monotonic() - started) * 1000
        weighed = await client.weigh(_WEIGHED, _WORDS)
    finally:
        await client.close()
    obeyed = client.by_schema
    try:
        parse(text, _Hidden)
    except ValidationError:
        obeyed = False
    finding = _ENFORCES if obeyed else _IGNORES if client.by_schema else _REFUSES
    return {
        "answered": True,
        "answered_as": model,
        "schemas": obeyed,
        "latency_ms": round(latency, 1),
        "likelihoods": weighed is not None,
        "said": finding,
    }

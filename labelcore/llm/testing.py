"""Whether an endpoint answers, and whether it really obeys a schema: the question asks for no JSON."""

from __future__ import annotations

import asyncio
import time

from pydantic import BaseModel, Field, ValidationError

from labelcore.errors import ModelTrouble
from labelcore.llm import client_for
from labelcore.llm.client import OpenAIClient
from labelcore.llm.protocol import Message, parse
from labelcore.settings import Endpoint

_QUESTION: list[Message] = [{"role": "user", "content": "How is the sea today?"}]
_WORDS = ("yes", "no")


class _Hidden(BaseModel):
    """Fields that nobody would guess from the question."""

    harbour_code: int = Field(ge=0, le=9)
    tide_word: str = Field(max_length=40)


class Connection(BaseModel):
    """What a test of an endpoint found; ``schemas``: whether it enforces them, None if it is not there."""

    endpoint: str
    base_url: str | None
    model: str
    answered: bool
    answered_as: str = ""
    schemas: bool | None = None
    likelihoods: bool | None = None
    latency_ms: float | None = None
    said: str


def check(endpoint: Endpoint) -> Connection:
    """Ask an endpoint two small questions. Trouble is part of the result."""
    known = {"endpoint": endpoint.name, "base_url": endpoint.base_url, "model": endpoint.model}
    try:
        return Connection.model_validate(known | asyncio.run(_ask(client_for(endpoint))))
    except ModelTrouble as trouble:
        return Connection.model_validate(known | {"answered": False, "said": str(trouble)})


async def _ask(client: OpenAIClient) -> dict[str, object]:
    try:
        started = time.monotonic()
        text, model = await client.ask_once(_QUESTION, _Hidden)
        latency = (time.monotonic() - started) * 1000
        weighed = await client.weigh(_QUESTION, _WORDS)
    finally:
        await client.close()
    obeyed = client.by_schema
    try:
        parse(text, _Hidden)
    except ValidationError:
        obeyed = False
    finding = "It answers and enforces schemas."
    if not client.by_schema:
        finding = "It answers but refuses schemas: they go into the prompt, and answers are parsed strictly."
    elif not obeyed:
        finding = (
            "It answers but ignores schemas: they go into the prompt when an answer does not fit, and "
            "answers are parsed strictly."
        )
    return {
        "answered": True,
        "answered_as": model,
        "schemas": obeyed,
        "latency_ms": round(latency, 1),
        "likelihoods": weighed is not None,
        "said": finding,
    }

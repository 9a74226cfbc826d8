"""The only place that speaks to a model provider: structured answers from any OpenAI-compatible one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from labelcore.errors import ModelTrouble
from labelcore.llm.protocol import (
    Answer as Answer,
    Message as Message,
    ModelClient as ModelClient,
    Weighed as Weighed,
    parse as parse,
)
from labelcore.settings import DEFAULT, Endpoint, settings

if TYPE_CHECKING:
    from labelcore.llm.client import OpenAIClient


def client_from_settings() -> OpenAIClient:
    """A client for the endpoint that the settings name first. Raises ModelTrouble: none is configured."""
    return client_for(settings().default_endpoint)


def client_for(endpoint: Endpoint, keep_in: Path | None = None) -> OpenAIClient:
    """A client for one endpoint; a courier keeps every good answer in the file ``keep_in`` as it comes."""
    from labelcore.llm.client import OpenAIClient  # aiohttp is loaded only where somebody is asked

    if keep_in is None or endpoint.transport != "fast" or sys.platform == "win32":
        return OpenAIClient(endpoint)
    from labelcore.llm.courier_transport import CourierTransport

    return OpenAIClient(endpoint, CourierTransport(endpoint, keep_in))


def asked_key() -> str | None:
    """The hash of the question that is being asked here."""
    from labelcore.llm.courier_transport import answer_key

    return answer_key.get()


@contextlib.contextmanager
def asking_for(key: str) -> Iterator[None]:
    """The hash under which a courier keeps what is answered meanwhile."""
    from labelcore.llm.courier_transport import answer_key

    before = answer_key.set(key)
    try:
        yield
    finally:
        answer_key.reset(before)


class Answerer(NamedTuple):
    """Who answers a judge: a model, and the name of an endpoint; "" where it does not matter."""

    model: str = ""
    endpoint: str = ""


def endpoint_for(answerer: Answerer) -> Endpoint:
    """The endpoint that it names, else one with its model, else the default; asked for the judge's model."""
    known, name, model = settings().all_endpoints, answerer.endpoint, answerer.model
    if name and name != DEFAULT and name not in known:
        names = ", ".join(known) or "none is configured"
        raise ModelTrouble(
            "The judge asks the endpoint '{name}', which is not configured.",
            next_step="Name it in LABELCORE_ENDPOINTS. Known: {names}.",
            kind="no model",
            fatal=True,
            name=name,
            names=names,
        )
    having = [endpoint for endpoint in known.values() if endpoint.model == model]
    default = settings().default_endpoint
    found = known[name] if name in known else having[0] if having else default
    return found.model_copy(update={"model": model}) if model else found

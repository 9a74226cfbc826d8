"""The only place that speaks to a model provider: structured answers from any OpenAI-compatible one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from labelcore.contexts import within
from labelcore.errors import ModelTrouble
from labelcore.llm.limits import Limiter
from labelcore.llm.protocol import (
    Message as Message,
    ModelAnswer as ModelAnswer,
    ModelClient as ModelClient,
    WordOdds as WordOdds,
    parse as parse,
)
from labelcore.settings import DEFAULT, Endpoint, settings
from labelcore.wording import Wording

if TYPE_CHECKING:
    from labelcore.llm.client import OpenAIClient


SETTINGS = {
    "base_url": Wording("the address"),
    "model": Wording("the model"),
    "api_key": Wording("the key"),
    "call_timeout": Wording("the time limit"),
}
"""What people call the settings of an endpoint."""


def setting_of(endpoint: Endpoint, name: str) -> str:
    """Where a person sets it."""
    if endpoint.name == DEFAULT:
        return f"LABELCORE_{name.upper()}"
    said = Wording(SETTINGS.get(name, name))
    return Wording("{name} of the endpoint '{endpoint}'", name=said, endpoint=endpoint.name)


def client_from_settings() -> OpenAIClient:
    """A client for the endpoint that the settings name first. Raises ModelTrouble: none is configured."""
    return client_for(settings().default_endpoint)


def client_for(endpoint: Endpoint, keep_in: Path | None = None, gate: Limiter | None = None) -> OpenAIClient:
    """A client for one endpoint; a call process keeps every good answer in the file ``keep_in`` as it comes.

    ``gate``: limits that it shares with the other clients of its address.
    """
    from labelcore.llm.client import OpenAIClient  # aiohttp is loaded only where somebody is asked

    if keep_in is None or endpoint.transport != "fast" or sys.platform == "win32":
        return OpenAIClient(endpoint, gate=gate)
    from labelcore.llm.call_transport import CallProcessTransport

    return OpenAIClient(endpoint, CallProcessTransport(endpoint, keep_in), gate)


def gate_of(address: str, concurrency: int | None = None) -> Limiter:
    """What all clients of an address share: the widest limits that its endpoints have, or ``concurrency``."""
    there = [known for known in settings().all_endpoints.values() if known.address == address]
    calls = concurrency or max(endpoint.concurrency for endpoint in there)
    requests = [endpoint.requests_per_minute for endpoint in there if endpoint.requests_per_minute]
    tokens = [endpoint.tokens_per_minute for endpoint in there if endpoint.tokens_per_minute]
    return Limiter(calls, max(requests, default=None), max(tokens, default=None))


def asked_key() -> str | None:
    """The hash of the question that is being asked here."""
    from labelcore.llm.call_transport import answer_key

    return answer_key.get()


def asking_for(key: str) -> contextlib.AbstractContextManager[str | None]:
    """The hash under which a call process keeps what is answered meanwhile."""
    from labelcore.llm.call_transport import answer_key

    return within(answer_key, key)


class Answerer(NamedTuple):
    """Who answers a judge: a model, the name of an endpoint, and its address; "" where it does not matter."""

    model: str = ""
    endpoint: str = ""
    address: str = ""


def endpoint_for(answerer: Answerer) -> Endpoint:
    """Who may answer a judge, asked for the judge's model: of the endpoints at its address the one that it
    names, else one with its model. A judge without an address is answered by the endpoint that it names, else
    one with its model, else the default.
    """
    endpoints, name, model = settings().all_endpoints, answerer.endpoint, answerer.model
    if answerer.address:
        return _at_address(answerer, endpoints).model_copy(update={"model": model})
    if name and name != DEFAULT and name not in endpoints:
        names = ", ".join(endpoints) or "none is configured"
        raise ModelTrouble(
            "The judge asks the endpoint '{name}', which is not configured.",
            next_step="Name it in LABELCORE_ENDPOINTS. Known: {names}.",
            kind="no model",
            fatal=True,
            name=name,
            names=names,
        )
    having = [endpoint for endpoint in endpoints.values() if endpoint.model == model]
    default = settings().default_endpoint
    endpoint_now = endpoints[name] if name in endpoints else having[0] if having else default
    return endpoint_now.model_copy(update={"model": model}) if model else endpoint_now


def _at_address(answerer: Answerer, endpoints: Mapping[str, Endpoint]) -> Endpoint:
    there = [endpoint for endpoint in endpoints.values() if endpoint.answers_for(answerer.address)]
    having = [endpoint for endpoint in there if endpoint.model == answerer.model]
    namesakes = [endpoint for endpoint in there if endpoint.name == answerer.endpoint]
    if candidates := [*namesakes, *having, *there]:
        return candidates[0]
    same = endpoints.get(answerer.endpoint or DEFAULT)
    elsewhere = Wording(" ('{name}' is at {there} now)", name=same.name, there=same.address) if same else ""
    raise ModelTrouble(
        "The judge asks {model} at {address}, where no endpoint is configured{elsewhere}.",
        next_step="`labelcore endpoints add NAME --address {address} --model {model}` brings it back; "
        "`labelcore judge propose --endpoint NAME` makes a judge that asks another.",
        kind="endpoint",
        fatal=True,
        model=answerer.model,
        address=answerer.address,
        elsewhere=elsewhere,
    )

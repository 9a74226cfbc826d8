"""Endpoints that an engineer adds: in a file beside the database, their keys in another place; whether one
answers, and a model on this machine.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError

from labelcore import endpoint_files, key_stores
from labelcore.endpoint_files import address_of, checked_address
from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.key_stores import KeyStore
from labelcore.llm import local_server
from labelcore.llm.call_process import ClosedHost
from labelcore.llm.endpoint_test import EndpointTest, check
from labelcore.llm.local_server import LocalServer
from labelcore.llm.reach import check_reach
from labelcore.models import Frozen, Role
from labelcore.operations import Effect, FileText, Flags, Options, operation
from labelcore.settings import DEFAULT, OPENAI_URL, Endpoint, settings
from labelcore.stages.judging.keeping.binding import endpoint_named
from labelcore.store import audit
from labelcore.workspace import Workspace

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_AWAY = "from_elsewhere"
_changing = threading.Lock()

Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Pace = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class EndpointOrder(Options):
    """A model at an address, and how it is called."""

    model: str = Field(min_length=1, max_length=200, description="The model's name there.")
    address: str | None = Field(
        default=None, description="The base URL of an OpenAI-compatible API; by default OpenAI's own."
    )
    price_in: Price | None = Field(
        default=None, description="US dollars for a million tokens of prompts; 0 where it is free."
    )
    price_out: Price | None = Field(default=None, description="The same for tokens of answers.")
    price_cached: Price | None = Field(
        default=None, description="The same for tokens of prompts that were in the provider's cache."
    )
    concurrency: Annotated[int, Field(ge=1, le=1000)] = Field(default=16, description="Calls at once.")
    requests_per_minute: Pace | None = Field(
        default=None, description="Calls a minute at most; by default as many as go."
    )
    tokens_per_minute: Pace | None = Field(
        default=None, description="The same for tokens of prompts and answers."
    )
    call_timeout: Pace = Field(default=60.0, description="Seconds after which a call is given up.")
    window: Annotated[int | None, Field(ge=1)] = Field(
        default=None, description="How many tokens the model reads at most."
    )
    moved_from: Annotated[Sequence[str], Flags(("--moved-from",))] = Field(
        default=(), description="An address where it stood before; its judges are answered on. Repeat."
    )


class KeyOrder(Options):
    """Where an endpoint's key is, or the key itself and where it is to be kept."""

    key_env: str | None = Field(default=None, description="The variable that holds its key.")
    key: Annotated[SecretStr | None, FileText()] = Field(
        default=None, description="A file with its key; - reads what is typed."
    )
    keep: KeyStore = Field(default="file", description="Where the key is kept: file or keyring.")


AS_BEFORE = KeyOrder()


class RemovedEndpoint(Frozen):
    """What was taken away."""

    removed: str


@operation("endpoints add", role=Role.ENGINEER, effect=Effect.GRADUAL, project="none")
def add_endpoint(
    workspace: Workspace,
    name: str,
    *,
    order: EndpointOrder,
    secret: KeyOrder = AS_BEFORE,
    first: Annotated[bool, Field(description="Asked wherever no endpoint is named.")] = False,
) -> Endpoint:
    """Add an endpoint, or change one that was added; its key is never shown again.

    A change that leaves the address leaves the key as well; at another address it is asked for anew.

    Raises:
        BadInput: the name, the address or the key cannot be used, or the key cannot be kept there.
        NotAllowed: a variable of this machine is named from elsewhere, or no endpoint may stand there.
    """
    _check_name(name)
    url = checked_address(order.address) if order.address else None
    with _changing:
        others = endpoint_files.added(settings().db)
        before = others.get(name, {})
        table = _table(order, url) | _key_place(workspace, before, url, secret)
        if not workspace.here and (url != before.get("base_url") or before.get(_AWAY)):
            table[_AWAY] = True
        try:
            endpoint = Endpoint.model_validate(table | {"name": name})
        except ValidationError as trouble:
            raise BadInput("{fault}.", fault=trouble.errors(include_input=False)[0]["msg"]) from None
        _check_reach(endpoint)
        if secret.key is not None:
            text = secret.key.get_secret_value().strip()
            key_stores.write(secret.keep, settings().keys_file, endpoint.key_name, text)
        tables = {name: table} | others | {name: table} if first else others | {name: table}
        _save(tables)
    _note(workspace, "endpoints add", endpoint)
    return settings().all_endpoints[name]


@operation("endpoints remove", role=Role.ENGINEER, effect=Effect.GRADUAL, project="none")
def remove_endpoint(workspace: Workspace, name: str) -> RemovedEndpoint:
    """Take an added endpoint away, with its key; what its judges said stays.

    Raises:
        NotFound: none of those that were added is called so.
    """
    with _changing:
        others = endpoint_files.added(settings().db)
        if name not in others:
            raise NotFound(
                "No endpoint that was added is called '{name}'.",
                next_step="`labelcore endpoints list` shows all; those of the environment are changed there.",
                name=name,
            )
        endpoint = Endpoint.model_validate(others.pop(name) | {"name": name})
        _save(others)
    if endpoint.key_in:
        key_stores.forget(endpoint.key_in, settings().keys_file, endpoint.key_name)
    _note(workspace, "endpoints remove", endpoint)
    return RemovedEndpoint(removed=name)


def added_names() -> set[str]:
    """The endpoints that were added, and can be taken away again."""
    return set(endpoint_files.added(settings().db))


def _save(tables: endpoint_files.Tables) -> None:
    endpoint_files.save(settings().db, tables)
    settings.cache_clear()


def _note(workspace: Workspace, act: str, endpoint: Endpoint) -> None:
    if workspace.project.id:
        details = {"address": endpoint.address, "model": endpoint.model, "key_in": endpoint.key_place}
        audit.note(workspace.db, workspace.project.id, workspace.person, act, endpoint.name, **details)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadInput(
            "'{name}' is not a name for an endpoint.",
            next_step="Up to 40 letters, digits, dots, dashes and underscores.",
            name=name[:60],
        )
    if name == DEFAULT or (name in settings().endpoints and name not in added_names()):
        raise BadInput(
            "The endpoint '{name}' is set by the environment.", next_step="Choose another name.", name=name
        )


_ONLY = "Whoever runs labelcore names its host in LABELCORE_ONLY_ENDPOINT_HOSTS."


def _check_reach(endpoint: Endpoint) -> None:
    try:
        check_reach(endpoint)
    except ClosedHost:
        raise NotAllowed(
            "No endpoint may stand at {address}.",
            next_step=_ONLY
            if settings().only_endpoint_hosts
            else "Add it at the machine that labelcore runs on, or name its host there in "
            "LABELCORE_ENDPOINT_HOSTS. Link-local addresses are never asked.",
            address=endpoint.address,
        ) from None


def _table(order: EndpointOrder, url: str | None) -> dict[str, Any]:
    """What the file holds of it: what differs from the defaults, without any key."""
    fields = order.model_dump(exclude_defaults=True, exclude={"address"}, mode="json")
    moved = [checked_address(address) for address in order.moved_from]
    return fields | ({"base_url": url} if url else {}) | ({"moved_from": moved} if moved else {})


def _key_place(
    workspace: Workspace, before: dict[str, Any], url: str | None, secret: KeyOrder
) -> dict[str, Any]:
    """Where its key is: what is given now, else what was there before at the same address."""
    key_env, key = secret.key_env, secret.key
    if key_env and key:
        raise BadInput("A key has one place.", next_step="Name a variable or give the key, not both.")
    if key is not None:
        text = key.get_secret_value().strip()
        if not text:
            raise BadInput(
                "The key is empty.", next_step="Give the key, or none where the endpoint needs none."
            )
        if not text.isprintable() or " " in text:
            raise BadInput("That is not a key.", next_step="Give the key alone, on one line.")
        return {"key_in": secret.keep}
    if key_env:
        if not workspace.here:
            raise NotAllowed(
                "From elsewhere no variable of this machine is named.",
                next_step="Give the key itself, or name the variable on the machine.",
            )
        if not _VARIABLE.fullmatch(key_env):  # perhaps the key itself: it is not repeated
            raise BadInput(
                "That is not the name of a variable.",
                next_step="Name the variable that holds the key, for example OPENAI_API_KEY.",
            )
        return {"api_key_env": key_env}
    same = address_of(before.get("base_url") or OPENAI_URL) == address_of(url or OPENAI_URL)
    return {name: before[name] for name in ("key_in", "api_key_env") if same and name in before}


class Connections(Frozen):
    """What a test of endpoints found."""

    endpoints: tuple[EndpointTest, ...]

    @property
    def exit_code(self) -> int:
        """1 where one does not answer."""
        return 0 if all(test.answered for test in self.endpoints) else 1


class LocalModel(Frozen):
    """The model server on this machine, None where none runs; ``installed``: whether one could."""

    server: LocalServer | None
    installed: bool = True

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        if self.server is None:
            return {"running": False, "installed": self.installed}
        names = ("pid", "weights", "base_url", "api_key", "model")
        return {"running": True} | {name: getattr(self.server, name) for name in names}


class StopReport(Frozen):
    """Whether there was something to stop."""

    stopped: bool


@operation("endpoints list", role=Role.ENGINEER, project="none", listed_as="endpoints")
def endpoints(_workspace: Workspace) -> list[Endpoint]:
    """Show the configured endpoints with their models, prices and limits."""
    return list(settings().all_endpoints.values())


@operation("endpoints test", role=Role.ENGINEER, project="none")
def try_endpoints(_workspace: Workspace, name: str | None = None) -> Connections:
    """Ask each endpoint, or one, two small questions; says whether it enforces schemas.

    Raises:
        NotFound: there is no such endpoint.
    """
    endpoints = [endpoint_named(name)] if name else settings().all_endpoints.values()
    return Connections(endpoints=tuple(map(check, endpoints)))


@operation("local-model start", role=Role.ENGINEER, effect=Effect.GRADUAL, project="none")
def start(
    _workspace: Workspace,
    *,
    weights: Annotated[Path | None, Field(description="A GGUF file of weights.")] = None,
) -> LocalModel:
    """Start a model server on 127.0.0.1 with its key, and use it in this process.

    Raises:
        BadInput: no weights are named, or they cannot be served.
    """
    file = weights or local_server.weights_here()
    if file is None:
        raise BadInput("No weights are named.", next_step="Give --weights FILE, or set LABELCORE_WEIGHTS.")
    server = local_server.start(file)
    local_server.use(server)
    return LocalModel(server=server)


@operation("local-model status", role=Role.ENGINEER, project="none")
def status(_workspace: Workspace) -> LocalModel:
    """Say whether the local model server runs, and how to use it."""
    return LocalModel(server=local_server.status(), installed=local_server.installed())


@operation("local-model stop", role=Role.ENGINEER, effect=Effect.GRADUAL, project="none")
def stop(_workspace: Workspace) -> StopReport:
    """Stop the local model server."""
    return StopReport(stopped=local_server.stop())

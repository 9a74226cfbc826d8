"""Who can be asked: the configured endpoints, whose keys are never shown, and a model on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.llm import local_server
from labelcore.llm.endpoint_test import EndpointTest, check
from labelcore.llm.local_server import LocalServer
from labelcore.models import Frozen, Role
from labelcore.operations import Effect, operation
from labelcore.settings import Endpoint, settings
from labelcore.stages.judging.keeping.binding import endpoint_named
from labelcore.workspace import Workspace


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

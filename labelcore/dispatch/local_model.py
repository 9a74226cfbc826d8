"""A model server on this machine: start it, ask for it, stop it."""

from __future__ import annotations

from pathlib import Path

from labelcore.dispatch import Outcome, operation
from labelcore.errors import BadInput
from labelcore.llm import local_server
from labelcore.workspace import Workspace


@operation("local-model start", needs="no project")
def start(workspace: Workspace, *, weights: Path | None = None) -> Outcome:  # noqa: ARG001 - the shape of an operation
    """Start the local model server and use it in this process."""
    file = weights or local_server.weights_here()
    if file is None:
        raise BadInput("No weights are named.", next_step="Give --weights FILE, or set LABELCORE_WEIGHTS.")
    server = local_server.start(file)
    local_server.use(server)
    return _describe(server)


@operation("local-model status", needs="no project")
def status(workspace: Workspace) -> Outcome:  # noqa: ARG001 - the shape of an operation
    """Say whether the local model server runs, and how to use it."""
    server = local_server.status()
    if server is not None:
        return _describe(server)
    can = "" if local_server.installed() else f" The package {local_server.PACKAGE} is not installed."
    return Outcome(
        document={"running": False, "installed": local_server.installed()},
        lines=(f"No local model runs.{can}",),
    )


@operation("local-model stop", needs="no project")
def stop(workspace: Workspace) -> Outcome:  # noqa: ARG001 - the shape of an operation
    """Stop the local model server."""
    ran = local_server.stop()
    words = "The local model is stopped." if ran else "No local model ran."
    return Outcome(document={"stopped": ran}, lines=(words,))


def _describe(server: local_server.LocalServer) -> Outcome:
    lines = [f"The local model {server.model} runs (process {server.pid}). To use it in a shell:"]
    lines += [f"export {name}={value}" for name, value in server.variables().items()]
    return Outcome(
        document={
            "running": True,
            "pid": server.pid,
            "weights": server.weights,
            "base_url": server.base_url,
            "api_key": server.api_key,
            "model": server.model,
        },
        lines=tuple(lines),
    )

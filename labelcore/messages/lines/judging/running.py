"""What is told of runs, of the endpoints that are asked, and of the model on this machine."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.llm import local_server
from labelcore.messages.results import lines
from labelcore.models import Run
from labelcore.settings import Endpoint
from labelcore.stages.judging.running.estimating import Estimate, estimate_words
from labelcore.stages.judging.running.machine import Connections, LocalModel, Stopped
from labelcore.stages.judging.running.orders import StoppedRuns
from labelcore.workspace import Workspace


@lines("judge run", "judge batch")
def run(_workspace: Workspace, done: Run) -> Iterator[str]:
    """What was decided, and what it took."""
    yield (
        f"{done.verdicts_new:,} new verdicts, {done.verdicts_cached:,} known already, "
        f"{done.errors:,} errors in {done.seconds:.1f} s; {done.requests:,} model calls, "
        f"{done.answers_cached:,} answers known, US$ {done.cost_usd:.4f}. {done.message}"
    ).strip()


@lines("judge estimate")
def estimate(_workspace: Workspace, found: Estimate) -> Iterator[str]:
    """What a run would take, and what that is based on."""
    yield from (estimate_words(found), *found.based_on)


@lines("judge stop")
def stopped(_workspace: Workspace, found: StoppedRuns) -> Iterator[str]:
    """How many runs there were."""
    if found.stopped:
        yield f"Asked {len(found.stopped)} runs to stop; `labelcore judge run` goes on later."
    else:
        yield "No run is under way."


@lines("endpoints list")
def endpoints(_workspace: Workspace, found: list[Endpoint]) -> Iterator[str]:
    """One line for each."""
    for endpoint in found:
        key = "set" if endpoint.has_key else "not set"
        yield (
            f"{endpoint.name}: {endpoint.model} at {endpoint.base_url or 'OpenAI'}, "
            f"{endpoint.concurrency} calls at once, key {key}"
        )
    if not found:
        yield "None is configured: set LABELCORE_MODEL, or name several in LABELCORE_ENDPOINTS."


@lines("endpoints test")
def connections(_workspace: Workspace, found: Connections) -> Iterator[str]:
    """One line for each."""
    for answer in found.endpoints:
        figures = (
            f" {answer.latency_ms:.0f} ms, as {answer.answered_as}, "
            f"{'with' if answer.likelihoods else 'without'} log-probabilities."
        )
        yield f"{answer.endpoint}: {answer.said}{figures if answer.answered else ''}"
    if not found.endpoints:
        yield "None is configured: set LABELCORE_MODEL."


@lines("local-model start", "local-model status")
def local_model(_workspace: Workspace, found: LocalModel) -> Iterator[str]:
    """What runs, and the settings that use it."""
    if found.server:
        yield f"The local model {found.server.model} runs (process {found.server.pid}). To use it in a shell:"
        yield from (f"export {name}={value}" for name, value in found.server.variables().items())
    else:
        can = "" if found.installed else f" The package {local_server.PACKAGE} is not installed."
        yield f"No local model runs.{can}"


@lines("local-model stop")
def local_model_stopped(_workspace: Workspace, found: Stopped) -> Iterator[str]:
    """Whether one ran."""
    yield "The local model is stopped." if found.stopped else "No local model ran."

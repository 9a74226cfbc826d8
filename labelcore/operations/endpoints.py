"""Model endpoints: which are configured, and whether they answer. No key is ever shown."""

from __future__ import annotations

from typing import Any

from labelcore.errors import NotFound
from labelcore.operations import Call, Outcome, operation
from labelcore.settings import Endpoint, settings


@operation("endpoints list", needs="no project")
def list_(call: Call) -> Outcome:  # noqa: ARG001 - endpoints belong to no project
    """Show the configured endpoints with their models, prices and limits."""
    found = [_describe(own) for own in settings().all_endpoints.values()]
    lines = tuple(
        f"{own['name']}: {own['model']} at {own['base_url'] or 'OpenAI'}, "
        f"{own['concurrency']} calls at once, key {'set' if own['has_key'] else 'not set'}"
        for own in found
    )
    none = "None is configured: set LABELCORE_MODEL, or name several in LABELCORE_ENDPOINTS."
    return Outcome(document={"endpoints": found}, lines=lines or (none,))


@operation("endpoints test", needs="no project")
def try_(call: Call, *, name: str | None = None) -> Outcome:  # noqa: ARG001 - as above
    """Ask each endpoint, or one, two small questions."""
    from labelcore.llm.testing import check

    known = settings().all_endpoints
    if name is not None and name not in known:
        raise NotFound(f"No endpoint is called '{name}'.", next_step="`labelcore endpoints list` shows them.")
    found = [check(own) for own in known.values() if name in {None, own.name}]
    lines = [
        f"{own.endpoint}: {own.said}"
        + (
            f" {own.latency_ms:.0f} ms, as {own.answered_as}, "
            f"{'with' if own.likelihoods else 'without'} log-probabilities."
            if own.answered
            else ""
        )
        for own in found
    ]
    return Outcome(
        document={"endpoints": [own.model_dump(mode="json") for own in found]},
        lines=tuple(lines) or ("None is configured: set LABELCORE_MODEL.",),
        exit_code=0 if all(own.answered for own in found) else 1,
    )


def _describe(own: Endpoint) -> dict[str, Any]:
    shown = own.model_dump(mode="json", exclude={"api_key", "api_key_env"})
    return shown | {"has_key": own.has_key}

"""Model endpoints: which are configured, and whether they answer. No key is ever shown."""

from __future__ import annotations

from typing import Any

from labelcore.dispatch import Outcome, operation
from labelcore.errors import NotFound
from labelcore.settings import Endpoint, settings
from labelcore.workspace import Workspace


@operation("endpoints list", needs="no project")
def list_(workspace: Workspace) -> Outcome:  # noqa: ARG001 - endpoints belong to no project
    """Show the configured endpoints with their models, prices and limits."""
    found = [_describe(endpoint) for endpoint in settings().all_endpoints.values()]
    lines = tuple(
        f"{endpoint['name']}: {endpoint['model']} at {endpoint['base_url'] or 'OpenAI'}, "
        f"{endpoint['concurrency']} calls at once, key {'set' if endpoint['has_key'] else 'not set'}"
        for endpoint in found
    )
    none = "None is configured: set LABELCORE_MODEL, or name several in LABELCORE_ENDPOINTS."
    return Outcome(document={"endpoints": found}, lines=lines or (none,))


@operation("endpoints test", needs="no project")
def try_(workspace: Workspace, *, name: str | None = None) -> Outcome:  # noqa: ARG001 - as above
    """Ask each endpoint, or one, two small questions."""
    from labelcore.llm.testing import check

    known = settings().all_endpoints
    if name is not None and name not in known:
        raise NotFound(f"No endpoint is called '{name}'.", next_step="`labelcore endpoints list` shows them.")
    found = [check(endpoint) for endpoint in known.values() if name in {None, endpoint.name}]
    lines = [
        f"{answer.endpoint}: {answer.said}"
        + (
            f" {answer.latency_ms:.0f} ms, as {answer.answered_as}, "
            f"{'with' if answer.likelihoods else 'without'} log-probabilities."
            if answer.answered
            else ""
        )
        for answer in found
    ]
    return Outcome(
        document={"endpoints": [answer.model_dump(mode="json") for answer in found]},
        lines=tuple(lines) or ("None is configured: set LABELCORE_MODEL.",),
        exit_code=0 if all(answer.answered for answer in found) else 1,
    )


def _describe(endpoint: Endpoint) -> dict[str, Any]:
    shown = endpoint.model_dump(mode="json", exclude={"api_key", "api_key_env"})
    return shown | {"has_key": endpoint.has_key}

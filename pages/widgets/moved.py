"""Addresses that pages had before lead to where the same is shown now, with what else they say."""

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from pages.widgets import keys

_MOVED: dict[str, tuple[str, dict[str, str]]] = {
    "home": ("", {}),
    "trusting": ("results", {}),
    "aligning": ("results", {keys.RESULTS_VIEW: "judges"}),
    "refining": ("judging", {}),
}


def _lead_on(request: Request) -> RedirectResponse:
    page, parameters = _MOVED[request.url.path.strip("/")]
    url = request.url.include_query_params(**parameters)
    return RedirectResponse(f"/{page}?{url.query}" if url.query else f"/{page}")


routes = [Route(f"/{old}", _lead_on, methods=["GET"]) for old in _MOVED]

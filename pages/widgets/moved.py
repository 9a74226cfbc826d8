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
    page, asked = _MOVED[request.url.path.strip("/")]
    place = request.url.include_query_params(**asked)
    return RedirectResponse(f"/{page}?{place.query}" if place.query else f"/{page}")


routes = [Route(f"/{old}", _lead_on, methods=["GET"]) for old in _MOVED]

"""Addresses that pages had before lead to where the same is shown now, with what else they say."""

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from pages.widgets import keys

_MOVED = {"trusting": {}, "aligning": {keys.RESULTS_VIEW: "judges"}}


def _lead_on(request: Request) -> RedirectResponse:
    place = request.url.include_query_params(**_MOVED[request.url.path.strip("/")])
    return RedirectResponse(f"/results?{place.query}" if place.query else "/results")


routes = [Route(f"/{old}", _lead_on, methods=["GET"]) for old in _MOVED]

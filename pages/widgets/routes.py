"""Routes beside the pages: the card's door, where presses are stored and answered without a run of the page,
and addresses that pages had before, which lead to where the same is shown now.

With a run of the page for each press, two hundred people cost twice the processor's time
(tests/bench/grading_load.py --by-page). The card posts its presses here;
where this route is missing or says no, it sends them with a run of the page, as if there were no door.
"""

import json
import secrets

import streamlit as st
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from labelcore.access.sessions import visitor
from labelcore.errors import LabelcoreError
from labelcore.messages import Language, trouble_words
from labelcore.messages.card import card_words
from labelcore.messages.catalogue import calling
from labelcore.settings import settings
from labelcore.stages import projects, signing
from labelcore.stages.grading.card import held_by_browser, read_events
from labelcore.store import open_database
from pages.widgets import keys
from pages.widgets.components import PressRoute
from pages.widgets.grading_session import GradingSession, Mode

PATH = "/labelcore/presses"
LARGEST = 64 * 2**20
"""Bytes of one request: many waiting presses with corrected texts."""
_signer = URLSafeSerializer(secrets.token_bytes(32), salt="grading session")
"""Of this process: after a restart a card shows an old token, is refused, and runs its page."""


def route_of(session: GradingSession) -> PressRoute:
    """The address, and a token that lets its holder speak for this person in this project only."""
    claims = [session.workspace.project.name, session.workspace.person, session.language, session.mode]
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return PressRoute(path=f"/{base}{PATH}" if base else PATH, token=str(_signer.dumps(claims)))


async def presses(request: Request) -> Response:
    """Store the presses in the body; the answer is what a run of the page would tell the card."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        claims = _signer.loads(token if scheme == "Bearer" else "")
    except BadSignature:
        return _refusal(401, "The page is of an earlier server.")
    if int(request.headers.get("content-length", LARGEST + 1)) > LARGEST:
        return _refusal(413, "These are too many presses at once.")
    try:
        payload = json.loads(await request.body())
    except (ValueError, RecursionError):
        return _refusal(400, "This is no JSON.")
    return await run_in_threadpool(_answer, request, claims, payload)


def _answer(request: Request, claims: tuple[str, str, Language, Mode], payload: object) -> Response:
    events, malformed = read_events(payload)
    name, person, language, mode = claims
    try:
        db = open_database(settings().db)
        caller = visitor(db, request.cookies, request.headers)
        if caller is None or caller.name not in {"", person}:
            return _refusal(401, "Sign in again.")
        project = projects.open_project(db, name, create=False)
        workspace = signing.enter(db, project, caller, here=False).by(person)
        with calling(workspace.project.settings.noun):
            news = GradingSession(workspace, language, mode).news(events)
            data = news.as_data(card_words(news.setting.language), held_by_browser(payload))
    except LabelcoreError as trouble:
        return _refusal(409, trouble_words(trouble, language, on_page=True))
    data["refused"] |= malformed
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A browser may have sent half a character as an id; it must not cost the answer.
    return Response(text.encode("utf-8", "replace"), media_type="application/json")


def _refusal(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status_code=status)


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


routes = [
    Route(PATH, presses, methods=["POST"]),
    *(Route(f"/{old}", _lead_on, methods=["GET"]) for old in _MOVED),
]

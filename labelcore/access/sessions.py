"""Who is asking: before a request or a websocket reaches the pages, somebody must have signed in.

A session is a cookie that no script can read; every run of a page and every press looks it up anew, so that
the end of a session or of a role holds at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from labelcore.errors import LabelcoreError
from labelcore.models import Visitor
from labelcore.settings import settings
from labelcore.stages import signing
from labelcore.store import Database, open_database

COOKIE = "labelcore_session"
SIGN_IN = "/labelcore/sign-in"
_OPEN = (
    *(SIGN_IN, "/labelcore/join", "/labelcore/oidc", "/labelcore/operations"),
    *("/healthz", "/readyz", "/_stcore/health", "/static/", "/favicon"),
)
"""What is there for everybody: signing in itself, what has a secret of its own, and the app's files."""


def visitor(db: Database, cookies: Mapping[str, str], headers: Mapping[str, str]) -> Visitor | None:
    """Who asks; None where they have to sign in."""
    match settings().sign_in:
        case "":
            return signing.EVERYBODY
        case "header":
            name = headers.get(settings().proxy_header) or ""
            return signing.as_visitor(db, signing.from_outside(db, name)) if name.strip() else None
        case _:
            return signing.visitor_of_session(db, cookies.get(COOKIE) or "")


def cookies_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The cookies of a request; none where they cannot be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie") or "").items()}
    except CookieError:
        return {}


class SignedIn:
    """Lets through who has signed in; sends browsers to the page for that, and refuses the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass; answer the rest."""
        if scope["type"] not in {"http", "websocket"} or not settings().sign_in:
            await self.app(scope, receive, send)
            return
        _distrust(scope)
        if _is_open(str(scope["path"])) or _is_known(Headers(scope=scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _refusal(scope)(scope, receive, send)


def _distrust(scope: Scope) -> None:
    """A header that names somebody is the proxy's to set: from anywhere else it is taken away."""
    client = scope.get("client")
    if settings().sign_in == "header" and (not client or client[0] not in settings().proxies):
        del MutableHeaders(scope=scope)[settings().proxy_header]


def _is_open(path: str) -> bool:
    return any(path == known or path.startswith(f"{known.rstrip('/')}/") for known in _OPEN)


def _is_known(headers: Headers) -> bool:
    try:
        return visitor(open_database(settings().db), cookies_of(headers), headers) is not None
    except LabelcoreError:
        return False


def _refusal(scope: Scope) -> Response:
    headers = Headers(scope=scope)
    if settings().sign_in == "header":
        return PlainTextResponse("The proxy before labelcore did not say who you are.", 401)
    if scope["method"] == "GET" and "text/html" in (headers.get("accept") or ""):
        query = bytes(scope.get("query_string") or b"").decode("latin-1")
        place = f"{scope['path']}?{query}" if query else str(scope["path"])
        return RedirectResponse(f"{SIGN_IN}?next={quote(place, safe='')}", 303)
    return PlainTextResponse("Sign in first.", 401)


def local(place: str) -> str:
    """A path of this app, where somebody asks to be led on; anything else is the first page."""
    plain = "".join(character for character in place if character.isprintable())
    return plain if plain.startswith("/") and not plain.startswith(("//", "/\\")) else "/"

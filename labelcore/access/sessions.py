"""Who is asking: before a request or a websocket reaches the pages, somebody must have signed in.

A session is a cookie that no script can read; every run of a page and every press looks it up anew, so that
the end of a session or of a role holds at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from labelcore.errors import LabelcoreError
from labelcore.models import Visitor
from labelcore.pace import REQUESTS
from labelcore.settings import settings
from labelcore.stages import signing
from labelcore.store import Database, audit, open_database

COOKIE = "labelcore_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""Under TLS: a browser takes it from this host over TLS only, so that no page of another host plants one."""
PERSON = "x-labelcore-person"
"""The header in which `SignInGate` tells the app who asks; a browser's of that name is taken away."""
SIGN_IN = "/labelcore/sign-in"
_OPEN = (
    *(SIGN_IN, "/labelcore/join", "/labelcore/oidc", "/labelcore/operations"),
    *("/healthz", "/readyz", "/metrics", "/_stcore/health", "/static/", "/favicon"),
)
"""What is there for everybody: signing in itself, what looks at a secret by itself, and the app's files."""
_MOST_PAGES = 60
"""Pages that one person has open at once."""


def too_fast(seconds: float) -> Response:
    """What anybody gets who asks faster than people do."""
    return PlainTextResponse("Too many requests.", 429, {"retry-after": str(math.ceil(seconds))})


def visitor(db: Database, cookies: Mapping[str, str], headers: Mapping[str, str]) -> Visitor | None:
    """Who asks; None where they have to sign in."""
    match settings().sign_in:
        case "":
            return signing.EVERYBODY
        case "header":
            name = headers.get(settings().proxy_header) or ""
            return signing.as_visitor(db, signing.from_outside(db, name)) if name.strip() else None
        case _:
            return signing.visitor_of_session(db, session_in(cookies, headers))


def session_in(cookies: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The secret of a session that a request brings along, "" where there is none."""
    return cookies.get(SECURE_COOKIE if is_secure(headers) else COOKIE) or ""


def is_secure(headers: Mapping[str, str]) -> bool:
    """Whether the proxy before the app was called over TLS."""
    return (headers.get("x-forwarded-proto") or headers.get("X-Forwarded-Proto")) in {"https", "wss"}


def came(request: Request) -> str:
    """Where a request came from; acts of this thread are noted with it."""
    address = request.client.host if request.client else ""
    audit.ORIGIN.set(f"page {address}")
    return address


def cookies_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The cookies of a request; none where they cannot be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie") or "").items()}
    except CookieError:
        return {}


class SignInGate:
    """Lets through who has signed in; sends browsers to the page for that, and refuses the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._listening: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass; answer the rest."""
        if scope["type"] in {"http", "websocket"}:
            _distrust(scope)
        if scope["type"] not in {"http", "websocket"} or not settings().sign_in:
            await self.app(scope, receive, send)
            return
        if _is_open(str(scope["path"])):
            await self.app(scope, receive, send)
        elif asking := _asking(Headers(scope=scope)):
            MutableHeaders(scope=scope)[PERSON] = asking.person_id
            await self._pass_on(asking.person_id, scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _refusal(scope)(scope, receive, send)

    async def _pass_on(self, who: str, scope: Scope, receive: Receive, send: Send) -> None:
        """As many requests and open pages as one person needs: the server keeps a session for each page."""
        if scope["type"] == "http":
            wait = REQUESTS.wait(who)
            await (too_fast(wait) if wait else self.app)(scope, receive, send)
        elif self._listening[who] >= _MOST_PAGES:
            await send({"type": "websocket.close", "code": 1013})
        else:
            self._listening[who] += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self._listening[who] -= 1


def _distrust(scope: Scope) -> None:
    """Headers in which a proxy says who asks, and from where, count from the proxies of the settings only.

    One that names somebody is taken away where it comes from anywhere else, or twice: then one of them is the
    browser's.
    """
    client, proxies = scope.get("client"), settings().proxies
    passed_on, headers = bool(client and client[0] in proxies), MutableHeaders(scope=scope)
    del headers[PERSON]
    if settings().sign_in == "header" and (
        not passed_on or len(headers.getlist(settings().proxy_header)) > 1
    ):
        del headers[settings().proxy_header]
    if passed_on:
        hops = [hop.strip() for line in headers.getlist("x-forwarded-for") for hop in line.split(",")]
        before = next((hop for hop in reversed(hops) if hop and hop not in proxies), None)
        scope["client"] = (before, 0) if before else client


def _is_open(path: str) -> bool:
    """A path with steps back is nobody's, whatever it begins with."""
    return ".." not in path.split("/") and any(
        path == prefix or path.startswith(f"{prefix.rstrip('/')}/") for prefix in _OPEN
    )


def _asking(headers: Headers) -> Visitor | None:
    try:
        return visitor(open_database(settings().db), cookies_of(headers), headers)
    except LabelcoreError:
        return None


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

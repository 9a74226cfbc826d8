"""Sign-in by an OpenID provider: the authorization code flow with PKCE, by Authlib (the extra "oidc")."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from labelcore.access import sessions
from labelcore.errors import LabelcoreError
from labelcore.messages import trouble_words
from labelcore.settings import settings
from labelcore.stages import signing
from labelcore.store import open_database

START, BACK = "/labelcore/oidc", "/labelcore/oidc/back"
_NEXT = "labelcore next"
_MINUTES_10 = 600
_answered: dict[str, float] = {}
"""Questions that were answered, by their state, and when. The browser's cookie alone does not tell: a copy of
it, with a copy of the answer, would ask again a provider that takes a code twice.
"""


@cache
def _provider() -> Any:
    from authlib.integrations.starlette_client import OAuth

    secret = settings().oidc_client_secret
    issuer = settings().oidc_issuer.rstrip("/")
    return OAuth().register(
        "provider",
        client_id=settings().oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "timeout": 20},
    )


async def _asked(question: Awaitable[Any]) -> Any:
    """The provider's answer; None where there is none, or it is forged or stale."""
    try:
        return await question
    except Exception:  # noqa: BLE001 - whatever the network or the provider does, nobody is signed in
        return None


async def start(request: Request) -> Response:
    """Lead to the provider, with what only this browser and the provider know."""
    if settings().sign_in != "oidc":
        return PlainTextResponse("There is no sign-in provider here.", 404)
    request.session[_NEXT] = sessions.local(request.query_params.get("next", "/"))
    answer = await _asked(_provider().authorize_redirect(request, _address_of_return(request)))
    return answer or _refused("The sign-in provider cannot be reached.")


def _is_first_answer(request: Request) -> bool:
    """Whether the question of this browser, in its signed cookie, is answered for the first time."""
    state, moment = request.query_params.get("state", ""), time.monotonic()
    if not state or not any(key.endswith(f"_{state}") for key in request.session):
        return False
    for late in [answer for answer, at in _answered.items() if moment - at > 2 * _MINUTES_10]:
        del _answered[late]
    if state in _answered:
        return False
    _answered[state] = moment
    return True


def _address_of_return(request: Request) -> str:
    """Where the provider sends the browser back to; a proxy tells by which scheme it was called."""
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
    return str(request.url_for("oidc back").replace(scheme=scheme))


async def _back(request: Request, with_session: Callable[[Request, str, str], Response]) -> Response:
    if settings().sign_in != "oidc":
        return PlainTextResponse("There is no sign-in provider here.", 404)
    first = _is_first_answer(request)
    token = (await _asked(_provider().authorize_access_token(request)) if first else None) or {}
    claims = dict(token.get("userinfo") or {})
    if not (claims.get("iss") and claims.get("sub")):
        return _refused("The sign-in was not completed.")
    subject = f"{claims['iss']} {claims['sub']}"
    address = str(claims.get("email") or "") if claims.get("email_verified") is True else ""

    def begin() -> str:
        db = open_database(settings().db)
        sessions.came(request)
        return signing.begin_session(db, signing.from_outside(db, subject, address))

    try:
        session = await run_in_threadpool(begin)
    except LabelcoreError as trouble:
        return _refused(trouble_words(trouble, "en"))
    place = sessions.local(str(request.session.pop(_NEXT, "/")))
    return with_session(request, place, session)


def _refused(why: str) -> Response:
    return PlainTextResponse(f"{why} Go back and try again.", 401)


def routes(with_session: Callable[[Request, str, str], Response]) -> list[Route]:
    """To the provider, and back from it."""

    async def back(request: Request) -> Response:
        return await _back(request, with_session)

    flow = Middleware(
        SessionMiddleware,
        secret_key=secrets.token_urlsafe(32),
        session_cookie="labelcore_oidc",
        max_age=_MINUTES_10,
        path=START,
    )
    return [
        Route(START, start, methods=["GET"], middleware=[flow]),
        Route(BACK, back, methods=["GET"], name="oidc back", middleware=[flow]),
    ]

"""The app's door: the database opened once for the process, routes beside the pages, headers for all answers.

``/healthz``, ``/readyz`` and ``/metrics`` say how it is; ``/labelcore/operations`` runs an operation for
who knows the secret that the app left beside the database, or shows a token.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hmac
import json
import logging
import os
import re
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labelcore import health, places
from labelcore.access import sign_in
from labelcore.access.sessions import SignInGate, is_secure, too_fast
from labelcore.dispatch import Request, execute
from labelcore.errors import LabelcoreError
from labelcore.health import RequestWatch, begin_log
from labelcore.hosts import KnownHosts
from labelcore.messages import say_in, trouble_words
from labelcore.models import DOOR_SUFFIX, Visitor
from labelcore.pace import REQUESTS
from labelcore.scheduled import keep_backups, reading_ahead, send_notices
from labelcore.settings import settings
from labelcore.stages import signing
from labelcore.stages.judging import stop_abandoned_runs
from labelcore.stages.people import JOIN
from labelcore.stats.threads import one_thread
from labelcore.store import Database, close_database, open_database

# Nothing is ever fetched from another host: model outputs are hostile, and an image address in
# one of them would tell a stranger what is being read.
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' "
    "data:; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self'; "
    "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
_TLS = (b"strict-transport-security", b"max-age=31536000")
_CACHE = b"cache-control"
_FOR_PROGRAMS = (b"content-disposition", b'attachment; filename="api.json"')
"""Of an answer in JSON that names no file: a browser that is led to it shows no page."""
_JSON = re.compile(rb"application/(json|x-ndjson)\b")
_OF_DATA = ("/media", "/labelcore", "/metrics", "/_stcore/upload_file")


class SecurityHeaders:
    """Adds the headers to every HTTP answer; a browser keeps none of data, and after TLS asks by TLS only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the headers to the start of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        holds = str(scope["path"]).startswith(_OF_DATA)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = [*_HEADERS, *([_TLS] if is_secure(Headers(scope=scope)) else [])]
                rest = [header for header in message.get("headers", []) if not holds or header[0] != _CACHE]
                names = dict(rest)
                if _FOR_PROGRAMS[0] not in names and _JSON.match(names.get(b"content-type", b"")):
                    more.append(_FOR_PROGRAMS)
                message["headers"] = [*rest, *more, *([(_CACHE, b"no-store")] if holds else [])]
            await send(message)

        await self.app(scope, receive, with_headers)


middleware = [
    Middleware(RequestWatch),
    Middleware(SecurityHeaders),
    Middleware(KnownHosts),
    Middleware(SignInGate),
]


_TURN = 0.001
"""Seconds after which a computing page lets another thread go on (Python's: 0.005). One press
changes threads a dozen times, and each time it waits that long behind a page that computes."""
_SETTLED = 60.0
"""Seconds after which the pages and the libraries behind them have been loaded."""


async def keep_steady() -> None:
    """Set the turns, and take what was loaded out of the garbage collector's rounds: with the libraries'
    400,000 objects all people waited for it several times a minute. Twice: at the start, and when the first
    visits have loaded the rest.
    """
    sys.setswitchinterval(_TURN)
    for pause in (_SETTLED, 0.0):
        gc.collect()
        gc.freeze()
        await asyncio.sleep(pause)


TOKEN = secrets.token_urlsafe(32)
"""The secret of this process; only who may read the file beside the database knows it."""


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Hold the database while the app lives; pages explain it when it cannot be opened."""
    path = settings().db.expanduser().resolve()
    if (db := _opened(path)) is None:
        yield {}
        return
    tasks = [asyncio.create_task(task) for task in (keep_steady(), keep_backups(db), send_notices(db))]
    door = Path(f"{path}{DOOR_SUFFIX}")
    url = _url()
    door.unlink(missing_ok=True)
    handle = os.open(door, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"url": url, "token": TOKEN, "pid": os.getpid()}, file)
    try:
        with one_thread(), reading_ahead(db):  # many people's pages compute at once
            yield {}
    finally:
        for task in tasks:
            task.cancel()
        door.unlink(missing_ok=True)
        close_database(path)


def _url() -> str:
    """Where this machine reaches the app."""
    address = settings().address
    address = "127.0.0.1" if address == "0.0.0.0" else address  # noqa: S104 - compared, not bound
    return f"http://{address}:{settings().port}"


def _opened(path: Path) -> Database | None:
    """The database, ready for people; None where it is held or damaged, which is said."""
    begin_log()
    try:
        db = open_database(path)
        stop_abandoned_runs(db)
        _welcome_first(db)
    except LabelcoreError as trouble:
        sys.stderr.write(f"labelcore: {trouble_words(trouble, settings().language)}\n")
        close_database(path)
        return None
    return db


def _welcome_first(db: Database) -> None:
    """Where accounts are wanted and nobody has one, who started the app gets the first."""
    if settings().sign_in == "accounts" and (secret := signing.invite_first(db)):
        words = f"Nobody has an account yet. Make the first: {_url()}{JOIN}?invitation={secret}\n"
        sys.stderr.write(words)  # a log would keep the secret
        sys.stderr.flush()


_log = logging.getLogger(__name__)
_LARGEST = 64 * 2**20
"""Bytes of one request."""


async def operations(request: HttpRequest) -> Response:
    """Run one operation; progress reports first, then the outcome or an error, a line each."""
    caller = await run_in_threadpool(_caller, request)
    if caller is None:
        return JSONResponse({"error": "The secret is wrong."}, status_code=401)
    if caller.visitor.name and (wait := REQUESTS.wait(f"{settings().db} {caller.visitor.name}")):
        return too_fast(wait)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return JSONResponse({"error": "The request is too large."}, status_code=413)
    try:
        order = Request.model_validate_json(body)
    except ValidationError:
        return JSONResponse({"error": "The request is not understood."}, status_code=400)
    return StreamingResponse(_lines(order, caller), media_type="application/x-ndjson")


class _Caller(NamedTuple):
    """Who runs an operation; ``here``: they sit at this machine and may name its files."""

    visitor: Visitor
    here: bool


def _caller(request: HttpRequest) -> _Caller | None:
    """Whoever may read the app's secret may do everything; who shows a token, what the token may."""
    secret = request.headers.get("authorization", "").removeprefix("Bearer ")
    if hmac.compare_digest(secret.encode(), TOKEN.encode()):
        client, server = request.client, request.scope.get("server")
        place = server[0] if server else ""
        here = client is not None and places.sits_here(client.host, request.headers, place)
        return _Caller(signing.EVERYBODY, here)
    try:
        visitor = signing.visitor_of_token(open_database(settings().db), secret)
    except LabelcoreError:
        return None
    return _Caller(visitor, here=False) if visitor else None


async def _lines(order: Request, caller: _Caller) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def tell(message: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(messages.put_nowait, message)

    work = loop.run_in_executor(None, _work, order, caller, tell)
    while True:
        message = await messages.get()
        yield json.dumps(message, ensure_ascii=False, default=str) + "\n"
        if "progress" not in message:
            break
    await work


def _work(order: Request, caller: _Caller, tell: Any) -> None:
    """Run the operation in a thread; whatever happens, the last message ends the stream."""
    try:
        outcome = execute(
            open_database(settings().db),
            order,
            lambda done, total, words: tell({"progress": [done, total, say_in(order.language, words)]}),
            here=caller.here,
            visitor=caller.visitor,
        )
        tell({"outcome": outcome.model_dump(mode="json")})
    except LabelcoreError as trouble:
        tell({"error": trouble_words(trouble, order.language)})
    except Exception:  # noqa: BLE001 - the stream must end, and people see no traceback
        _log.exception("operation %s failed", order.operation)
        tell({"error": f"'{order.operation}' failed inside the app; its log says why."})


routes = [*health.routes, Route("/labelcore/operations", operations, methods=["POST"]), *sign_in.routes]

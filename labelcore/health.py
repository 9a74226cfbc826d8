"""How the app is: whether it is ready, figures for Prometheus, and a log that holds no text of an output."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from labelcore import places
from labelcore.errors import LabelcoreError
from labelcore.models import Role
from labelcore.settings import settings
from labelcore.stages import signing
from labelcore.store import open_database
from labelcore.store.backups import condition, sizes

_REGISTRY = CollectorRegistry()
_ANSWERED = Counter(
    "labelcore_requests",
    "Requests by what they are for and how they ended.",
    ("what", "status"),
    registry=_REGISTRY,
)
_SECONDS = Histogram(
    "labelcore_request_seconds",
    "Seconds until a request was answered.",
    ("what",),
    registry=_REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_KINDS = {
    "/labelcore/presses": "press",
    "/labelcore/operations": "operation",
    "/labelcore/sign-in": "sign-in",
    "/labelcore/join": "sign-in",
    "/_stcore": "page",
    "/static": "file",
}
_NAMED = re.compile(r"^/+(media|_stcore/+upload_file)/.*", re.DOTALL)
"""Paths that name a file or a session of somebody's: the log has what they are for."""
_log = logging.getLogger("labelcore.requests")


class _Sizes(Collector):
    """What the database holds now."""

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        figures = {"database_ready": float(condition(settings().db) == "ready")}
        with contextlib.suppress(LabelcoreError):  # a damaged one is told by the figure before
            figures |= sizes(open_database(settings().db))
        for name, value in figures.items():
            yield GaugeMetricFamily(f"labelcore_{name}", name.replace("_", " "), value=value)


_REGISTRY.register(_Sizes())


class RequestWatch:
    """Counts and times every HTTP request; a line of the log says path, status and time alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note how it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            took = time.perf_counter() - began
            path = str(scope["path"])
            what = next((kind for start, kind in _KINDS.items() if path.startswith(start)), "other")
            _ANSWERED.labels(what, f"{status // 100}xx").inc()
            _SECONDS.labels(what).observe(took)
            if what != "file":
                place = _NAMED.sub(r"/\1/…", path)[:200]
                _log.info("%s %s %s %.0f ms", str(scope["method"])[:20], place, status, took * 1000)


_LONGEST = 2_000
"""Characters of a line's message."""


class JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message in ASCII, for no line may begin within it; of an error its kind,
        never its values.
        """
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:_LONGEST],
        }
        if record.exc_info and (kind := record.exc_info[0]):
            line["error"] = kind.__name__
        return json.dumps(line)


def begin_log() -> None:
    """Write the log as JSON lines where the settings ask for it: also what the server beneath has to say."""
    if settings().log != "json":
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.root.handlers = [handler]
    logging.captureWarnings(capture=True)
    for logger in map(logging.getLogger, logging.root.manager.loggerDict):
        logger.handlers = []
        logger.propagate = logger.name != "uvicorn.access"  # that one tells whole addresses
    logging.getLogger("labelcore").setLevel(logging.INFO)


async def healthz(_request: Request) -> Response:
    """Say that the process lives."""
    return JSONResponse({"status": "ok"})


async def readyz(_request: Request) -> Response:
    """Say whether the database answers, and whether a damaged block of it was met since the app began."""
    state = await run_in_threadpool(condition, settings().db)
    return JSONResponse({"status": state}, 200 if state == "ready" else 503)


async def metrics(request: Request) -> Response:
    """Figures for Prometheus, for who sits at this machine or shows a token of a manager's role or more."""
    if not await run_in_threadpool(_may_read, request):
        return PlainTextResponse("Show a token.", 401)
    text = await run_in_threadpool(generate_latest, _REGISTRY)
    return Response(text, media_type="text/plain; version=0.0.4")


def _may_read(request: Request) -> bool:
    client, server = request.client, request.scope.get("server")
    if client and places.sits_here(client.host, request.headers, server[0] if server else ""):
        return True
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        visitor = signing.visitor_of_token(open_database(settings().db), token)
    except LabelcoreError:
        return False
    return visitor is not None and any(role.includes(Role.MANAGER) for role in visitor.roles.values())


routes = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]

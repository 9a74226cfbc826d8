"""The routes themselves: health, and operations as a stream of JSON lines."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from labelcore.api.door import TOKEN
from labelcore.dispatch import Request, execute
from labelcore.errors import LabelcoreError
from labelcore.settings import settings
from labelcore.store import open_database

_log = logging.getLogger(__name__)


async def healthz(_request: HttpRequest) -> Response:
    """Say that the process lives."""
    return JSONResponse({"status": "ok"})


async def operations(request: HttpRequest) -> Response:
    """Run one operation; progress reports first, then the outcome or an error, a line each."""
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {TOKEN}".encode()):
        return JSONResponse({"error": "The secret is wrong."}, status_code=401)
    try:
        wanted = Request.model_validate_json(await request.body())
    except ValidationError:
        return JSONResponse({"error": "The request is not understood."}, status_code=400)
    return StreamingResponse(_lines(wanted), media_type="application/x-ndjson")


async def _lines(wanted: Request) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def tell(message: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(messages.put_nowait, message)

    work = loop.run_in_executor(None, _work, wanted, tell)
    while True:
        message = await messages.get()
        yield json.dumps(message, ensure_ascii=False, default=str) + "\n"
        if "progress" not in message:
            break
    await work


def _work(wanted: Request, tell: Any) -> None:
    """Run the operation in a thread; whatever happens, the last message ends the stream."""
    try:
        outcome = execute(
            open_database(settings().db),
            wanted,
            lambda done, total, words: tell({"progress": [done, total, words]}),
        )
        tell({"outcome": outcome.model_dump(mode="json")})
    except LabelcoreError as trouble:
        tell({"error": str(trouble)})
    except Exception:  # noqa: BLE001 - the stream must end, and people see no traceback
        _log.exception("operation %s failed", wanted.operation)
        tell({"error": f"'{wanted.operation}' failed inside the app; its log says why."})


routes = [Route("/healthz", healthz), Route("/labelcore/operations", operations, methods=["POST"])]

"""Open the database once for the whole process, and leave the door's address beside it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from labelcore.api.steadiness import keep_steady
from labelcore.errors import LabelcoreError
from labelcore.models import DOOR_SUFFIX
from labelcore.settings import settings
from labelcore.stages.judging import stop_abandoned_runs
from labelcore.stats.threads import one_thread
from labelcore.store import close_database, open_database

TOKEN = secrets.token_urlsafe(32)
"""The secret of this process; only who may read the file beside the database knows it."""


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Hold the database while the app lives; pages explain it when it cannot be opened."""
    path = settings().db.expanduser().resolve()
    try:
        db = open_database(path)
    except LabelcoreError:
        yield {}
        return
    stop_abandoned_runs(db)
    steadiness = asyncio.create_task(keep_steady())
    door = Path(f"{path}{DOOR_SUFFIX}")
    _leave(door)
    try:
        with one_thread():  # many people's pages compute at once
            yield {}
    finally:
        steadiness.cancel()
        door.unlink(missing_ok=True)
        close_database(path)


def _leave(door: Path) -> None:
    address = settings().address
    address = "127.0.0.1" if address == "0.0.0.0" else address  # noqa: S104 - compared, not bound
    url = f"http://{address}:{settings().port}"
    content = json.dumps({"url": url, "token": TOKEN, "pid": os.getpid()})
    door.unlink(missing_ok=True)
    handle = os.open(door, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)

"""Run an operation: on the file itself, or through the app that holds it.

The running app leaves a small file beside the database with its address and a secret (readable by
the owner only); its presence and an answer at that address mean that the app holds the file.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from labelcore.dispatch import Outcome, Request, execute
from labelcore.errors import BadInput, LabelcoreError, StoreBusy
from labelcore.models import DOOR_SUFFIX
from labelcore.progress import Progress
from labelcore.store import close_database, open_database

_SECONDS_TO_CONNECT = 5.0


def run(db: Path, request: Request, progress: Progress) -> Outcome:
    """Run the operation wherever the database is open.

    Raises:
        StoreBusy: a process other than a labelcore app holds the file.
        LabelcoreError: whatever the operation finds wrong.
    """
    door = read_door(db)
    if door and (answer := _through(door, request, progress)):
        return answer
    try:
        database = open_database(db)
    except StoreBusy:
        # The app may have come up between the look and the opening.
        door = read_door(db)
        if door and (answer := _through(door, request, progress)):
            return answer
        raise
    try:
        return execute(database, request, progress)
    finally:
        close_database(db)


def read_door(db: Path) -> dict[str, Any] | None:
    """The address and secret of the app that holds the file, if it left them and still lives."""
    place = db.expanduser().resolve()
    try:
        found: dict[str, Any] = json.loads(Path(f"{place}{DOOR_SUFFIX}").read_text("utf-8"))
        os.kill(int(found["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return found


def _through(door: dict[str, Any], request: Request, progress: Progress) -> Outcome | None:
    """The app's answer, or None when nobody answers at that address."""
    address = urlsplit(door["url"])
    connection = http.client.HTTPConnection(
        address.hostname or "127.0.0.1", address.port, timeout=_SECONDS_TO_CONNECT
    )
    headers = {"Authorization": f"Bearer {door['token']}", "Content-Type": "application/json"}
    try:
        connection.connect()
        connection.sock.settimeout(None)  # an operation may take long; it reports as it goes
        connection.request("POST", "/labelcore/operations", request.model_dump_json(), headers)
        response = connection.getresponse()
    except OSError:
        return None
    with contextlib.closing(connection), response:
        if response.status != http.HTTPStatus.OK:
            raise BadInput(
                f"The labelcore app at {door['url']} refused the command ({response.status}).",
                next_step="Restart the app, then try again.",
            )
        return _follow(response, progress)


def _follow(response: http.client.HTTPResponse, progress: Progress) -> Outcome:
    """Read the app's lines of JSON: progress reports, then the outcome or an error."""
    for line in response:
        message = json.loads(line)
        if "progress" in message:
            progress(*message["progress"])
        elif "error" in message:
            raise LabelcoreError(message["error"])
        elif "outcome" in message:
            return Outcome.model_validate(message["outcome"])
    raise LabelcoreError(
        "The labelcore app ended before the command was done.",
        next_step="Start it again; work that was saved is kept, and the command can be repeated.",
    )

"""How a command sends its request, to the file itself or to the app that holds it, and prints what comes.

The running app leaves a small file beside the database with its address and a secret (readable by
the owner only); its presence and an answer at that address mean that the app holds the file.
"""

from __future__ import annotations

import contextlib
import getpass
import http.client
import json
import os
import re
import socket
import sys
import time
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from labelcore.dispatch import Outcome, Request, execute
from labelcore.errors import BadInput, LabelcoreError, NotFound, StoreBusy
from labelcore.models import DOOR_SUFFIX
from labelcore.operations import Effect, find_operation
from labelcore.progress import Progress
from labelcore.settings import settings, working_on
from labelcore.store import close_database, open_database
from labelcore.wording import Wording

_BAR = 24
_SECONDS_BETWEEN = 0.1
_SECONDS_BETWEEN_LINES = 60.0
# What people and models wrote may hold characters that a terminal obeys.
_VISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SCREEN = 40
"""Lines that people read at once."""
EVERYTHING: ContextVar[bool] = ContextVar("every line is printed", default=False)
"""What ``--all`` asks for."""


def show(outcome: Outcome, *, as_json: bool) -> None:
    """Print an outcome in the form that was asked for."""
    people = sys.stderr if as_json else sys.stdout
    whole = EVERYTHING.get() or len(outcome.lines) <= _SCREEN
    for line in outcome.lines if whole else outcome.lines[: _SCREEN - 1]:
        print(_VISIBLE.sub("�", line), file=people)
    if not whole:
        print(_more(len(outcome.lines) - _SCREEN + 1), file=people)
    if as_json:
        print(json.dumps(outcome.document, ensure_ascii=False, default=str, allow_nan=False))


def _more(n: int) -> str:
    return _words(Wording("… {n:,} more lines: --all shows them.", n=n))


def _words(words: str) -> str:
    """The words in the language spoken here."""
    if settings().language == "en":
        return str(words)
    from labelcore.messages import say_in  # a command in English should not wait for it

    return say_in(settings().language, words)


def progress_bar() -> Progress:
    """A bar on a terminal; elsewhere a line in each minute, so that logs stay readable."""
    if not sys.stderr.isatty():
        return _line_in_each_minute()
    last = 0.0

    def report(done: int, total: int, words: str) -> None:
        nonlocal last
        finished = total and done >= total
        if not finished and time.monotonic() - last < _SECONDS_BETWEEN:
            return
        last = time.monotonic()
        length = round(_BAR * done / total) if total else 0
        bar = "█" * length + "·" * (_BAR - length)
        line = f"\r\x1b[K{bar} {done:,}/{total:,} {_words(words)}"
        print(line, end="\n" if finished else "", file=sys.stderr, flush=True)

    return report


def _line_in_each_minute() -> Progress:
    last = time.monotonic()

    def report(done: int, total: int, words: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"{done:,}/{total:,} {_words(words)}", file=sys.stderr, flush=True)

    return report


_SECONDS_TO_CONNECT = 5.0


def run(db: Path, request: Request, progress: Progress) -> Outcome:
    """Run the operation wherever the database is open; StoreBusy where no labelcore app holds the file."""
    if answer := _through(read_door(db), request, progress):
        return answer
    _check_there(db, request)
    try:
        database = open_database(db)
    except StoreBusy:  # the app may have come up between the look and the opening
        if answer := _through(read_door(db), request, progress):
            return answer
        raise
    try:
        with working_on(db):
            return execute(database, request, progress)
    finally:
        close_database(db)


def _check_there(db: Path, request: Request) -> None:
    """Reading makes no file: a mistyped name would say that a project is empty."""
    entry = find_operation(request.operation)
    needed = entry.effect is Effect.READS and entry.project in {"known", "all"}
    if needed and not db.expanduser().exists():
        raise NotFound(
            "There is no database at {path}. `labelcore demo` makes one with a sample project, and "
            "`labelcore import FILE` one with your outputs.",
            path=str(db),
        )


def read_door(db: Path) -> dict[str, Any] | None:
    """The address and secret of the app that holds the file, if it left them and still takes calls.

    Its number as a process says nothing: in a container that was restarted it is anybody's.
    """
    place = db.expanduser().resolve()
    try:
        door: dict[str, Any] = json.loads(Path(f"{place}{DOOR_SUFFIX}").read_text("utf-8"))
        os.kill(int(door["pid"]), 0)
        with _knock(str(door["url"])):
            return door
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _knock(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection(
        (address.hostname or "127.0.0.1", address.port or 80), _SECONDS_TO_CONNECT
    )


def _through(door: dict[str, Any] | None, request: Request, progress: Progress) -> Outcome | None:
    """The app's answer, or None when nobody answers at that address."""
    if door is None:
        return None
    address = urlsplit(door["url"])
    connection = http.client.HTTPConnection(
        address.hostname or "127.0.0.1", address.port, timeout=_SECONDS_TO_CONNECT
    )
    headers = {"Authorization": f"Bearer {door['token']}", "Content-Type": "application/json"}
    try:
        connection.connect()
        connection.sock.settimeout(None)  # an operation may take long; it reports as it goes
        connection.request("POST", "/labelcore/operations", request.model_dump_json().encode(), headers)
        response = connection.getresponse()
    except OSError:
        return None
    with contextlib.closing(connection), response:
        if response.status != http.HTTPStatus.OK:
            raise BadInput(
                "The labelcore app at {address} refused the command ({status}).",
                next_step="Restart the app, then try again.",
                address=door["url"],
                status=response.status,
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


def somebody(name: str) -> str:
    """The name given, else the one in the settings, else who is logged in: an act has an author."""
    if name or settings().annotator:
        return name or settings().annotator
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "anonymous"


def send(
    operation: str, /, db: Path | None, project: str | None, as_json: bool, author: str = "", **arguments: Any
) -> None:
    """Run an operation and print what it gives; leave out arguments that were not given."""
    request = Request(
        operation=operation,
        project=project or settings().named_project,
        author=author or settings().annotator,
        arguments={key: value for key, value in arguments.items() if value is not None},
        language=settings().language,
    )
    with contextlib.redirect_stdout(sys.stderr):  # only the outcome is printed on stdout
        outcome = run(db or settings().db, request, progress_bar())
    show(outcome, as_json=as_json)
    if outcome.exit_code:
        sys.exit(outcome.exit_code)

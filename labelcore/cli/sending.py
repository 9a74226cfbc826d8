"""What every command shares: its common options, and how it sends its request."""

from __future__ import annotations

import contextlib
import getpass
import sys
from pathlib import Path
from typing import Any

from labelcore.cli import door, terminal
from labelcore.dispatch import Request
from labelcore.settings import settings


def somebody(given: str) -> str:
    """The name given, else the one in the settings, else who is logged in: an act has an author."""
    if given or settings().annotator:
        return given or settings().annotator
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "anonymous"


def send(
    operation: str, /, db: Path | None, project: str | None, as_json: bool, author: str = "", **arguments: Any
) -> None:
    """Run an operation and print what it gives; leave out arguments that were not given."""
    given = {key: value for key, value in arguments.items() if value is not None}
    request = Request(
        operation=operation,
        project=project or settings().project,
        author=author or settings().annotator,
        arguments=given,
        language=settings().language,
    )
    with contextlib.redirect_stdout(sys.stderr):  # only the outcome is printed on stdout
        outcome = door.run(db or settings().db, request, terminal.progress_bar())
    terminal.show(outcome, as_json=as_json)
    if outcome.exit_code:
        sys.exit(outcome.exit_code)

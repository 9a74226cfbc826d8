"""What a command prints: JSON on stdout, people's text and progress on stderr."""

from __future__ import annotations

import json
import re
import sys
import time
from contextvars import ContextVar

from labelcore.dispatch import Outcome
from labelcore.progress import Progress, silent

_BAR = 24
_SECONDS_BETWEEN = 0.1


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
        print(f"… {len(outcome.lines) - _SCREEN + 1:,} more lines: --all shows them.", file=people)
    if as_json:
        print(json.dumps(outcome.document, ensure_ascii=False, default=str, allow_nan=False))


def progress_bar() -> Progress:
    """A bar on a terminal; nothing elsewhere, so that logs stay readable."""
    if not sys.stderr.isatty():
        return silent
    last = 0.0

    def report(done: int, total: int, words: str) -> None:
        nonlocal last
        finished = total and done >= total
        if not finished and time.monotonic() - last < _SECONDS_BETWEEN:
            return
        last = time.monotonic()
        filled = round(_BAR * done / total) if total else 0
        bar = "█" * filled + "·" * (_BAR - filled)
        line = f"\r\x1b[K{bar} {done:,}/{total:,} {words}"
        print(line, end="\n" if finished else "", file=sys.stderr, flush=True)

    return report

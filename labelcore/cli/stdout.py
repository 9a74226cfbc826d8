"""Standard output belongs to what the command prints: libraries that write to it reach stderr.

A library in C or Rust writes to file descriptor 1 past `sys.stdout` (HiGHS does so now and then), and
one such line makes a JSON document unreadable. While a command runs, descriptor 1 is therefore stderr,
and `sys.stdout` writes to a copy of what it was.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO


@contextlib.contextmanager
def kept(*, until_exit: bool) -> Iterator[None]:
    """Within the block only Python's `sys.stdout` reaches standard output.

    ``until_exit``: afterwards too, for the process ends then: libraries may hold what they print until
    that moment. Where `sys.stdout` is no descriptor 1 (a test that captures it), nothing is done.
    """
    before = sys.stdout
    if not isinstance(before, io.TextIOWrapper) or _descriptor(before) != 1:
        yield
        return
    before.flush()
    copy = os.dup(1)
    shown = io.TextIOWrapper(
        os.fdopen(copy, "wb"),
        encoding=before.encoding,
        errors=before.errors,
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )
    sys.stdout = shown
    _point_at_stderr()
    try:
        yield
    finally:
        _flush(shown)
        if not until_exit:
            _flush_libraries()
            os.dup2(copy, 1)
            sys.stdout = before
            shown.close()


def given_back() -> None:
    """Descriptor 1 is standard output again, for a program that this process becomes."""
    if (copy := _descriptor(sys.stdout)) is not None:
        os.dup2(copy, 1)


def _descriptor(stream: TextIO | None) -> int | None:
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _point_at_stderr() -> None:
    try:
        os.dup2(2, 1)
    except OSError:  # stderr is closed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)


def _flush(shown: TextIO) -> None:
    """Whoever read it may have gone (``labelcore … | head``): what is left goes nowhere then."""
    try:
        shown.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, shown.fileno())
        os.close(nowhere)


def _flush_libraries() -> None:
    """What C's standard output still holds; Windows has as many of these as it has run times."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).fflush(None)

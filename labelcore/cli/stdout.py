"""Standard output belongs to what the command prints: descriptor 1, where HiGHS prints too, is stderr."""

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
    """Within the block only Python's `sys.stdout` reaches standard output, where it is descriptor 1.

    ``until_exit``: afterwards too, for libraries may hold what they print until the process ends.
    """
    before = sys.stdout
    if not isinstance(before, io.TextIOWrapper) or _descriptor(before) != 1:
        yield
        return
    before.flush()
    copy = os.dup(1)
    stream = io.TextIOWrapper(
        os.fdopen(copy, "wb"),
        encoding=before.encoding,
        errors=before.errors,
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )
    sys.stdout = stream
    try:
        os.dup2(2, 1)
    except OSError:  # stderr is closed
        _point_nowhere(1)
    try:
        yield
    finally:
        try:
            stream.flush()
        except BrokenPipeError:  # whoever read it has gone (``labelcore … | head``)
            _point_nowhere(stream.fileno())
        if not until_exit:
            # What C's standard output still holds; Windows has as many of these as it has run times.
            with contextlib.suppress(OSError, AttributeError, TypeError):
                ctypes.CDLL(None).fflush(None)
            os.dup2(copy, 1)
            sys.stdout = before
            stream.close()


def given_back() -> None:
    """Descriptor 1 is standard output again, for a program that this process becomes."""
    if (copy := _descriptor(sys.stdout)) is not None:
        os.dup2(copy, 1)


def _descriptor(stream: TextIO | None) -> int | None:
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _point_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)

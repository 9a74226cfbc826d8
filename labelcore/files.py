"""A file that is written is there whole or not at all: beside its place first, then moved there."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from labelcore.errors import BadInput

FORMULA = re.compile(r"^[=+\-@\t\r\n＝＋－＠]")
"""How a text begins that a spreadsheet takes for a formula, and runs."""


def for_spreadsheet(text: str) -> str:
    """A text for a cell of a CSV file: what begins like a formula and is no number, behind an apostrophe."""
    with contextlib.suppress(ValueError):
        float(text)
        return text
    return f"'{text}" if FORMULA.match(text) else text


@contextlib.contextmanager
def whole(out: Path, *, replace: bool = True) -> Iterator[Path]:
    """Where to write what ``out`` shall hold; it takes that place when the block ends well, on disk already.

    Raises:
        BadInput: the place cannot be written or the disk is full; or the file exists and is not to be
            replaced. Nothing of what was begun is left.
    """
    partial = out.with_name(f".{out.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        yield partial
        _flush(partial)
        if replace:
            partial.replace(out)
        else:
            os.link(partial, out)  # unlike a rename it refuses where somebody was faster
    except FileExistsError:
        raise BadInput("{out} exists already.", next_step="Name a new file.", out=out) from None
    except OSError as trouble:
        raise BadInput(
            "{out} cannot be written: {reason}.",
            next_step="Name another file.",
            out=out,
            reason=trouble.strerror,
        ) from trouble
    finally:
        partial.unlink(missing_ok=True)


def _flush(file: Path) -> None:
    with file.open("rb+") as written:
        os.fsync(written.fileno())

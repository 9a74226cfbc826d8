"""Where in a file a fault is: "criteria[2].severity"."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

LARGEST = 5_000_000
"""Bytes of a rubric file. More is no rubric, and takes long to read."""


def path_of(place: Sequence[int | str]) -> str:
    """``("criteria", 2, "severity")`` as ``criteria[2].severity``."""
    found = ""
    for part in place:
        found += f"[{part}]" if isinstance(part, int) else f".{part}" if found else part
    return found or "the file"


def first_fault(trouble: ValidationError) -> str:
    """The first fault with its place, without what the file says there."""
    fault = trouble.errors(include_input=False)[0]
    return f"{path_of(fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}"

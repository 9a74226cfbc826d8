"""What the database says where memory or room does not suffice, as errors that tell what to do next."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from labelcore.errors import MemoryFull, StoreFull
from labelcore.settings import settings

_FULL = re.compile(r"No space left|File too large|Disk quota exceeded|[Cc]ould not write|[Ff]ailed to write")
_OUT_OF_MEMORY = re.compile(
    r"Out of Memory|[Ff]ailed to allocate|[Cc]ould not allocate|([Cc]ould not|[Ff]ailed to) offload|bad_alloc"
)
_OFFLOADED = re.compile(r"offload|temp_directory")
_OF_THE_MACHINE = (duckdb.OperationalError, duckdb.FatalException, duckdb.InternalException)
"""Errors of these kinds quote no stored text, which may speak of memory too."""
_LIMIT = re.compile(r"/([\d.]+ \w+) used\)")


def shortage(trouble: duckdb.Error, path: Path | None) -> MemoryFull | StoreFull | None:
    """An error of the database as a person needs it; None where neither memory nor room is lacking.

    ``path``: the database's file.
    """
    if not isinstance(trouble, _OF_THE_MACHINE):
        return None
    words = str(trouble)
    if _FULL.search(words):
        return StoreFull(
            "The disk has no room left for {path}: this was not stored.",
            next_step="Free some room, then do it again; what was stored before is safe.",
            path=path,
        )
    if not isinstance(trouble, duckdb.OutOfMemoryException) and not _OUT_OF_MEMORY.search(words):
        return None
    if _OFFLOADED.search(words):
        return MemoryFull(
            "This needs more memory than there is, and no disk space is left beside {path} to swap to.",
            next_step="Free some space there, or set LABELCORE_MEMORY_LIMIT to a larger value and start "
            "labelcore again; then try again. What was stored before is safe.",
            path=path or ".",
        )
    found = _LIMIT.search(words)
    return MemoryFull(
        "This needs more memory than labelcore may use ({limit}).",
        next_step="Set LABELCORE_MEMORY_LIMIT to a larger value, for example 4GB, and start labelcore again; "
        "or do it in parts: import a smaller file, ask for fewer rows. What was stored before is safe.",
        limit=found[1] if found else settings().memory_limit,
    )


def tell_shortage(trouble: Exception) -> None:
    """Raise what lacks memory or room, before a file or a question is called wrong for it."""
    if isinstance(trouble, MemoryError):
        raise MemoryFull(
            "This needs more memory than the machine has left.",
            next_step="Close other programs, or do it in parts: import a smaller file, ask for fewer rows.",
        ) from trouble
    if isinstance(trouble, duckdb.Error) and shortage(trouble, None):
        raise trouble

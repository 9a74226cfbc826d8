"""What the database says where memory or room does not suffice, as errors that tell what to do next."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from labelcore.errors import MemoryFull, StoreFull

_FULL = re.compile(r"No space left|File too large|Disk quota exceeded|[Cc]ould not write|[Ff]ailed to write")
_OUT_OF_MEMORY = re.compile(
    r"Out of Memory|[Ff]ailed to allocate|[Cc]ould not allocate|([Cc]ould not|[Ff]ailed to) offload|bad_alloc"
)
_OFFLOADED = re.compile(r"offload|temp_directory")
_LIMIT = re.compile(r"/([\d.]+ \w+) used\)")


def shortage(trouble: duckdb.Error, path: Path | None) -> MemoryFull | StoreFull | None:
    """An error of the database as a person needs it; None where neither memory nor room is lacking.

    ``path``: the database's file.
    """
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
            "This needs more memory than there is, and no room to put some of it aside is left near {path}.",
            next_step="Free some room there, or set LABELCORE_MEMORY_LIMIT to more and start labelcore "
            "again; then do it again. Nothing of this was stored, and what was stored before is safe.",
            path=path or ".",
        )
    found = _LIMIT.search(words)
    return MemoryFull(
        "This needs more memory than labelcore may use ({limit}).",
        next_step="Set LABELCORE_MEMORY_LIMIT to more, for example 4GB, and start labelcore again; or do it "
        "in parts: import a smaller file, ask for fewer rows. Nothing of this was stored, and what was "
        "stored before is safe.",
        limit=found[1] if found else "LABELCORE_MEMORY_LIMIT",
    )

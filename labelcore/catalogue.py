"""Every operation by name, read off the stages' source: a command's help need not import the library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_MARKED = re.compile(r'^@operation\(\s*"([^"]+)".*?^def .*?"""(.*?)(?:\n|""")', re.M | re.S)


@dataclass(frozen=True)
class Place:
    """Where an operation is written, so that a command's help need not import the library."""

    module: str
    summary: str


@cache
def catalogue() -> dict[str, Place]:
    """Every operation by name, read off the stages' source without importing it."""
    root = Path(__file__).parent
    found = {}
    for file in (*sorted((root / "stages").rglob("*.py")), root / "messages" / "writing.py"):
        module = ".".join(("labelcore", *file.relative_to(root).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        for name, summary in _MARKED.findall(file.read_text("utf-8")):
            found[name] = Place(module, summary.strip())
    return found

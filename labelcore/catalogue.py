"""Every operation with a name, read off the stages' source: a command's help need not import the library."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_MARKED = re.compile(r'^@operation\(\s*"([^"]+)".*?^def .*?"""(.*?)(?:\n|""")', re.M | re.S)


class OperationEntry(NamedTuple):
    """The module in which an operation is written, and the first line of its docstring."""

    module: str
    summary: str


@cache
def catalogue() -> dict[str, OperationEntry]:
    """Where each operation is."""
    root = Path(__file__).parent
    entries = {}
    speaking = [root / "messages" / name for name in ("sending.py", "writing.py")]
    for file in (*sorted((root / "stages").rglob("*.py")), *speaking):
        module = ".".join(("labelcore", *file.relative_to(root).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        for name, summary in _MARKED.findall(file.read_text("utf-8")):
            entries[name] = OperationEntry(module, summary.strip())
    return entries

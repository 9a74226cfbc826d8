"""The formats in which outputs come in, one file each: a new format is a new file here, and its test.

A file becomes a temporary table ``staged``: a number for each row, every column as text. Broken rows
are kept apart with their reason. DuckDB reads, so memory is bounded.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from labelcore.store.formats.base import Format, Tool, registered, registered_tools

__all__ = ["Format", "Tool", "every_format", "every_tool"]


@cache
def _load() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def every_format() -> Mapping[str, Format]:
    """All containers by name, in the order of their files."""
    _load()
    return registered()


def every_tool() -> Mapping[str, Tool]:
    """All tools' formats by name, in the order of their titles, whichever file was loaded first."""
    _load()
    return dict(sorted(registered_tools().items(), key=lambda item: item[1].title.casefold()))

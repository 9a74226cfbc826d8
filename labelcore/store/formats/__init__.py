"""The formats in which outputs come in, one file each: a new format is a new file here, and its test.

A file becomes a temporary table ``staged``: a number for each row, every column as text. Broken rows
are kept apart with their reason. DuckDB reads, so memory is bounded.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from labelcore.store.formats.base import Format, registered

__all__ = ["Format", "every_format"]


@cache
def every_format() -> Mapping[str, Format]:
    """All formats by name, in the order of their files."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return registered()

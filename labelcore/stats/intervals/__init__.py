"""Intervals of a share, one method a file: a new method is a new file here, and its test."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from labelcore.stats.intervals.base import Method, registered

__all__ = ["Method", "every_method"]


@cache
def every_method() -> Mapping[str, Method]:
    """All methods by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return registered()

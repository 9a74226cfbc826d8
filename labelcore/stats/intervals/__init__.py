"""Intervals of a share, one method a file: a new method is a new file here, and its test."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

Method = Callable[[int, int, float], tuple[float, float]]
"""(successes, n ≥ 1, normal quantile z) -> (low, high) with 0 ≤ low ≤ successes / n ≤ high ≤ 1."""

_methods: dict[str, Method] = {}


def interval(name: str) -> Callable[[Method], Method]:
    """Mark a method by the name that a `Rate` carries."""
    return lambda method: _methods.setdefault(name, method)


@cache
def every_method() -> Mapping[str, Method]:
    """All methods by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return _methods

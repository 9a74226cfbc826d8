"""The library of parametrised checks: what can be measured on an output without a model.

Every module of this package is read with it, and its detectors register themselves: a new one is a
function under :func:`register` in any file here, a new file too, and its test.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from labelcore.models import Output

Feature = Callable[[Output, dict[str, Any]], float | None]
Bad = Literal["high", "low", "either"]


@dataclass(frozen=True)
class Detector:
    """A measurable property of an output.

    ``feature`` gives a number, or None where it does not apply (no input to compare with). ``bad``
    is the side that usually makes an output fail; a fit may only choose that side unless it is
    "either". ``topics`` are words (English and Chinese, beginnings suffice) with which a note would
    talk about it. ``quantity`` completes "the output has … {quantity}". ``needs`` is what an output
    must have to be measured at all, ``embeds`` whether the sentence encoder reads it, and
    ``explain`` says more about one output where the figure alone says too little. ``parameter`` is what
    it needs to be given, ``holds`` what holds of an output at 0 and at 1 where it has no other values.
    ``whole``: it counts, so that its limit is said as a whole number.
    """

    name: str
    quantity: str
    feature: Feature
    bad: Bad
    topics: tuple[str, ...]
    percent: bool = False
    whole: bool = True
    needs: Literal["input", "reference", "schema", "section"] = "input"
    embeds: bool = False
    explain: Callable[[Output, dict[str, Any]], str] | None = None
    parameter: Literal["", "phrase", "schema", "section"] = ""
    holds: tuple[str, str] | None = None


REGISTRY: dict[str, Detector] = {}


def register(name: str, quantity: str, bad: Bad, topics: str, **more: Any) -> Callable[[Feature], Feature]:
    """Add a feature to the registry; ``topics`` are separated by spaces, ``more`` is as in `Detector`."""

    def add(feature: Feature) -> Feature:
        REGISTRY[name] = Detector(name, quantity, feature, bad, tuple(topics.split()), **more)
        return feature

    return add


for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

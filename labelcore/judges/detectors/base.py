"""What a detector is: a named number read off an output, and how people talk about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from labelcore.models import Output

Feature = Callable[[Output, dict[str, Any]], float | None]
Bad = Literal["high", "low", "either"]
Needs = Literal["input", "reference", "schema"]
Explain = Callable[[Output, dict[str, Any]], str]


@dataclass(frozen=True)
class Detector:
    """A measurable property of an output.

    ``feature`` gives a number, or None where it does not apply (no input to compare with). ``bad``
    is the side that usually makes an output fail; a fit may only choose that side unless it is
    "either". ``topics`` are words (English and Chinese, beginnings suffice) with which a note would
    talk about it. ``quantity`` completes "the output has … {quantity}". ``needs`` is what an output
    must have to be measured at all, ``embeds`` whether the sentence encoder reads it, and
    ``explain`` says more about one output where the figure alone says too little.
    """

    name: str
    quantity: str
    feature: Feature
    bad: Bad
    topics: tuple[str, ...]
    percent: bool = False
    needs: Needs = "input"
    embeds: bool = False
    explain: Explain | None = None


REGISTRY: dict[str, Detector] = {}


def register(
    name: str,
    quantity: str,
    bad: Bad,
    topics: str,
    *,
    percent: bool = False,
    needs: Needs = "input",
    embeds: bool = False,
    explain: Explain | None = None,
) -> Callable[[Feature], Feature]:
    """Add a feature to the registry; ``topics`` are separated by spaces."""

    def add(feature: Feature) -> Feature:
        REGISTRY[name] = Detector(
            name, quantity, feature, bad, tuple(topics.split()), percent, needs, embeds, explain
        )
        return feature

    return add

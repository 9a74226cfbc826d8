"""Prompts of the shapes that tools and teams use, written anew: with their variables and form of answer.

Variables: name -> slot, "?" where it must be asked. Form: (kind, field, passes, fails), () for words that
must be asked, or (kind, field, low, high) of a score.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Case(NamedTuple):
    """A prompt and what must be found in it."""

    text: str
    family: str
    variables: dict[str, str]
    form: tuple[Any, ...] | None
    accepted_from: float | None = None
    higher_passes: bool = True

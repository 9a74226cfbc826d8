"""What a choice of a set may be asked to keep to, and what it found."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from labelcore.judges import set_search
from labelcore.models import Fact, Frozen
from labelcore.operations import Options


class ChoiceOptions(Options):
    """What the set must keep to. ``seconds``: what there was no time for is among the warnings."""

    max_ffr: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.5, description="Highest false failure rate."
    )
    min_coverage: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Lowest coverage."
    )
    must_include: Annotated[tuple[str, ...], Field(max_length=20)] = Field(
        default=(), description="A judge that must be in, by name or id; repeatable."
    )
    seed: int = 0
    seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=set_search.SECONDS,
        description="Ceiling for the choice with its held-out figures; what there was no time for is said.",
    )


AS_USUAL = ChoiceOptions()


class ChoiceReport(Frozen):
    """The chosen set with its in-sample and held-out figures."""

    choice: str
    judges: tuple[str, ...]
    judge_version_ids: tuple[str, ...]
    n_grades: int
    n_fails: int
    in_sample: dict[str, Any]
    held_out: dict[str, Any]
    optimism: float | None
    max_ffr: float
    warnings: tuple[Fact, ...]
    min_coverage: float | None = None
    must_include: tuple[str, ...] = ()
    gap: float | None = None
    """How much better another set could be at most, as the solver proves; None: not asked exactly."""

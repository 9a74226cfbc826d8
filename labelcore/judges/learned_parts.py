"""What a learned judge is made of, as its specification holds it: every number of its models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import numpy as np
from pydantic import Field, model_validator

from labelcore.judges.calibration import Aim
from labelcore.judges.code_checks import CodeSpec, known_key
from labelcore.judges.learned_model import Check, LinearHead
from labelcore.models import Frozen
from labelcore.text.embedding import SIZE

Number = Annotated[float, Field(ge=-1e9, le=1e9)]
"""Small enough that no product of two runs over."""


class LinearParts(Frozen):
    """The numbers of a linear model on d detectors and k axes of c-dimensional embeddings."""

    knots: tuple[tuple[tuple[Number, ...], tuple[Number, ...]], ...]
    weight: tuple[Number, ...]
    mean: tuple[Number, ...]
    axes: tuple[tuple[Number, ...], ...]
    coefficients: tuple[Number, ...]
    intercept: tuple[Number]

    @model_validator(mode="after")
    def _sizes_fit(self) -> LinearParts:
        d, k = len(self.knots), len(self.axes)
        if any(len(x) != len(y) or not x for x, y in self.knots):
            raise ValueError("each detector needs as many values as ranks")
        if (len(self.weight), len(self.coefficients)) != (d, d + k):
            raise ValueError("the coefficients do not fit the detectors and axes")
        if any(len(axis) != len(self.mean) for axis in self.axes):
            raise ValueError("the axes do not fit the mean")
        return self


class TopicParts(Frozen):
    """The model of one recurring topic of the notes, made from ``fails`` failed outputs; the pooled ones have
    no name.
    """

    name: str
    quote: str = ""
    fails: int
    slopes: tuple[Number, ...]
    intercept: Number
    prior: Number
    checks: tuple[tuple[CodeSpec, Number, Number], ...]

    @classmethod
    def of(cls, head: LinearHead) -> TopicParts:
        """From a model, rounded."""
        return cls(
            name=head.name,
            quote=head.quote,
            fails=head.fails,
            slopes=tuple(np.round(head.slopes, 6).tolist()),
            intercept=round(head.intercept, 6),
            prior=round(head.prior, 6),
            checks=rounded(head.checks),
        )

    @property
    def head(self) -> LinearHead:
        """The model."""
        topic = self.prior, self.fails, self.name, self.quote
        return LinearHead(np.array(self.slopes), self.intercept, self.checks, *topic)


class TravellingModel(Frozen):
    """What of a learned judge leaves. ``cross_fitted`` names outputs, so it never does."""

    columns: tuple[tuple[str, dict[str, Any]], ...]
    with_vectors: bool
    model: LinearParts
    checks: tuple[tuple[CodeSpec, Number, Number], ...]
    cut: float = Field(ge=0, le=1)
    cross_fitted: dict[str, float] = Field(default_factory=dict, max_length=0)
    looks_at: tuple[str, ...] = ()
    calibration: tuple[Number, Number] | None = None
    meaning: Number = 0.0
    prior: Number = 0.0
    topics: Annotated[tuple[TopicParts, ...], Field(max_length=100)] = ()
    aim: Aim | None = None

    @model_validator(mode="after")
    def _parts_fit(self) -> TravellingModel:
        specs = [
            CodeSpec(detector=name, side="above", threshold=0, parameters=with_)
            for name, with_ in self.columns
        ]
        keys = set(map(known_key, specs))
        every = (*self.checks, *(check for topic in self.topics for check in topic.checks))
        if any(spec.key not in keys for spec, _, _ in every):
            raise ValueError("a check has no column")
        if any(len(topic.slopes) != len(self.model.coefficients) for topic in self.topics):
            raise ValueError("the coefficients of a topic do not fit the detectors and axes")
        if len(self.model.knots) > len(self.columns):
            raise ValueError("there are more detectors than columns")
        if self.with_vectors and self.model.axes and len(self.model.mean) != SIZE:
            raise ValueError(f"the axes are not those of embeddings of {SIZE} numbers")
        return self


def rounded(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Checks with numbers that a person can read."""
    return tuple((spec, round(bad, 6), round(good, 6)) for spec, bad, good in checks)

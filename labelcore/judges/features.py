"""All detectors' numbers for a set of outputs: computed once, used by every fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from labelcore.judges.detectors import REGISTRY
from labelcore.models import Output

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """One measured quantity: a detector with its parameters."""

    detector: str
    parameters: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The name of the column."""
        phrase = self.parameters.get("phrase")
        return f"{self.detector}:{' '.join(phrase)}" if phrase else self.detector


@dataclass(frozen=True)
class FeatureTable:
    """Values of shape (n outputs, d columns), nan where a detector does not apply.

    ``vectors`` are the outputs' embeddings, shape (n, 512), or None without them.
    """

    ids: tuple[str, ...]
    columns: tuple[Column, ...]
    values: Floats
    vectors: Floats | None = None

    def rows(self, where: Ints) -> FeatureTable:
        """The same columns for some of the outputs."""
        vectors = None if self.vectors is None else self.vectors[where]
        ids = tuple(self.ids[int(i)] for i in where)
        return FeatureTable(ids, self.columns, self.values[where], vectors)


_WITH_PARAMETERS = {"phrase", "schema faults"}


def plain_columns(*, reference: bool = False, embedded: bool = False) -> tuple[Column, ...]:
    """The detectors that need no parameters.

    ``reference``: those against a reference too; ``embedded``: those that the encoder reads too.
    """
    return tuple(
        Column(name, {})
        for name, detector in REGISTRY.items()
        if name not in _WITH_PARAMETERS
        and (reference or detector.needs != "reference")
        and (embedded or not detector.embeds)
    )


def measure(
    outputs: Sequence[Output], columns: Sequence[Column], vectors: Floats | None = None
) -> FeatureTable:
    """Measure every column on every output."""
    values = np.full((len(outputs), len(columns)), np.nan)
    for at, column in enumerate(columns):
        feature = REGISTRY[column.detector].feature
        for row, output in enumerate(outputs):
            value = feature(output, dict(column.parameters))
            if value is not None:
                values[row, at] = value
    return FeatureTable(tuple(output.id for output in outputs), tuple(columns), values, vectors)

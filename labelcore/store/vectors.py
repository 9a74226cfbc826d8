"""Embeddings of texts, computed once and kept by the hash of the text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from labelcore.arrays import Vectors
from labelcore.models import now
from labelcore.store.connection import Database, utc
from labelcore.text.embedding import SentenceEncoder

_BATCH = 64


def embed(
    db: Database,
    texts: Sequence[str],
    model: str,
    encode: Callable[[list[str]], Vectors],
    progress: Callable[[int, int], None] | None = None,
) -> Vectors:
    """The vectors of texts, shape (n, d): from the store where they are, else computed and stored.

    Batches are stored as they are done, so an interrupted call loses little.
    """
    keys = [_hash(text) for text in texts]
    have = _known(db, sorted(set(keys)), model)
    fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in have}
    waiting = list(fresh.items())
    for start in range(0, len(waiting), _BATCH):
        part = waiting[start : start + _BATCH]
        vectors = encode([text for _, text in part])
        computed = {key: vector for (key, _), vector in zip(part, vectors, strict=True)}
        rows = [(key, model, vector.tolist(), utc(now())) for key, vector in computed.items()]
        db.append("embedding", ("text_hash", "model", "vector", "made_at"), rows)
        have |= computed
        if progress:
            progress(min(start + _BATCH, len(waiting)), len(waiting))
    if not keys:
        return np.zeros((0, 0), dtype=np.float32)
    return np.stack([have[key] for key in keys])


def embedder(db: Database) -> Callable[[list[str]], Vectors]:
    """The sentence encoder, with its vectors kept here: each text is embedded once."""
    encoder = SentenceEncoder()
    return lambda texts: embed(db, texts, encoder.name, encoder.encode)


def known(db: Database, texts: Sequence[str], model: str) -> dict[str, Vectors]:
    """The vectors of those texts that are stored, by text."""
    keys = {text: _hash(text) for text in texts}
    vectors = _known(db, sorted(set(keys.values())), model)
    return {text: vectors[key] for text, key in keys.items() if key in vectors}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _known(db: Database, keys: Sequence[str], model: str) -> dict[str, Vectors]:
    rows = db.rows(
        "SELECT text_hash, vector FROM embedding_unique WHERE model = ? AND text_hash IN (SELECT unnest(?))",
        [model, list(keys)],
    )
    return {row[0]: np.asarray(row[1], dtype=np.float32) for row in rows}

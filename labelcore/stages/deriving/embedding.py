"""What notes mean, as vectors, in a time that people wait for.

The encoder reads some six hundred notes a second. Where very many are new, a part spread over all of
them is encoded, and each other note takes the mean of the encoded notes that are worded most like
it. Every call encodes a further part, so the vectors become exact with use.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from labelcore.progress import Progress
from labelcore.store import Database, vectors
from labelcore.text.embedding import SentenceEncoder

ALL_UP_TO = 10_000
"""So many new notes are all encoded (some 15 s): it is the better grouping."""
AT_ONCE = 2_000
"""Notes that are encoded in one call where more than that are new."""
_NEIGHBOURS = 5
_CHUNK = 1_000
Floats = npt.NDArray[np.float64]


def meanings(db: Database, texts: Sequence[str], progress: Progress) -> Floats:
    """A unit vector for each text, shape (n, 512); see the module for how exact."""
    encoder = SentenceEncoder()
    distinct = list(dict.fromkeys(texts))
    known = vectors.known(db, distinct, encoder.name)
    fresh = [text for text in distinct if text not in known]
    chosen = fresh if len(fresh) <= ALL_UP_TO else _spread(fresh)
    found = vectors.embed(
        db,
        chosen,
        encoder.name,
        encoder.encode,
        lambda done, total: progress(done, total, "reading the notes"),
    )
    known |= dict(zip(chosen, found, strict=True))
    left = [text for text in fresh if text not in known]
    known |= dict(zip(left, _guessed(left, known), strict=True)) if left else {}
    return np.array([known[text] for text in texts], dtype=np.float64)


def _spread(texts: Sequence[str]) -> list[str]:
    """A part of the texts at equal steps of their alphabetical order: like wordings stand together."""
    ordered = sorted(texts)
    at = np.linspace(0, len(ordered) - 1, AT_ONCE).astype(int)
    return [ordered[k] for k in at]


def _guessed(texts: Sequence[str], known: dict[str, vectors.Vectors]) -> vectors.Vectors:
    """For each text the mean of its lexical neighbours' vectors, weighted by likeness."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    wording = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_features=20_000)
    names = list(known)
    table = wording.fit_transform(names)
    means = np.stack(list(known.values()))
    found = np.zeros((len(texts), means.shape[1]), dtype=np.float32)
    for start in range(0, len(texts), _CHUNK):
        rows = wording.transform(texts[start : start + _CHUNK])
        likeness = np.asarray((rows @ table.T).todense(), dtype=np.float32)
        few = min(_NEIGHBOURS, len(names))
        best = np.argpartition(-likeness, few - 1, axis=1)[:, :few]
        weights = np.take_along_axis(likeness, best, axis=1) + 1e-6
        found[start : start + _CHUNK] = np.einsum("nk,nkd->nd", weights, means[best])
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(lengths, 1e-9), dtype=np.float32)

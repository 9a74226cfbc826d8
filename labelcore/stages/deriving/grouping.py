"""Clauses become groups that mean the same.

Similarity blends meaning (multilingual embeddings), wording (character n-grams) and the families of
failures. Hierarchical clustering with the number of groups chosen by the silhouette; the many notes
beyond ``CLUSTERED`` are assigned to the nearest group.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from labelcore.stages.deriving.families import family_scores

Floats = npt.NDArray[np.float64]
CLUSTERED = 1_500
MOST_GROUPS = 12
_MOST_FROM_FEW = 6
_FEW = 24
_WEIGHTS = {"meaning": 0.45, "wording": 0.15, "family": 0.40}


def blend(texts: Sequence[str], vectors: Floats) -> Floats:
    """Unit vectors whose cosine blends meaning, wording and family, shape (n, d)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    wording = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_features=2_000)
    lexical = np.asarray(wording.fit_transform(texts).todense(), dtype=float)
    family = np.array([family_scores(text) for text in texts])
    parts = ((vectors, "meaning"), (lexical, "wording"), (family, "family"))
    joined = np.hstack([part * math.sqrt(_WEIGHTS[name]) for part, name in parts])
    joined /= np.maximum(np.linalg.norm(joined, axis=1, keepdims=True), 1e-9)
    return joined


def distances(points: Floats) -> Floats:
    """Cosine distances of unit vectors, shape (n, n), exactly 0 on the diagonal."""
    found = np.clip(1 - points @ points.T, 0, None)
    found = (found + found.T) / 2
    np.fill_diagonal(found, 0)
    return found


def group(points: Floats) -> npt.NDArray[np.int64]:
    """A group number for each point, shape (n,); groups are numbered by size, the largest 0."""
    if len(points) < 3:
        return np.zeros(len(points), dtype=np.int64)
    core = points if len(points) <= CLUSTERED else points[_spread(len(points))]
    labels = _best_partition(core)
    if len(core) < len(points):
        centres = np.stack([core[labels == k].mean(axis=0) for k in range(labels.max() + 1)])
        nearest = (points @ centres.T).argmax(axis=1)
        labels = np.asarray(nearest, dtype=np.int64)
    sizes = np.bincount(labels)
    rank = np.argsort(np.argsort(-sizes, kind="stable"), kind="stable")
    return np.asarray(rank[labels], dtype=np.int64)


def _spread(n: int) -> npt.NDArray[np.int64]:
    return np.linspace(0, n - 1, CLUSTERED).astype(np.int64)


def _best_partition(points: Floats) -> npt.NDArray[np.int64]:
    """Ward's linkage (groups of like size) cut at the number of groups with the best silhouette.

    Only the upper half of the allowed numbers is tried: people merge two groups with one click,
    but cannot see inside one that is too large.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform
    from sklearn.metrics import silhouette_score

    square = distances(points)
    euclidean = np.sqrt(2 * squareform(square, checks=False))  # between unit vectors
    tree = linkage(euclidean, "ward")
    best, found = -2.0, np.zeros(len(points), dtype=np.int64)
    most = _most_groups(len(points))
    for count in range(max(2, (most + 1) // 2), most + 1):
        labels = np.asarray(fcluster(tree, count, "maxclust"), dtype=np.int64) - 1
        if 1 < len(set(labels)) < len(points):
            score = float(silhouette_score(square, labels, metric="precomputed"))
            if score > best:
                best, found = score, labels
    return np.asarray(found, dtype=np.int64)


def _most_groups(n: int) -> int:
    """Never a group for each note: about the square root of their number, and twelve at most."""
    limit = _MOST_FROM_FEW if n <= _FEW else MOST_GROUPS
    return max(2, min(limit, n // 2, math.ceil(math.sqrt(n)) + 2))


def central(points: Floats) -> int:
    """The point nearest to the middle of its group."""
    return int((points @ points.mean(axis=0)).argmax())

"""Texts become points, and points become groups that mean the same.

A point blends meaning (embeddings), wording (character n-grams) and the families of failures. The encoder
reads some six hundred notes a second: of very many new ones a part is encoded and stands for those worded
like it.

Two notes say the same, in other words or in another language, where each is the other's nearest in its
language, they are near enough, both or neither say that something is missing, and they name no different
families of failures. It misses rather than invents: tests/bench/two_languages.py has how often.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from labelcore.arrays import Bools, Floats, Ints, Vectors
from labelcore.progress import Progress
from labelcore.stages.deriving.naming import family_of, family_scores
from labelcore.store import Database, vectors
from labelcore.text.embedding import SentenceEncoder
from labelcore.text.pairing import negations
from labelcore.text.reading import han_share, words
from labelcore.wording import Wording

APART = 0.55
"""Cosine distance from which clauses are different codes."""
ALL_UP_TO, AT_ONCE = 10_000, 2_000
"""So many new notes are all encoded (some 15 s); of more, so many in one call."""
_NEIGHBOURS, _CHUNK = 5, 1_000
_CLUSTERED = 1_500
_MOST_GROUPS, _MOST_FROM_FEW, _FEW = 12, 6, 24
ACROSS, WITHIN = 0.65, 0.75
"""Cosines from which notes in two languages, or in one, say the same."""
_LONGEST = 25  # words; a longer note says more than one thing
_MOST_ALIKE = 10_000
_MISSING = re.compile(r"\bmiss(?:es|ing)\b|\black|\bforg[eo]t|\bomit|缺|少了|忘", re.IGNORECASE)

_WEIGHTS = {"meaning": 0.45, "wording": 0.15, "family": 0.40}


def points_of(db: Database, texts: Sequence[str], progress: Progress) -> Floats:
    """Blended unit vectors of texts, shape (n, d); embeddings come from the store where they are known.

    Texts that say the same, in whatever language, have one point: their mean.
    """
    meaning = meanings(db, texts, progress)
    return _together(blend(texts, meaning), sayings(texts, meaning))


def _together(points: Floats, numbers: Ints) -> Floats:
    """The points, those of one number moved to their mean."""
    _, groups = np.unique(numbers, return_inverse=True)
    sums = np.zeros((int(groups.max(initial=-1)) + 1, points.shape[1]))
    np.add.at(sums, groups, points)
    return unit(sums)[groups]


def sayings(texts: Sequence[str], meaning: Floats) -> Ints:
    """A number for each text, shape (n,): texts of one number say the same; ``meaning`` has a unit vector
    for each, shape (n, d). Of more than 10,000 different short texts each is said to be like itself only.
    """
    first = {text: at for at, text in reversed(list(enumerate(texts)))}
    numbers = np.array([first[text] for text in texts], dtype=np.int64)
    short = np.array(sorted(at for text, at in first.items() if len(words(text)) <= _LONGEST), dtype=np.int64)
    if len(short) < 2 or len(short) > _MOST_ALIKE:
        return numbers
    groups = _linked([texts[at] for at in short], meaning[short])
    numbers[short] = short[groups]
    return numbers[numbers]


def denies(text: str) -> bool:
    """Whether a note says that something is not there, or not so."""
    return negations(text) > 0 or bool(_MISSING.search(text))


def _linked(texts: Sequence[str], meaning: Floats) -> Ints:
    """For each text the number of the first one that is linked to it, shape (n,)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    chinese = np.array([han_share(text) > 0.5 for text in texts])
    denying = np.array([denies(text) for text in texts])
    families = np.array([-1 if (family := family_of(text)) is None else family for text in texts])
    within, across = _nearest(meaning, chinese, denying, families)
    at = np.arange(len(texts))
    links = [near[(near >= 0) & (near[near] == at)] for near in (within, across)]
    starts = np.concatenate([near[family] for near, family in zip((within, across), links, strict=True)])
    graph = coo_matrix((np.ones(len(starts)), (starts, np.concatenate(links))), shape=(len(at), len(at)))
    _, components = connected_components(graph, directed=False)
    _, first = np.unique(components, return_index=True)
    return np.asarray(first[components], dtype=np.int64)


def _nearest(meaning: Floats, chinese: Bools, denying: Bools, families: Ints) -> tuple[Ints, Ints]:
    """The nearest text in the same language and in the other one, -1 where none is near enough."""
    nearest = np.full((2, len(meaning)), -1, dtype=np.int64)
    for start in range(0, len(meaning), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(meaning)))
        family = families[rows, None]
        fits = (denying[rows, None] == denying) & ((family < 0) | (families < 0) | (family == families))
        fits[np.arange(len(rows)), rows] = False
        likeness = np.where(fits, meaning[rows] @ meaning.T, -1.0)
        same = chinese[rows, None] == chinese
        for language, least, partner in ((same, WITHIN, nearest[0]), (~same, ACROSS, nearest[1])):
            near = np.where(language, likeness, -1.0)
            best = near.argmax(axis=1)
            partner[rows] = np.where(near[np.arange(len(rows)), best] >= least, best, -1)
    return nearest[0], nearest[1]


def meanings(db: Database, texts: Sequence[str], progress: Progress) -> Floats:
    """A unit vector for each text, shape (n, 512).

    Of more than ``ALL_UP_TO`` new texts a part is encoded, the others take the mean of the encoded ones
    worded most like them. Every call encodes a further part, so the vectors become exact with use.
    """
    encoder = SentenceEncoder()
    distinct = list(dict.fromkeys(texts))
    vectors_of = vectors.known(db, distinct, encoder.name)
    new = [text for text in distinct if text not in vectors_of]
    if len(new) > ALL_UP_TO:  # at equal steps of the alphabet: like wordings stand together
        new = np.sort(new)[_steps(len(new), AT_ONCE)].tolist()
    encoded = vectors.embed(
        db,
        new,
        encoder.name,
        encoder.encode,
        lambda done, total: progress(done, total, Wording("reading the notes")),
    )
    vectors_of |= dict(zip(new, encoded, strict=True))
    if others := [text for text in distinct if text not in vectors_of]:
        vectors_of |= dict(zip(others, _guessed(others, vectors_of), strict=True))
    return np.array([vectors_of[text] for text in texts], dtype=np.float64)


def _steps(count: int, most: int) -> Ints:
    return np.linspace(0, count - 1, min(most, count)).astype(np.int64)


def _guessed(texts: Sequence[str], vectors_of: dict[str, Vectors]) -> Vectors:
    """For each text the mean of its lexical neighbours' vectors, weighted by likeness."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    wording = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_features=20_000)
    table = wording.fit_transform(list(vectors_of))
    means = np.stack(list(vectors_of.values()))
    few = min(_NEIGHBOURS, len(vectors_of))
    means_of = []
    for start in range(0, len(texts), _CHUNK):
        rows = wording.transform(texts[start : start + _CHUNK])
        likeness = np.asarray((rows @ table.T).todense(), dtype=np.float32)
        best = np.argpartition(-likeness, few - 1, axis=1)[:, :few]
        weights = np.take_along_axis(likeness, best, axis=1) + 1e-6
        means_of.append(np.einsum("nk,nkd->nd", weights, means[best]))
    return np.asarray(unit(np.concatenate(means_of)), dtype=np.float32)


def blend(texts: Sequence[str], meaning: Floats) -> Floats:
    """Unit vectors whose cosine blends meaning, wording and family, shape (n, d)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    wording = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_features=2_000)
    lexical = np.asarray(wording.fit_transform(texts).todense(), dtype=float)
    family = np.array([family_scores(text) for text in texts])
    parts = ((meaning, "meaning"), (lexical, "wording"), (family, "family"))
    return unit(np.hstack([part * math.sqrt(_WEIGHTS[name]) for part, name in parts]))


def unit(rows: Floats) -> Floats:
    """The rows at unit length; a row of zeros stays."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _distances(points: Floats) -> Floats:
    """Cosine distances of unit vectors, shape (n, n), exactly 0 on the diagonal."""
    distances = np.clip(1 - points @ points.T, 0, None)
    distances = (distances + distances.T) / 2
    np.fill_diagonal(distances, 0)
    return distances


def group(points: Floats) -> Ints:
    """A group number for each point, shape (n,); groups are numbered by size, the largest 0.

    The number of groups has the best silhouette; of many points a part is clustered, the others join it.
    """
    if len(points) < 3:
        return np.zeros(len(points), dtype=np.int64)
    core = points if len(points) <= _CLUSTERED else points[_steps(len(points), _CLUSTERED)]
    labels = _best_partition(core)
    if len(core) < len(points):
        centres = np.stack([core[labels == k].mean(axis=0) for k in range(labels.max() + 1)])
        labels = np.asarray((points @ centres.T).argmax(axis=1), dtype=np.int64)
    rank = np.argsort(np.argsort(-np.bincount(labels), kind="stable"), kind="stable")
    return np.asarray(rank[labels], dtype=np.int64)


def _best_partition(points: Floats) -> Ints:
    """Ward's linkage (groups of like size) cut at the number of groups with the best silhouette.

    About the square root of the notes' number at most, and only the upper half of what is allowed is tried:
    people merge two groups with one click, but cannot see inside one that is too large.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform
    from sklearn.metrics import silhouette_score

    square = _distances(points)
    tree = linkage(np.sqrt(2 * squareform(square, checks=False)), "ward")  # euclidean between unit vectors
    best, partition = -2.0, np.zeros(len(points), dtype=np.int64)
    n = len(points)
    most = max(2, min(_MOST_FROM_FEW if n <= _FEW else _MOST_GROUPS, n // 2, math.ceil(math.sqrt(n)) + 2))
    for count in range(max(2, (most + 1) // 2), most + 1):
        labels = np.asarray(fcluster(tree, count, "maxclust"), dtype=np.int64) - 1
        if 1 < len(set(labels)) < n:
            score = float(silhouette_score(square, labels, metric="precomputed"))
            if score > best:
                best, partition = score, labels
    return partition


def central(points: Floats) -> int:
    """The point nearest to the middle of its group."""
    return int((points @ points.mean(axis=0)).argmax())


def code_groups(points: Floats) -> list[list[int]]:
    """The numbers of the points of each code, for blended unit vectors of shape (n, d).

    Average linkage, cut at a fixed distance, so that the number of codes follows the notes. Many points are
    grouped in turns: those near a group that stands join it.
    """
    groups: list[list[int]] = []
    open_ = np.arange(len(points))
    while len(open_):
        core = open_[_steps(len(open_), _CLUSTERED)]
        labels = _cut_tree(points[core])
        fresh = [core[labels == k].tolist() for k in np.unique(labels)]
        others = np.setdiff1d(open_, core, assume_unique=True)
        likeness = points[others] @ unit(np.stack([points[group].mean(axis=0) for group in fresh])).T
        near = likeness.max(axis=1) >= 1 - APART
        for at, k in zip(others[near], likeness[near].argmax(axis=1), strict=True):
            fresh[k].append(int(at))
        groups += fresh
        open_ = others[~near]
    return groups


def _cut_tree(points: Floats) -> Ints:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(points) == 1:
        return np.array([1])
    tree = linkage(squareform(_distances(points), checks=False), "average")
    return np.asarray(fcluster(np.clip(tree, 0, None), APART, "distance"), dtype=np.int64)

"""Which notes say the same thing in other words or in another language, by their embeddings.

Two notes do where each is the other's nearest in its language, they are near enough, both or neither say that
something is missing, and they name no different families of failures. It misses rather than invents:
tests/bench/two_languages.py has how often.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.stages.deriving.naming import family_of
from labelcore.text.pairing import negations
from labelcore.text.reading import han_share, words

ACROSS, WITHIN = 0.65, 0.75
"""Cosines from which notes in two languages, or in one, say the same."""
_LONGEST = 25  # words; a longer note says more than one thing
_MOST, _CHUNK = 10_000, 1_000
_MISSING = re.compile(r"\bmiss(?:es|ing)\b|\black|\bforg[eo]t|\bomit|缺|少了|忘", re.IGNORECASE)


def sayings(texts: Sequence[str], meaning: Floats) -> Ints:
    """A number for each text, shape (n,): texts of one number say the same; ``meaning`` has a unit vector
    for each, shape (n, d). Of more than 10,000 different short texts each is said to be like itself only.
    """
    first = {text: at for at, text in reversed(list(enumerate(texts)))}
    numbers = np.array([first[text] for text in texts], dtype=np.int64)
    short = np.array(sorted(at for text, at in first.items() if len(words(text)) <= _LONGEST), dtype=np.int64)
    if len(short) < 2 or len(short) > _MOST:
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

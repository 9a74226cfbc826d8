"""Texts that are nearly the same: MinHash (Broder 1997) finds candidates, Jaccard confirms them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from labelcore.arrays import Ints

_SHINGLE = 5  # characters: works for scripts without spaces too
_BANDS, _ROWS = 24, 4  # finds 99.9 % of pairs with a Jaccard index of .7
_PRIME = np.uint64((1 << 31) - 1)
_SPACE = re.compile(r"\s+")


def near_pairs(texts: Sequence[str], least: float = 0.8) -> list[tuple[int, int, float]]:
    """Pairs ``(i, j, index)``, i < j, whose sets of 5-character shingles have a Jaccard index of ``least`` or
    more, the nearest first. Case and white space are ignored; shorter texts are compared whole.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    if not texts:
        return []
    plain = [_SPACE.sub(" ", text).strip().casefold() for text in texts]
    hashed = HashingVectorizer(
        analyzer="char",
        ngram_range=(_SHINGLE, _SHINGLE),
        n_features=2**30,
        binary=True,
        norm=None,
        alternate_sign=False,
        lowercase=False,
    ).transform([text.ljust(_SHINGLE, "·") for text in plain])
    sets = [hashed.indices[a:b] for a, b in zip(hashed.indptr, hashed.indptr[1:], strict=False)]
    pairs = []
    for i, j in _candidates(sets):
        shared = len(np.intersect1d(sets[i], sets[j], assume_unique=True))
        index = shared / (len(sets[i]) + len(sets[j]) - shared)
        if index >= least:
            pairs.append((i, j, index))
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def _candidates(sets: Sequence[Ints]) -> Iterator[tuple[int, int]]:
    """Pairs that share a band of their signatures, each once."""
    pairs: set[tuple[int, int]] = set()
    # The least hash under each of the functions ax + b mod p.
    mixed = ((_A * shingles.astype(np.uint64)[None, :] + _B) % _PRIME for shingles in sets)
    signatures = np.array([hashes.min(axis=1) for hashes in mixed], dtype=np.uint32)
    for band in range(_BANDS):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for at, row in enumerate(signatures[:, band * _ROWS : (band + 1) * _ROWS]):
            buckets[row.tobytes()].append(at)
        for rows in buckets.values():
            # Many alike: each beside the first says the same as all pairs, which would be many.
            near = combinations(rows, 2) if len(rows) < 50 else ((rows[0], other) for other in rows[1:])
            for pair in near:
                if pair not in pairs:
                    pairs.add(pair)
                    yield pair


_random = np.random.default_rng(7)
_A = _random.integers(1, int(_PRIME), (_BANDS * _ROWS, 1), dtype=np.uint64)
_B = _random.integers(0, int(_PRIME), (_BANDS * _ROWS, 1), dtype=np.uint64)

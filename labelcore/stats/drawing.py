"""Seeded draws with known inclusion probabilities.

The mixture gives every output a probability that is a sum of parts, and draws systematically with exactly
these (Madow 1949), so that estimates weighted by 1/probability stay unbiased. The order in which outputs
are passed does not matter.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from labelcore.arrays import Floats, Ints
from labelcore.models import Pick
from labelcore.wording import Wording

MIXTURE: dict[str, float] = {
    Wording("uniform"): 0.40,
    Wording("judge fails it"): 0.30,
    Wording("judge is unsure"): 0.15,
    Wording("rare kind"): 0.15,
}
COMPLAINED = Wording("users complained")
_SHARES = MIXTURE | {COMPLAINED: 0.50}
_UNIFORM = 0.2  # of a draw by scores


def hash_order(ids: Sequence[str], seed: int) -> list[str]:
    """The ids in the order of their hash with the seed: random, and the same for ever."""
    key = str(seed).encode()
    return sorted(ids, key=lambda i: hashlib.blake2b(i.encode(), key=key, digest_size=8).digest())


UNJUDGED = 5
"""Each fifth output of a draw in two is of the other part, so that nothing is without a chance."""


def in_two(first: Sequence[str], other: Sequence[str], n: int, seed: int) -> dict[str, float]:
    """About n ids, most of the ``first`` part, some of the ``other``, with the chance of each."""
    n = max(0, min(n, len(first) + len(other)))
    some = max(n - len(first), min(len(other), math.ceil(n / UNJUDGED)))
    parts = ((first, n - some), (other, some))
    return {key: size / len(part) for part, size in parts for key in hash_order(part, seed)[:size]}


def draw_random(ids: Sequence[str], n: int, seed: int) -> list[Pick]:
    """A simple random sample without replacement."""
    n = min(n, len(ids))
    share = n / len(ids) if ids else 0.0
    return [
        Pick(output_id=output_id, reason="uniform", probability=share, position=place)
        for place, output_id in enumerate(hash_order(ids, seed)[:n], 1)
    ]


def draw_stratified(strata: Mapping[str, str], n: int, seed: int) -> list[Pick]:
    """Proportional to the strata's sizes with at least one from each while n allows it."""
    members: dict[str, list[str]] = {}
    for output_id in hash_order(list(strata), seed):
        members.setdefault(strata[output_id], []).append(output_id)
    sizes = _allocate({name: len(ids) for name, ids in members.items()}, min(n, len(strata)))
    picks = {
        output_id: (f"stratum {name or '(none)'}", sizes[name] / len(ids))
        for name, ids in members.items()
        for output_id in ids[: sizes[name]]
    }
    order = hash_order(list(picks), seed + 1)
    return [
        Pick(output_id=i, reason=picks[i][0], probability=picks[i][1], position=place)
        for place, i in enumerate(order, 1)
    ]


def _allocate(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """Largest remainders, then at least one for each stratum as long as there is room."""
    total = sum(sizes.values())
    exact = {name: n * size / total for name, size in sizes.items()}
    sizes_drawn = {name: int(share) for name, share in exact.items()}
    order = sorted(sizes, key=lambda name: (sizes_drawn[name] - exact[name], name))
    for name in order[: n - sum(sizes_drawn.values())]:
        sizes_drawn[name] += 1
    for name in sorted(sizes):
        largest = max(sizes_drawn, key=lambda other: (sizes_drawn[other], other))
        if sizes_drawn[name] == 0 and sizes_drawn[largest] > 1:
            sizes_drawn[name], sizes_drawn[largest] = 1, sizes_drawn[largest] - 1
    return sizes_drawn


def draw_mixture(ids: Sequence[str], n: int, seed: int, parts: Mapping[str, Floats]) -> list[Pick]:
    """Draw n ids by the mixture. ``parts``: names of ``MIXTURE``, or complaints alone, with non-negative
    scores, shape (len(ids),).

    A part that is missing or all zero gives its share to the uniform part.
    """
    if not ids:
        return []
    chances = {
        name: _SHARES[name] * scores / scores.sum()
        for name, scores in parts.items()
        if name != "uniform" and len(scores) == len(ids) and scores.sum() > 0
    }
    rest = 1 - sum(_SHARES[name] for name in chances)
    return _draw(ids, n, seed, {"uniform": np.full(len(ids), rest / len(ids)), **chances})


def _draw(ids: Sequence[str], n: int, seed: int, shares: Mapping[str, Floats]) -> list[Pick]:
    """``shares``: of each reason what it gives each id of the chances, shape (len(ids),)."""
    ordered = hash_order(ids, seed)
    place_of = {output_id: place for place, output_id in enumerate(ids)}
    order = np.array([place_of[output_id] for output_id in ordered])
    reasons, weights = list(shares), np.array(list(shares.values()))
    probability = _inclusion(weights.sum(axis=0), min(n, len(ids)))
    random = np.random.default_rng(seed)
    picks = [(ordered[k], order[k]) for k in _systematic(probability[order], random)]
    random.shuffle(picks)
    drawn = []
    for place, (output_id, where) in enumerate(picks, 1):
        owed = weights[:, where] / weights[:, where].sum()
        reason = reasons[int(random.choice(len(reasons), p=owed))]
        chance = float(probability[where])
        drawn.append(Pick(output_id=output_id, reason=reason, probability=chance, position=place))
    return drawn


def draw_weighted(ids: Sequence[str], n: int, seed: int, scores: Floats, name: str) -> list[Pick]:
    """Draw n ids in proportion to non-negative scores, shape (len(ids),), and a uniform part.

    The uniform part keeps every inclusion probability above zero, so rates stay estimable.
    """
    shares = {"uniform": np.full(len(ids), _UNIFORM / len(ids)), name: (1 - _UNIFORM) * scores / scores.sum()}
    return _draw(ids, n, seed, shares)


def _inclusion(shares: Floats, n: int) -> Floats:
    """Inclusion probabilities n·share capped at 1, the excess spread over the others."""
    probability = np.minimum(1.0, n * shares)
    for _ in range(len(shares)):
        missing = n - probability.sum()
        free = probability < 1
        if missing < 1e-9 or not free.any():
            break
        factor = 1 + missing / probability[free].sum()
        probability[free] = np.minimum(1.0, probability[free] * factor)
    return probability


def _systematic(probability: Floats, random: np.random.Generator) -> Ints:
    """Madow's systematic draw: one start, then steps of 1 along the summed probabilities."""
    edges = np.cumsum(probability)
    size = round(float(edges[-1]))
    marks = random.random() + np.arange(size)
    return np.minimum(np.searchsorted(edges, marks, side="right"), len(edges) - 1)

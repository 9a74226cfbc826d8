"""The search for the best set of judges by a fixed number of steps: no clock decides what it finds.

A beam search on bit sets (one bit a graded output). Sets grow by every judge that catches more and breaks no
limit; those are kept that are best by several trades of coverage against price. Where none had to be
dropped, the search is a proof; else `set_program` bounds what it may have missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelcore.arrays import Bools, Floats, Ints
from labelcore.stats.selection import SLACK_COST, Deadline, SetVotes

Bits = npt.NDArray[np.uint64]
KEPT = 30
"""So many sets are kept in each step by each of the trades; fewer of very many judges and outputs,"""
_WORDS = 20_000_000
"""so that the grown sets take no more than so many words of 64 bits."""
_TRADES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""How much coverage a unit of price must be worth."""
_TINY = 1e-9
_WORD = 64


def packed(rows: Bools) -> Bits:
    """Columns of a matrix (rows, judges) as bit sets, shape (judges, words)."""
    number, judges = rows.shape
    bits = np.zeros((judges, max(1, -(-number // _WORD)) * _WORD), dtype=bool)
    bits[:, :number] = rows.T
    return np.packbits(bits, axis=1).view(np.uint64)


def sizes(bits: Bits) -> Ints:
    """How many bits are set in the last axis."""
    return np.asarray(np.bitwise_count(bits).sum(axis=-1, dtype=np.int64))


@dataclass(frozen=True)
class CoverageBest:
    """The best set for a coverage, and its objective: severity-weighted false failures, size, and what
    it lacks of the coverage or is beyond a limit at `SLACK_COST`.
    """

    members: tuple[int, ...]
    price: float


@dataclass(frozen=True)
class BestSets:
    """The best set for each coverage. ``complete``: no set was dropped that could be better.
    ``stopped``: the deadline ended the search.
    """

    best: list[CoverageBest]
    complete: bool
    stopped: bool


@dataclass(frozen=True)
class _Layer:
    """Sets of one size: their members (sets, size), what they catch, and what they wrongly fail.

    ``wrong``: by severity, the false failures of judges of at least that severity; the first are all.
    ``limited``: the false failures of each criterion that has a limit.
    """

    members: Ints
    caught: Bits
    wrong: list[Bits]
    limited: list[Bits]

    def only(self, which: Ints | Bools) -> _Layer:
        """Some of them, in the order of ``which``."""
        return _Layer(
            self.members[which],
            self.caught[which],
            [bits[which] for bits in self.wrong],
            [bits[which] for bits in self.limited],
        )

    def joined(self, other: _Layer) -> _Layer:
        """Each set with the set of ``other`` in the same place."""
        return _Layer(
            np.column_stack([self.members, other.members]),
            self.caught | other.caught,
            [mine | theirs for mine, theirs in zip(self.wrong, other.wrong, strict=True)],
            [mine | theirs for mine, theirs in zip(self.limited, other.limited, strict=True)],
        )


class _Growth:
    """What single judges catch and wrongly fail, and how sets grow from them."""

    def __init__(self, votes: SetVotes, kept: int) -> None:
        wish, groups = votes.wish, votes.limited()
        self.wish, judges = wish, np.arange(votes.votes.shape[1])
        self.fails, self.passes = max(1, len(votes.caught_by)), max(1, len(votes.wrong_by))
        levels = np.unique(votes.severity)
        self.steps = np.diff(levels, prepend=0.0)
        self.limits = np.array([wish.limits[name] for name in groups])
        self.single = _Layer(
            judges[:, None],
            packed(votes.caught_by),
            [packed(votes.wrong_by & (votes.severity >= level)) for level in levels],
            [packed(votes.wrong_by & np.isin(judges, group)) for group in groups.values()],
        )
        self.usable = ~np.isin(judges, votes.idle)
        words = sum(bits.size for bits in (self.single.caught, *self.single.wrong, *self.single.limited))
        self.kept = max(4, min(kept, _WORDS // (len(_TRADES) * words)))
        # Sets are told apart by the sum of their judges' numbers: equal sums of 64 bits are no accident.
        self.numbers = np.random.default_rng(0).integers(2**63, size=len(judges), dtype=np.uint64)

    def first(self) -> _Layer:
        """The set of the judges that must be in."""
        must = list(self.wish.must_include)

        def union(bits: Bits) -> Bits:
            return np.bitwise_or.reduce(bits[must], axis=0, keepdims=True, dtype=np.uint64)

        single = self.single
        return _Layer(
            np.array([must], dtype=np.int64),
            union(single.caught),
            [union(bits) for bits in single.wrong],
            [union(bits) for bits in single.limited],
        )

    def coverage(self, layer: _Layer) -> Floats:
        """The share of people's fails that each set fails."""
        return np.asarray(sizes(layer.caught) / self.fails)

    def excess(self, layer: _Layer) -> Floats:
        """How far each set is beyond the limits, as shares of people's passes."""
        beyond = np.maximum(0.0, sizes(layer.wrong[0]) / self.passes - self.wish.max_ffr - _TINY)
        for bits, limit in zip(layer.limited, self.limits, strict=True):
            beyond = beyond + np.maximum(0.0, sizes(bits) / self.passes - limit - _TINY)
        return np.asarray(beyond)

    def price(self, layer: _Layer) -> Floats:
        """Severity-weighted false failures and size, and the excess at its cost."""
        weighed = np.array([sizes(bits) for bits in layer.wrong]).T @ self.steps / self.passes
        size = layer.members.shape[1]
        return np.asarray(weighed + self.wish.price * size + SLACK_COST * self.excess(layer))

    def grown(self, layer: _Layer, *, within: bool) -> _Layer:
        """Each set with each judge more that catches more; ``within``: and that breaks no limit."""
        caught = sizes(layer.caught[:, None] | self.single.caught)
        which, judge = np.nonzero((caught > sizes(layer.caught)[:, None]) & self.usable)
        keys = self.numbers[layer.members].sum(axis=1, dtype=np.uint64)[which] + self.numbers[judge]
        first = np.sort(np.unique(keys, return_index=True)[1])
        larger = layer.only(which[first]).joined(self.single.only(judge[first]))
        return larger.only(self.excess(larger) == 0) if within else larger


def search(
    votes: SetVotes, levels: Sequence[float], until: Deadline | None = None, *, kept: int = KEPT
) -> BestSets:
    """The best sets at several coverages, with the judges that must be in: what these break stands in the
    price. What was found until a deadline is returned.
    """
    growth = _Growth(votes, kept)
    layer, enough = growth.first(), max(levels)
    most = votes.wish.most or len(growth.usable)
    within, complete = bool(growth.excess(layer)[0] == 0), True
    best = [CoverageBest((), np.inf) for _ in levels]
    while True:
        coverage, price = growth.coverage(layer), growth.price(layer)
        best = [_better(old, level, layer, coverage, price) for old, level in zip(best, levels, strict=True)]
        ranked = _ranked(coverage, price, growth.kept)
        complete = complete and len(ranked) == len(price)
        ranked = ranked[coverage[ranked] < enough - _TINY]
        if not len(ranked) or layer.members.shape[1] >= most:
            return BestSets(best, complete, stopped=False)
        if until is not None and until.over:
            return BestSets(best, complete=False, stopped=True)
        layer = growth.grown(layer.only(ranked), within=within)
        if not len(layer.members):
            return BestSets(best, complete, stopped=False)


def _better(old: CoverageBest, level: float, layer: _Layer, coverage: Floats, price: Floats) -> CoverageBest:
    """The cheapest set of the layer where it is cheaper than ``old``."""
    costs = price + SLACK_COST * np.maximum(0.0, level - coverage - _TINY)
    at = int(np.argmin(costs))
    if costs[at] >= old.price - _TINY:
        return old
    return CoverageBest(tuple(sorted(layer.members[at].tolist())), float(costs[at]))


def _ranked(coverage: Floats, price: Floats, most: int) -> Ints:
    """Places of the sets that are kept, in their order: the best ``most`` by each trade, or all."""
    if len(price) <= most * len(_TRADES):
        return np.arange(len(price))
    ranked = [np.argsort(trade * price - coverage, kind="stable")[:most] for trade in _TRADES]
    return np.unique(np.concatenate(ranked))

"""Two people for each output, so that everybody meets everybody equally often: a balanced design.

Outputs of one kind may be graded by the same pairs of people. Each kind gets its pairs in turns that chance
orders, so that every beginning of the queue is balanced too. No grade takes part.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pair = tuple[str, str]
_LOAD, _TIE = 1e-7, 1e-9
"""How much less what a person has in all, and chance, decide than how often two have met."""


@dataclass(frozen=True)
class PairGroup:
    """So many outputs, ``n``, that each of ``pairs`` may grade; ``has``: who has begun all of them."""

    n: int
    pairs: tuple[Pair, ...]
    has: str = ""


class _Design:
    """Counts so far: of each pair (``met``) and person (``load``); ``dealt``: by kind, for its pairs."""

    def __init__(
        self,
        kinds: Sequence[PairGroup],
        met: Mapping[Pair, int],
        share: Mapping[str, float],
        room: Mapping[str, int],
    ) -> None:
        self.pairs = sorted({pair for kind in kinds for pair in kind.pairs})
        self.people = sorted({who for pair in self.pairs for who in pair})
        place = {who: at for at, who in enumerate(self.people)}
        at = {pair: number for number, pair in enumerate(self.pairs)}
        self.ends = np.array([[place[who] for who in pair] for pair in self.pairs]).reshape(-1, 2)
        self.met = np.array([met.get(pair, 0) for pair in self.pairs], dtype=float)
        self.load = np.zeros(len(self.people))
        shares = np.array([share.get(who, 1.0) for who in self.people])
        self.weight = shares[self.ends].prod(axis=1) if self.pairs else np.ones(0)
        self.room = np.array([room.get(who, np.inf) for who in self.people])
        self.chance = np.array([_chance(pair) for pair in self.pairs])
        self.kinds = kinds
        self.among = [np.array([at[pair] for pair in kind.pairs], dtype=int) for kind in kinds]
        self.has = [place.get(kind.has, -1) for kind in kinds]
        self.dealt = [np.zeros(len(kind.pairs), dtype=int) for kind in kinds]

    @property
    def is_plain(self) -> bool:
        """Whether no quota and no share tells pairs apart."""
        return bool(np.isinf(self.room).all() and np.ptp(self.weight) == 0) if self.pairs else True

    def deal(self, at: int) -> None:
        """Deal a kind's outputs out, each to the pair that has met least."""
        among, rest = self.among[at], self.kinds[at].n
        if not len(among):
            return
        if self.is_plain and np.ptp(self.met[among]) == 0:  # whole turns at once
            turns, rest = divmod(rest, len(among))
            self.dealt[at] += turns
            self.met[among] += turns
            np.add.at(self.load, self.ends[among].ravel(), turns)
        first, second = self.ends[among].T
        key = (self.met[among] + 0.5) / self.weight[among] + _TIE * self.chance[among]
        key += _LOAD * (self.load[first] + self.load[second])
        for _ in range(rest):
            full = (self.room <= 0) & (np.arange(len(self.room)) != self.has[at])
            key[full[first] | full[second]] = np.inf
            least = int(key.argmin())
            if np.isinf(key[least]):
                return
            self.dealt[at][least] += 1
            self.met[among[least]] += 1
            key[least] += 1 / self.weight[among[least]]
            for who in {int(first[least]), int(second[least])} - {self.has[at]}:
                self.load[who] += 1
                self.room[who] -= 1
                key[(first == who) | (second == who)] += _LOAD

    def even_out(self) -> None:
        """Move outputs along chains of kinds from pairs that meet often to pairs that meet less."""
        moved = self.is_plain
        while moved:
            moved, settled = False, set[int]()
            for start in np.argsort(-self.met, kind="stable"):
                if int(start) not in settled:
                    path, reached = self._path(int(start))
                    moved = moved or bool(path)
                    self._move(path)
                    settled |= reached

    def _path(self, start: int) -> tuple[list[tuple[int, int, int]], set[int]]:
        """Steps (kind, from pair, to pair) to one that meets at least twice less, and the pairs seen."""
        came: dict[int, tuple[int, int]] = {start: (-1, -1)}
        waiting, used = deque([start]), set[int]()
        while waiting:
            here = waiting.popleft()
            for at in self._kinds_with(here) - used:
                used.add(at)
                for there in map(int, self.among[at]):
                    if there in came:
                        continue
                    came[there] = (at, here)
                    waiting.append(there)
                    if self.met[there] <= self.met[start] - 2:
                        return self._steps(came, there), set()
        return [], set(came)

    def _kinds_with(self, pair: int) -> set[int]:
        """The kinds of which a pair has outputs."""
        return {
            at
            for at, among in enumerate(self.among)
            if (place := np.searchsorted(among, pair)) < len(among)
            and among[place] == pair
            and self.dealt[at][place] > 0
        }

    @staticmethod
    def _steps(came: Mapping[int, tuple[int, int]], end: int) -> list[tuple[int, int, int]]:
        steps = []
        while came[end][0] >= 0:
            at, before = came[end]
            steps.append((at, before, end))
            end = before
        return steps[::-1]

    def _move(self, path: Sequence[tuple[int, int, int]]) -> None:
        if not path:
            return
        start, end = path[0][1], path[-1][2]
        places = [tuple(np.searchsorted(self.among[at], (first, other))) for at, first, other in path]
        most = int(self.met[start] - self.met[end]) // 2
        n = min(
            most, *(int(self.dealt[at][first]) for (at, _, _), (first, _) in zip(path, places, strict=True))
        )
        for (at, _, _), (first, other) in zip(path, places, strict=True):
            self.dealt[at][first] -= n
            self.dealt[at][other] += n
        self.met[start] -= n
        self.met[end] += n


def plan_pairs(
    kinds: Sequence[PairGroup],
    *,
    met: Mapping[Pair, int],
    share: Mapping[str, float],
    room: Mapping[str, int],
) -> list[list[Pair]]:
    """For each kind the pairs of its outputs, in order; fewer than outputs where people's ``room`` ends.

    A pair is sorted. ``met``: what pairs share already. ``share``: who has more of it meets others more
    often, in proportion; 1 where it is not given. ``room``: so many outputs at most.

    Without shares and rooms no chain of exchanges brings two pairs' counts nearer to each other: they differ
    by one at most wherever the kinds allow it.
    """
    kinds = [PairGroup(kind.n, tuple(sorted(kind.pairs)), kind.has) for kind in kinds]
    design = _Design(kinds, met, share, room)
    for at in sorted(range(len(kinds)), key=lambda at: (len(kinds[at].pairs), at)):
        design.deal(at)
    design.even_out()
    return [_in_turns(kind, dealt) for kind, dealt in zip(kinds, design.dealt, strict=True)]


def _in_turns(kind: PairGroup, dealt: NDArray[np.int_]) -> list[Pair]:
    """Each pair as often as it was dealt, evenly spread; within a turn chance decides."""
    turns = [
        ((turn + _chance((*pair, str(turn)))) / n, pair)
        for pair, n in zip(kind.pairs, dealt.tolist(), strict=True)
        for turn in range(n)
    ]
    return [pair for _, pair in sorted(turns)]


def _chance(words: Sequence[str]) -> float:
    """From 0 to 1, the same for ever."""
    return zlib.crc32("\x1e".join(words).encode("utf-8", "replace")) / 2**32

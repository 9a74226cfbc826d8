"""The choice of a judge set: which judges together fail what people fail, and little else.

A set fails an output when any of its judges does; an abstention fails nothing. The objective is
EvalGen's alignment with both rates shrunk towards the share of outputs that the set fails, less a
small price for each judge, so that a set is not chosen for what it does on two outputs. A wish says
what a set must hold, a deadline until when it is sought.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from labelcore.arrays import Bools, Floats
from labelcore.models import Frozen
from labelcore.stats.counts import count, coverage, evalgen_alignment, false_failure_rate

SHRINK = 4.0
PRICE = 0.01
LARGEST = 6
_TINY = 1e-12


class SetFigures(Frozen):
    """Coverage, false failure rate and EvalGen alignment of a set; None is not measurable."""

    coverage: float | None
    false_failure_rate: float | None
    alignment: float | None
    n: int


def figures(fails: Bools, human_fails: Bools) -> SetFigures:
    """The plain figures of a set's votes, shape (n,), against people's grades."""
    counts = count((~fails).astype(np.float64), ~human_fails)
    cov, ffr = coverage(counts).value, false_failure_rate(counts).value
    return SetFigures(coverage=cov, false_failure_rate=ffr, alignment=evalgen_alignment(cov, ffr), n=counts.n)


def worth(votes: Sequence[Bools], human_fails: Bools, members: Sequence[int], max_ffr: float) -> float:
    """A set's objective, averaged over several cross-fitted vote matrices of shape (n, j).

    A false failure rate above the limit costs ten times its excess: such a set is chosen only
    where no other exists.
    """
    if not members:
        return -1.0
    failed = [np.asarray(matrix[:, list(members)].any(axis=1, keepdims=True)) for matrix in votes]
    return float(_worths(failed, human_fails, len(members), max_ffr)[0])


def _worths(sets: Sequence[Bools], human_fails: Bools, size: int, max_ffr: float) -> Floats:
    """The same for several sets of one size: what they fail, a matrix (n, sets) for each repeat."""
    total = np.zeros(sets[0].shape[1])
    n_fail = int(human_fails.sum())
    n_pass = len(human_fails) - n_fail
    for fails in sets:
        caught, wrong = fails[human_fails].sum(axis=0), fails[~human_fails].sum(axis=0)
        base = SHRINK * ((caught + wrong) / (n_fail + n_pass))
        passed = 1 - (wrong + base) / (n_pass + SHRINK)
        cov = (caught + base) / (n_fail + SHRINK)
        total += 2 * cov * passed / np.maximum(cov + passed, _TINY)
        total -= 10 * np.maximum(0.0, wrong / max(1, n_pass) - max_ffr)
    return np.asarray(total / len(sets) - PRICE * size)


def select(votes: Sequence[Bools], human_fails: Bools, max_ffr: float) -> list[int]:
    """The members of the best set found: greedy growth with exchanges, up to six judges.

    ``votes`` are cross-fitted matrices (n, j), True where a judge fails an output. Deterministic.
    """
    members: list[int] = []
    best = worth(votes, human_fails, members, max_ffr)
    improved = True
    while improved:
        improved = False
        for trials, values in _neighbours(votes, human_fails, members, max_ffr):
            at = int(np.argmax(values)) if len(values) else -1
            if at >= 0 and values[at] > best + 1e-9:
                best, winner, improved = float(values[at]), trials[at], True
        if improved:
            members = winner
    return sorted(members)


def _neighbours(
    votes: Sequence[Bools], human_fails: Bools, members: list[int], max_ffr: float
) -> Iterator[tuple[list[list[int]], Floats]]:
    """Sets that differ by one judge, with their worths: grown, smaller, and with one exchanged."""
    others = [j for j in range(votes[0].shape[1]) if j not in members]

    def joined(rest: list[int]) -> tuple[list[list[int]], Floats]:
        sets = [matrix[:, rest].any(axis=1, keepdims=True) | matrix[:, others] for matrix in votes]
        worths = _worths(sets, human_fails, len(rest) + 1, max_ffr)
        return [[*rest, j] for j in others], worths

    if len(members) < LARGEST:
        yield joined(members)
    for gone in members:
        rest = [member for member in members if member != gone]
        if rest:
            yield [rest], np.array([worth(votes, human_fails, rest, max_ffr)])
        yield joined(rest)


@dataclass(frozen=True)
class Deadline:
    """A moment of the monotonic clock, in seconds; ``seconds``: from how long before."""

    ends: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.perf_counter() + seconds, seconds)

    @property
    def left(self) -> float:
        """Seconds until then; 0 once it is over."""
        return max(0.0, self.ends - time.perf_counter())

    @property
    def over(self) -> bool:
        """Whether the moment has passed."""
        return self.left == 0.0

    def share(self, part: float) -> Deadline:
        """The moment at which so much (0..1) of what is left now is used up."""
        return Deadline.after(self.left * part)


MUST, SHOULD = 1.0, 0.5
"""What a false failure by a judge of a must or a should criterion weighs."""
SLACK_COST = 30.0
"""What a missed wish costs, as a share of its outputs: far more than any set."""
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Wish:
    """What a set must hold. ``severity`` and ``criterion`` are by judge; () is 1 and no criterion.

    ``limits``: the highest false failure rate of a criterion's judges together. ``price``: what a judge more
    may cost, as such a rate. ``most``: the largest set. ``levels``: coverages whose cheapest sets are sought
    where none is asked for. ``default``: judges that are kept unless there are enough grades and another
    set is clearly better, because picking the best of many on few grades picks luck.
    """

    min_coverage: float = 0.0
    max_ffr: float = 1.0
    must_include: tuple[int, ...] = ()
    severity: tuple[float, ...] = ()
    criterion: tuple[str | None, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    price: float = 0.01
    most: int | None = None
    levels: tuple[float, ...] = (0.25, 0.4, 0.55, 0.7, 0.85)
    default: tuple[int, ...] = ()


class SetVotes:
    """Votes (n, judges) on graded outputs: 1 fails, 0 passes, nan says nothing; with the wish."""

    def __init__(self, votes: Floats, human_fails: Bools, wish: Wish) -> None:
        self.votes, self.human_fails, self.wish = votes, human_fails, wish
        fails = np.nan_to_num(votes) > 0
        self.caught_by = fails[human_fails]
        self.wrong_by = fails[~human_fails]
        self.severity = np.array(wish.severity or [MUST] * votes.shape[1])
        decided = ~np.isnan(votes)
        self.idle = tuple(int(j) for j in np.flatnonzero(~decided.any(axis=0)))

    def limited(self) -> dict[str, list[int]]:
        """The judges of each criterion that has a limit."""
        judges_of: dict[str, list[int]] = {}
        for judge, name in enumerate(self.wish.criterion):
            if name is not None and self.wish.limits.get(name, 1.0) < 1.0:
                judges_of.setdefault(name, []).append(judge)
        return judges_of

    def coverage(self, members: Sequence[int]) -> float:
        """Share of people's fails that the members fail."""
        return float(self.caught_by[:, list(members)].any(axis=1).mean())

    def false_failure_rate(self, members: Sequence[int]) -> float | None:
        """Share of people's passes that the members fail; None without a pass."""
        if not len(self.wrong_by):
            return None
        return float(self.wrong_by[:, list(members)].any(axis=1).mean())

    def broken(self, members: Sequence[int]) -> dict[str | None, float]:
        """The false failure rate of each criterion whose limit the members break; None: of the set."""
        rate = self.false_failure_rate(members) or 0.0
        rates: dict[str | None, float] = {None: rate} if rate > self.wish.max_ffr + _NEGLIGIBLE else {}
        for name, judges in self.limited().items():
            rate = self.false_failure_rate([j for j in members if j in judges]) or 0.0
            if rate > self.wish.limits[name] + _NEGLIGIBLE:
                rates[name] = rate
        return rates

    def price(self, members: Sequence[int]) -> float:
        """Severity-weighted false failures and size, and what is missed of the wish at `SLACK_COST`."""
        columns = list(members)
        heaviest = (self.wrong_by[:, columns] * self.severity[columns]).max(axis=1, initial=0.0)
        short = max(0.0, self.wish.min_coverage - self.coverage(columns))
        for name, rate in self.broken(columns).items():
            short += rate - (self.wish.max_ffr if name is None else self.wish.limits[name])
        price = float(heaviest.sum()) / max(1, len(self.wrong_by)) + self.wish.price * len(columns)
        return price + SLACK_COST * short

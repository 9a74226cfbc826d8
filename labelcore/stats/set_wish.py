"""What a set of judges must hold, and what a set does on graded outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MUST, SHOULD = 1.0, 0.5
"""What a false failure by a judge of a must or a should criterion weighs."""
SLACK_COST = 30.0
"""What a missed wish costs, as a share of its outputs: far more than any set."""
_TINY = 1e-9


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
        rates: dict[str | None, float] = {None: rate} if rate > self.wish.max_ffr + _TINY else {}
        for name, judges in self.limited().items():
            rate = self.false_failure_rate([j for j in members if j in judges]) or 0.0
            if rate > self.wish.limits[name] + _TINY:
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

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
_TINY = 1e-9


@dataclass(frozen=True)
class Wish:
    """What a set must hold. ``severity`` and ``criterion`` are by judge; () is 1 and no criterion.

    ``limits``: the highest false failure rate of a criterion's judges together. ``price``: what a
    judge more may cost, as a false failure rate. ``most``: the largest set.
    """

    min_coverage: float = 0.0
    max_ffr: float = 1.0
    must_include: tuple[int, ...] = ()
    severity: tuple[float, ...] = ()
    criterion: tuple[str | None, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    price: float = 0.01
    most: int | None = None


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
        found: dict[str, list[int]] = {}
        for judge, name in enumerate(self.wish.criterion):
            if name is not None and self.wish.limits.get(name, 1.0) < 1.0:
                found.setdefault(name, []).append(judge)
        return found

    def coverage(self, members: Sequence[int]) -> float:
        """Share of people's fails that the members fail."""
        return float(self.caught_by[:, list(members)].any(axis=1).mean())

    def false_failure_rate(self, members: Sequence[int]) -> float | None:
        """Share of people's passes that the members fail; None without a pass."""
        if not len(self.wrong_by):
            return None
        return float(self.wrong_by[:, list(members)].any(axis=1).mean())

    def within_limits(self, members: Sequence[int]) -> bool:
        """Whether the set's and each criterion's false failures are few enough."""
        if not len(self.wrong_by):
            return True
        if self.wrong_by[:, list(members)].any(axis=1).mean() > self.wish.max_ffr + _TINY:
            return False
        for name, judges in self.limited().items():
            of_criterion = [j for j in members if j in judges]
            if (
                of_criterion
                and self.wrong_by[:, of_criterion].any(axis=1).mean() > self.wish.limits[name] + _TINY
            ):
                return False
        return True

    def greedy(self) -> list[int]:
        """Judges added by what they catch more, less what they wrongly fail more, within the limits."""
        members = list(self.wish.must_include)
        most = self.wish.most or self.votes.shape[1]
        while len(members) < most and self.coverage(members) < self.wish.min_coverage:
            caught = np.asarray(self.caught_by[:, members].any(axis=1))
            wrong = np.asarray(self.wrong_by[:, members].any(axis=1))
            gain = (self.caught_by & ~caught[:, None]).sum(axis=0) / max(1, len(caught))
            loss = (self.wrong_by & ~wrong[:, None]).sum(axis=0) / max(1, len(wrong))
            worth = np.where(gain > 0, gain / (loss + self.wish.price), -1.0)
            order = [int(j) for j in np.argsort(-worth, kind="stable") if worth[j] > 0]
            best = next((j for j in order if self.within_limits([*members, j])), None)
            if best is None:
                break
            members.append(best)
        return sorted(members)

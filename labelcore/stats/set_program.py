"""The exact choice of a judge set: a mixed-integer program, solved by HiGHS (scipy.optimize.milp).

Least severity-weighted false failures and size, subject to coverage, false failure rate, a limit
for each criterion, and judges that must be in. A set fails an output when any of its judges does.
A cell without a verdict (an abstention, an error, not run) neither catches nor fails; such cells
are counted and returned. One binary variable a judge, one continuous a graded output: in an
optimum a caught output is 1, and a false failure the largest severity of the judges that fail it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize

from labelcore.models import Frozen
from labelcore.stats.deadline import Deadline
from labelcore.stats.set_matrices import SLACK_COST, Matrices
from labelcore.stats.set_wish import MUST, SHOULD, Bools, Floats, SetVotes, Wish

__all__ = ["MUST", "SHOULD", "Bools", "Chosen", "Floats", "Front", "Wish", "front", "solve"]

_SMALL = 1e-6
_TIME_OVER, _INFEASIBLE = 1, 2  # scipy's status
_LEAST_SECONDS = 0.01
"""The solver does nothing useful in less."""
_FIRST, _SECOND = 0.7, 0.5
"""The share of the time that is left then, for the wish itself and for what comes nearest to it."""


class Chosen(Frozen):
    """The chosen judges (numbers), in-sample figures, and how sure the solver is.

    ``gap``: the proven bound on how much better another set could be, relative; 0 is proven best,
    None when nothing was found. ``unmet``: which wish cannot be met and by how much, in words.
    """

    members: tuple[int, ...]
    coverage: float | None
    false_failure_rate: float | None
    gap: float | None
    seconds: float
    unmet: tuple[str, ...] = ()
    unknown_cells: int = 0
    left_out: tuple[int, ...] = ()
    stopped: bool = False
    """Whether the time ran out before the answer was proven."""


class Front(Frozen):
    """The best sets at several coverages, each once; ``gap`` is the largest of theirs.

    ``stopped``: at some coverage the time ran out; ``gap`` is then None where nothing was found.
    """

    sets: tuple[tuple[int, ...], ...]
    gap: float | None
    stopped: bool


def solve(
    votes: Floats, human_fails: Bools, wish: Wish, *, time_limit: float = 5.0, explain: bool = True
) -> Chosen:
    """Choose from ``votes`` (n, judges): 1 fails, 0 passes, nan says nothing.

    Where the wishes contradict each other, the coverage is lowered first (``unmet`` says to what),
    then the other limits are raised as little as possible. ``explain``: whether ``unmet`` is wanted,
    which takes one solve more.
    """
    started = time.perf_counter()
    problem = _Problem(votes, human_fails, wish)
    if not human_fails.any():
        return problem.nothing("coverage is not measurable: people failed none of these outputs")

    def left(share: float) -> float:
        return share * max(0.0, time_limit - (time.perf_counter() - started))

    short = problem.run(left(_FIRST), slack=("coverage",), relaxed=True)
    reachable = not short.slack and not short.impossible
    found = problem.run(left(_FIRST)) if reachable else _Found(None, impossible=True)
    unmet: list[str] = []
    proven = found.impossible
    if found.members is None:
        for slack in (("coverage",), ("coverage", "ffr", "limits")):
            found = problem.run(left(_SECOND), slack=slack)
            if found.members is not None:
                break
    stopped = problem.stopped
    if found.members is None:
        return problem.nothing(f"no set was found in {time_limit:.1f} seconds")
    if explain and found.slack:
        unmet = problem.words(found, left(1.0), proven=proven)
    return problem.chosen(found, time.perf_counter() - started, tuple(unmet), stopped=stopped)


def front(
    votes: Floats, human_fails: Bools, wish: Wish, levels: Sequence[float], *, time_limit: float
) -> Front:
    """The best sets at several growing coverages, as far as these can be reached."""
    until = Deadline.after(time_limit)
    problem = _Problem(votes, human_fails, wish)
    sets: list[tuple[int, ...]] = []
    gaps: list[float] = []
    stopped = False
    for at, level in enumerate(levels if human_fails.any() else ()):
        harder = problem.wishing(max(level, wish.min_coverage))
        found = harder.run(until.left / (len(levels) - at))
        stopped = stopped or harder.stopped
        if found.impossible:
            break  # higher levels cannot be reached either
        if found.members is not None:
            gaps.append(found.gap)
            if found.members and found.members not in sets:
                sets.append(found.members)
    return Front(sets=tuple(sets), gap=max(gaps, default=None), stopped=stopped)


@dataclass(frozen=True)
class _Found:
    """``members`` None: no set was found; ``impossible``: it is proven that there is none."""

    members: tuple[int, ...] | None
    impossible: bool = False
    gap: float = 0.0
    slack: Mapping[str, float] = field(default_factory=dict)


class _Problem(SetVotes):
    """Votes and wish with the solver; ``stopped``: it once ran out of time."""

    stopped = False

    def wishing(self, min_coverage: float) -> _Problem:
        """The same with another coverage."""
        return _Problem(self.votes, self.human_fails, replace(self.wish, min_coverage=min_coverage))

    def nothing(self, why: str) -> Chosen:
        """No set, and why."""
        return Chosen(members=(), coverage=None, false_failure_rate=None, gap=None, seconds=0.0, unmet=(why,))

    def run(self, time_limit: float, slack: Sequence[str] = (), *, relaxed: bool = False) -> _Found:
        """Solve within so many seconds; ``slack`` names the wishes that may be missed at a cost.

        ``relaxed``: judges may be chosen in part, which shows quickly what no set can reach. Where
        the solver has nothing better in time, the answer is a greedy set, with the solver's bound.
        """
        if time_limit < _LEAST_SECONDS:
            self.stopped = True
            return _Found(None) if relaxed else self._better(None, None, {}, slack)
        build = Matrices(self, slack)
        result = optimize.milp(
            build.cost,
            integrality=None if relaxed else build.integer,
            constraints=build.constraints,
            bounds=optimize.Bounds(build.low, build.high),
            options={"time_limit": time_limit},
        )
        if result.status == _INFEASIBLE:
            return _Found(None, impossible=True)
        self.stopped = self.stopped or result.status == _TIME_OVER
        solved = None if result.x is None else np.asarray(result.x)
        used = {name: float(solved[at]) for name, at in build.slack_at.items() if solved is not None}
        missed = {name: amount for name, amount in used.items() if amount > _SMALL}
        if relaxed:
            return _Found(None, slack=missed)
        members = None if solved is None else np.flatnonzero(solved[: build.judges] > 0.5)
        return self._better(members, result.mip_dual_bound, missed, slack)

    def _better(
        self,
        members: npt.NDArray[np.int64] | None,
        bound: float | None,
        missed: Mapping[str, float],
        slack: Sequence[str],
    ) -> _Found:
        """The solver's set or the greedy one, and the proven gap to the best possible."""
        greedy = self.greedy()
        usable = "coverage" in slack or self.coverage(greedy) >= self.wish.min_coverage
        options = [] if members is None else [(self.price_of(members, slack), tuple(members.tolist()))]
        # Where no time was left, members that must be in are better than none, whatever they break.
        allowed = self.within_limits(greedy) or ("limits" in slack and members is None)
        if greedy and usable and allowed:
            options.append((self.price_of(greedy, slack), tuple(greedy)))
        if not options:
            return _Found(None)
        price, best = min(options)
        gap = max(0.0, price - max(0.0, bound or 0.0)) / price if price > 0 else 0.0
        if members is None or best != tuple(members.tolist()):
            short = self.wish.min_coverage - self.coverage(best)
            missed = {"coverage": short * len(self.caught_by)} if short > _SMALL else {}
        return _Found(best, gap=gap if gap > _SMALL else 0.0, slack=missed)

    def price_of(self, members: Sequence[int] | npt.NDArray[np.int64], slack: Sequence[str]) -> float:
        """The objective: severity-weighted false failures, size, and missed coverage."""
        chosen = list(members)
        heaviest = (self.wrong_by[:, chosen] * self.severity[chosen]).max(axis=1, initial=0.0)
        price = float(heaviest.sum()) / max(1, len(self.wrong_by)) + self.wish.price * len(chosen)
        short = max(0.0, self.wish.min_coverage - self.coverage(chosen)) if "coverage" in slack else 0.0
        return price + SLACK_COST * short

    def words(self, found: _Found, time_limit: float, *, proven: bool) -> list[str]:
        """What could not be met, and by how much; ``proven``: surely, not only within the time."""
        sentences = []
        for name, amount in found.slack.items():
            if name == "coverage":
                reached = self.coverage(found.members or ())
                sentences.append(self._coverage_words(reached, found.gap, time_limit, proven=proven))
            else:
                limit = self.wish.max_ffr if name == "ffr" else self.wish.limits[name]
                least = limit + amount / max(1, len(self.wrong_by))
                whose = "the set" if name == "ffr" else f"“{name}”"
                sentences.append(
                    f"The false failure rate of {whose} cannot be kept at {limit:.0%} with the judges "
                    f"that must be in: it is {least:.0%}."
                )
        return sentences

    def _coverage_words(self, reached: float, gap: float, time_limit: float, *, proven: bool) -> str:
        wish = f"A coverage of {self.wish.min_coverage:.0%}"
        best = "the best set" if gap < _SMALL else "the best set found"
        head = "cannot be met" if proven else "was not reached in the time given"
        words = f"{wish} {head}: with the limits on false failures {best} has {reached:.0%}."
        free = self.run(time_limit, slack=("ffr", "limits"))
        if free.members is None:
            never = " No set of these judges reaches it, whatever it wrongly fails."
            return words + never if free.impossible else words
        needed = self.false_failure_rate(free.members)
        return words if needed is None else f"{words} A set that reaches it wrongly fails {needed:.0%}."

    def chosen(self, found: _Found, seconds: float, unmet: tuple[str, ...], *, stopped: bool) -> Chosen:
        """The answer."""
        members = list(found.members or ())
        return Chosen(
            members=tuple(members),
            coverage=self.coverage(members),
            false_failure_rate=self.false_failure_rate(members),
            gap=found.gap,
            seconds=seconds,
            unmet=unmet,
            unknown_cells=int(np.isnan(self.votes[:, members]).sum()),
            left_out=self.idle,
            stopped=stopped,
        )

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
from scipy import optimize, sparse

from labelcore.models import Frozen

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MUST, SHOULD = 1.0, 0.5
"""What a false failure by a judge of a must or a should criterion weighs."""
_SLACK_COST = 30.0
"""What a missed wish costs, as a share of its outputs: far more than any set."""
_TINY = 1e-9
_SMALL = 1e-6
_INFEASIBLE = 2  # scipy's status
_FIRST, _SECOND, _THIRD = 0.45, 0.25, 0.05  # shares of the time, of each solve


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


def solve(votes: Floats, human_fails: Bools, wish: Wish, *, time_limit: float = 5.0) -> Chosen:
    """Choose from ``votes`` (n, judges): 1 fails, 0 passes, nan says nothing.

    Where the wishes contradict each other, the coverage is lowered first (``unmet`` says to what),
    then the other limits are raised as little as possible.
    """
    started = time.perf_counter()
    problem = _Problem(votes, human_fails, wish)
    if not human_fails.any():
        return problem.nothing("coverage is not measurable: people failed none of these outputs")
    short = problem.run(_SECOND * time_limit, slack=("coverage",), relaxed=True)
    reachable = not short.slack and not short.impossible
    found = problem.run(_FIRST * time_limit) if reachable else _Found(None, impossible=True)
    unmet: list[str] = []
    if found.members is None:
        proven = found.impossible
        for slack in (("coverage",), ("coverage", "ffr", "limits")):
            found = problem.run(_SECOND * time_limit, slack=slack)
            if found.members is not None:
                break
        unmet = problem.words(found, _THIRD * time_limit, proven=proven)
    if found.members is None:
        return problem.nothing(f"no set was found in {time_limit:.0f} seconds")
    return problem.chosen(found, time.perf_counter() - started, tuple(unmet))


def front(
    votes: Floats, human_fails: Bools, wish: Wish, levels: Sequence[float], *, time_limit: float
) -> list[tuple[int, ...]]:
    """The best sets at several coverages that can be reached, each once."""
    problem = _Problem(votes, human_fails, wish)
    found: list[tuple[int, ...]] = []
    for level in levels if human_fails.any() else ():
        own = problem.wishing(max(level, wish.min_coverage)).run(time_limit / len(levels)).members
        if own is None:
            break  # higher levels cannot be reached either
        if own and own not in found:
            found.append(own)
    return found


@dataclass(frozen=True)
class _Found:
    """``members`` None: no set was found; ``impossible``: it is proven that there is none."""

    members: tuple[int, ...] | None
    impossible: bool = False
    gap: float = 0.0
    slack: Mapping[str, float] = field(default_factory=dict)


class _Problem:
    """The program's arrays. Columns: judges, caught fails, false failures, criterion failures, slack."""

    def __init__(self, votes: Floats, human_fails: Bools, wish: Wish) -> None:
        self.votes, self.human_fails, self.wish = votes, human_fails, wish
        fails = np.nan_to_num(votes) > 0
        self.caught_by = fails[human_fails]
        self.wrong_by = fails[~human_fails]
        self.severity = np.array(wish.severity or [MUST] * votes.shape[1])
        decided = ~np.isnan(votes)
        self.idle = tuple(int(j) for j in np.flatnonzero(~decided.any(axis=0)))

    def wishing(self, min_coverage: float) -> _Problem:
        """The same with another coverage."""
        return _Problem(self.votes, self.human_fails, replace(self.wish, min_coverage=min_coverage))

    def nothing(self, why: str) -> Chosen:
        """No set, and why."""
        return Chosen(members=(), coverage=None, false_failure_rate=None, gap=None, seconds=0.0, unmet=(why,))  # fmt: skip

    def run(self, time_limit: float, slack: Sequence[str] = (), *, relaxed: bool = False) -> _Found:
        """Solve within so many seconds; ``slack`` names the wishes that may be missed at a cost.

        ``relaxed``: judges may be chosen in part, which shows quickly what no set can reach. Where
        the solver has nothing better in time, the answer is a greedy set, with the solver's bound.
        """
        build = _Build(self, slack)
        result = optimize.milp(
            build.cost, integrality=None if relaxed else build.integer,
            constraints=build.constraints, bounds=optimize.Bounds(build.low, build.high),
            options={"time_limit": max(0.05, time_limit)},
        )  # fmt: skip
        if result.status == _INFEASIBLE:
            return _Found(None, impossible=True)
        solved = None if result.x is None else np.asarray(result.x)
        used = {
            name: float(solved[at]) for name, at in build.slack_at.items() if solved is not None
        }
        missed = {name: own for name, own in used.items() if own > _SMALL}
        if relaxed:
            return _Found(None, slack=missed)
        members = None if solved is None else np.flatnonzero(solved[: build.judges] > 0.5)
        return self._better(members, result.mip_dual_bound, missed, slack)

    def _better(
        self, members: npt.NDArray[np.int64] | None, bound: float | None,
        missed: Mapping[str, float], slack: Sequence[str],
    ) -> _Found:  # fmt: skip
        """The solver's set or the greedy one, and the proven gap to the best possible."""
        greedy = self.greedy()
        usable = "coverage" in slack or self.coverage(greedy) >= self.wish.min_coverage
        options = (
            [] if members is None else [(self.price_of(members, slack), tuple(members.tolist()))]
        )
        if greedy and usable and self.within_limits(greedy):
            options.append((self.price_of(greedy, slack), tuple(greedy)))
        if not options:
            return _Found(None)
        price, best = min(options)
        gap = max(0.0, price - (bound or 0.0)) / price if price > 0 else 0.0
        if members is None or best != tuple(members.tolist()):
            short = self.wish.min_coverage - self.coverage(best)
            missed = {"coverage": short * len(self.caught_by)} if short > _SMALL else {}
        return _Found(best, gap=gap if gap > _SMALL else 0.0, slack=missed)

    def price_of(
        self, members: Sequence[int] | npt.NDArray[np.int64], slack: Sequence[str]
    ) -> float:
        """The objective: severity-weighted false failures, size, and missed coverage."""
        own = list(members)
        heaviest = (self.wrong_by[:, own] * self.severity[own]).max(axis=1, initial=0.0)
        price = float(heaviest.sum()) / max(1, len(self.wrong_by)) + self.wish.price * len(own)
        short = (
            max(0.0, self.wish.min_coverage - self.coverage(own)) if "coverage" in slack else 0.0
        )
        return price + _SLACK_COST * short

    def greedy(self) -> list[int]:
        """Judges added by what they catch more, less what they wrongly fail more, within the limits."""
        members = list(self.wish.must_include)
        most = self.wish.most or self.votes.shape[1]
        while len(members) < most and self.coverage(members) < self.wish.min_coverage:
            caught = self.caught_by[:, members].any(axis=1)
            wrong = self.wrong_by[:, members].any(axis=1)
            gain = (self.caught_by & ~caught[:, None]).sum(axis=0) / max(1, len(caught))
            loss = (self.wrong_by & ~wrong[:, None]).sum(axis=0) / max(1, len(wrong))
            worth = np.where(gain > 0, gain / (loss + self.wish.price), -1.0)
            order = [int(j) for j in np.argsort(-worth, kind="stable") if worth[j] > 0]
            best = next((j for j in order if self.within_limits([*members, j])), None)
            if best is None:
                break
            members.append(best)
        return sorted(members)

    def within_limits(self, members: Sequence[int]) -> bool:
        """Whether the set's and each criterion's false failures are few enough."""
        if not len(self.wrong_by):
            return True
        if self.wrong_by[:, list(members)].any(axis=1).mean() > self.wish.max_ffr + _TINY:
            return False
        for name, judges in _criteria_with_limits(self).items():
            own = [j for j in members if j in judges]
            if own and self.wrong_by[:, own].any(axis=1).mean() > self.wish.limits[name] + _TINY:
                return False
        return True

    def words(self, found: _Found, time_limit: float, *, proven: bool) -> list[str]:
        """What could not be met, and by how much; ``proven``: surely, not only within the time."""
        said = []
        for name, amount in found.slack.items():
            if name == "coverage":
                reached = self.coverage(found.members or ())
                said.append(self._coverage_words(reached, found.gap, time_limit, proven=proven))
            else:
                limit = self.wish.max_ffr if name == "ffr" else self.wish.limits[name]
                least = limit + amount / max(1, len(self.wrong_by))
                whose = "the set" if name == "ffr" else f"“{name}”"
                said.append(
                    f"The false failure rate of {whose} cannot be kept at {limit:.0%} with the judges "
                    f"that must be in: it is {least:.0%}."
                )
        return said

    def _coverage_words(
        self, reached: float, gap: float, time_limit: float, *, proven: bool
    ) -> str:
        wish = f"A coverage of {self.wish.min_coverage:.0%}"
        best = "the best set" if gap < _SMALL else "the best set found"
        head = "cannot be met" if proven else "was not reached in the time given"
        said = f"{wish} {head}: with the limits on false failures {best} has {reached:.0%}."
        free = self.run(time_limit, slack=("ffr", "limits"))
        if free.members is None:
            return f"{said} No set of these judges reaches it, whatever it wrongly fails." if free.impossible else said  # fmt: skip
        needed = self.false_failure_rate(free.members)
        return (
            said if needed is None else f"{said} A set that reaches it wrongly fails {needed:.0%}."
        )

    def coverage(self, members: Sequence[int]) -> float:
        """Share of people's fails that the members fail."""
        return float(self.caught_by[:, list(members)].any(axis=1).mean())

    def false_failure_rate(self, members: Sequence[int]) -> float | None:
        """Share of people's passes that the members fail; None without a pass."""
        if not len(self.wrong_by):
            return None
        return float(self.wrong_by[:, list(members)].any(axis=1).mean())

    def chosen(self, found: _Found, seconds: float, unmet: tuple[str, ...]) -> Chosen:
        """The answer."""
        members = list(found.members or ())
        return Chosen(
            members=tuple(members), coverage=self.coverage(members),
            false_failure_rate=self.false_failure_rate(members), gap=found.gap, seconds=seconds,
            unmet=unmet, unknown_cells=int(np.isnan(self.votes[:, members]).sum()),
            left_out=self.idle,
        )  # fmt: skip


class _Build:
    """Matrices for scipy: one block of variables after the other."""

    def __init__(self, own: _Problem, slack: Sequence[str]) -> None:
        wish, self.judges = own.wish, own.votes.shape[1]
        fails, passes = len(own.caught_by), len(own.wrong_by)
        self.groups = _criteria_with_limits(own)
        self.rows: list[tuple[sparse.csr_array, float, float]] = []
        self.caught = self.judges
        self.wrong = self.caught + fails
        self.false = self.wrong + passes
        self.by_criterion = self.false + (passes if wish.max_ffr < 1 else 0)
        sizes = self.by_criterion + passes * len(self.groups)
        names = [n for n in ("coverage", "ffr") if n in slack]
        names += list(self.groups) if "limits" in slack else []
        self.slack_at = {name: sizes + at for at, name in enumerate(names)}
        self.size = sizes + len(names)
        self._bounds(own)
        self._costs(own, passes)
        self._catching(own, fails)
        self._failing(own, passes)
        self.constraints = [optimize.LinearConstraint(a, low, high) for a, low, high in self.rows]

    def _bounds(self, own: _Problem) -> None:
        self.low, self.high = np.zeros(self.size), np.ones(self.size)
        for at in self.slack_at.values():
            self.high[at] = np.inf
        self.high[list(own.idle)] = 0.0
        must = list(own.wish.must_include)
        self.low[must] = self.high[must] = 1.0
        self.integer = np.zeros(self.size)
        self.integer[: self.judges] = 1

    def _costs(self, own: _Problem, passes: int) -> None:
        self.cost = np.zeros(self.size)
        self.cost[: self.judges] = own.wish.price
        self.cost[self.wrong : self.wrong + passes] = 1 / max(1, passes)
        for name, at in self.slack_at.items():
            of = len(own.caught_by) if name == "coverage" else passes
            self.cost[at] = _SLACK_COST / max(1, of)

    def _add(self, entries: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]], count: int, low: float, high: float) -> None:  # fmt: skip
        rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
        matrix = sparse.csr_array((values, (rows, columns)), shape=(count, self.size))
        self.rows.append((matrix, low, high))

    def _total(self, columns: npt.NDArray[np.int64], slack: str, sign: float, low: float, high: float) -> None:  # fmt: skip
        zeros = np.zeros(len(columns), dtype=np.int64)
        entries = [(zeros, columns, np.ones(len(columns)))]
        if slack in self.slack_at:
            entries.append((np.zeros(1, dtype=np.int64), np.array([self.slack_at[slack]]), np.array([sign])))  # fmt: skip
        self._add(entries, 1, low, high)

    def _catching(self, own: _Problem, fails: int) -> None:
        """Caught only where a chosen judge fails it; enough of them."""
        row, judge = np.nonzero(own.caught_by)
        every = np.arange(fails)
        self._add([(row, judge, np.ones(len(row))), (every, self.caught + every, -np.ones(fails))], fails, 0, np.inf)  # fmt: skip
        self._total(self.caught + every, "coverage", 1.0, own.wish.min_coverage * fails - _TINY, np.inf)  # fmt: skip
        if own.wish.most is not None:
            self._total(np.arange(self.judges), "", 0.0, 0, max(own.wish.most, len(own.wish.must_include)))  # fmt: skip

    def _failing(self, own: _Problem, passes: int) -> None:
        """A false failure costs the severity of the judges that fail it, and counts in the limits."""
        row, judge = np.nonzero(own.wrong_by)
        if not len(row):
            return
        self._at_least(self.wrong + row, judge, own.severity[judge])
        every = np.arange(passes)
        if own.wish.max_ffr < 1:
            self._at_least(self.false + row, judge, np.ones(len(row)))
            self._total(self.false + every, "ffr", -1.0, -np.inf, own.wish.max_ffr * passes + _TINY)
        for at, (name, judges) in enumerate(self.groups.items()):
            inside = np.isin(judge, judges)
            start = self.by_criterion + at * passes
            self._at_least(start + row[inside], judge[inside], np.ones(int(inside.sum())))
            self._total(start + every, name, -1.0, -np.inf, own.wish.limits[name] * passes + _TINY)

    def _at_least(self, column: npt.NDArray[np.int64], judge: npt.NDArray[np.int64], weight: Floats) -> None:  # fmt: skip
        """Each column is at least its judge's variable times the weight."""
        if len(column):
            rows = np.arange(len(column))
            self._add([(rows, column, np.ones(len(column))), (rows, judge, -weight)], len(column), 0, np.inf)  # fmt: skip


def _criteria_with_limits(own: _Problem) -> dict[str, list[int]]:
    """The judges of each criterion whose limit can bind."""
    found: dict[str, list[int]] = {}
    for judge, name in enumerate(own.wish.criterion):
        if name is not None and own.wish.limits.get(name, 1.0) < 1.0:
            found.setdefault(name, []).append(judge)
    return found

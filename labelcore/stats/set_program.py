"""The choice of a judge set: least severity-weighted false failures and size, subject to a `Wish`.

A set fails an output when any of its judges does. A cell without a verdict neither catches nor fails; such
cells are counted and returned. The set is found by a search of a fixed number of steps (`set_beam`), whatever
the machine does. How much better another could be at most is what HiGHS proves (scipy.optimize.milp): one
binary variable a judge, one continuous a graded output; in an optimum a caught output is 1, and a false
failure the largest severity of the judges that fail it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from labelcore.arrays import Floats, Ints
from labelcore.models import Frozen
from labelcore.stats.selection import SLACK_COST, Deadline, SetVotes
from labelcore.stats.set_beam import search

if TYPE_CHECKING:
    from scipy import optimize, sparse

_SMALL = 1e-6
_TINY = 1e-9
_SOLVED, _INFEASIBLE, _NODES_OVER = 0, 2, 4  # scipy's status; 4 stands for the limit of nodes
_NODES = 100
"""The solver looks at no more than so many nodes of its tree."""
_CELLS_A_SECOND = 200
"""Votes for each second of the deadline up to which whole judges are proven with, not parts of judges:
by the size and not by the clock, so that the gap is the same on a busy machine. Well below what HiGHS
does in that time."""
_LEAST_SECONDS = 0.01
"""The solver does nothing useful in less."""


class ChosenJudges(Frozen):
    """The chosen judges (numbers), in-sample figures, and how sure they are.

    ``gap``: the proven bound on how much better another set could be, relative; 0 is proven best,
    None where it was not asked for. ``unmet``: which wish cannot be met and by how much, in words.
    """

    members: tuple[int, ...]
    coverage: float | None
    false_failure_rate: float | None
    gap: float | None
    unmet: tuple[str, ...] = ()
    unknown_cells: int = 0
    left_out: tuple[int, ...] = ()
    stopped: bool = False
    """Whether the time ran out before the search was done."""


class SetFront(Frozen):
    """The best sets at several coverages, each once; ``gap`` 0 where they are proven best, else None.

    ``stopped``: the time ran out before the search was done.
    """

    sets: tuple[tuple[int, ...], ...]
    gap: float | None
    stopped: bool


def solve(votes: SetVotes, until: Deadline) -> ChosenJudges:
    """The cheapest set for the wish; where it cannot be held, `explained` says what was given up."""
    if not votes.human_fails.any():
        why = "coverage is not measurable: people failed none of these outputs"
        return ChosenJudges(members=(), coverage=None, false_failure_rate=None, gap=None, unmet=(why,))
    searched = search(votes, [votes.wish.min_coverage], until)
    members = searched.best[0].members
    return ChosenJudges(
        members=members,
        coverage=votes.coverage(members),
        false_failure_rate=votes.false_failure_rate(members),
        gap=0.0 if searched.complete else None,
        unknown_cells=int(np.isnan(votes.votes[:, list(members)]).sum()),
        left_out=votes.idle,
        stopped=searched.stopped,
    )


def front(votes: SetVotes, levels: Sequence[float], until: Deadline) -> SetFront:
    """The cheapest sets at several coverages, as far as these can be reached."""
    if not votes.human_fails.any() or not levels:
        return SetFront(sets=(), gap=None, stopped=False)
    searched = search(votes, levels, until)
    sets: list[tuple[int, ...]] = []
    for level, best in zip(levels, searched.best, strict=True):
        if best.members not in sets and votes.coverage(best.members) >= level - _SMALL:
            sets.append(best.members)
    return SetFront(sets=tuple(sets), gap=0.0 if searched.complete else None, stopped=searched.stopped)


def explained(choice: ChosenJudges, votes: SetVotes, until: Deadline) -> ChosenJudges:
    """With the proven gap, and what could not be met in words."""
    if choice.coverage is None:
        return choice
    short, broken = votes.wish.min_coverage - choice.coverage > _SMALL, votes.broken(choice.members)
    gap, proven = choice.gap, choice.gap is not None
    if gap is None:
        slack = ("coverage", "ffr", "limits") if broken else ("coverage",) if short else ()
        gap = _gap(votes.price(choice.members), _Solver(votes, until, slack).bound())
        proven = short and _Solver(votes, until).impossible()
    sentences = [_coverage_words(votes, choice.coverage, gap, until, proven=proven)] if short else []
    for name, rate in broken.items():
        limit = votes.wish.max_ffr if name is None else votes.wish.limits[name]
        sentences.append(
            f"The false failure rate of {'the set' if name is None else f'“{name}”'} cannot be kept at "
            f"{limit:.0%} with the judges that must be in: it is {rate:.0%}."
        )
    return choice.model_copy(update={"gap": gap, "unmet": tuple(sentences)})


def _gap(price: float, bound: float) -> float:
    gap = (price - bound) / price if price > 0 else 0.0
    return gap if gap > _SMALL else 0.0


class Matrices:
    """Matrices for scipy: one block of variables after the other."""

    def __init__(self, problem: SetVotes, slack: Sequence[str]) -> None:
        from scipy import optimize

        wish, self.judges = problem.wish, problem.votes.shape[1]
        fails, passes = len(problem.caught_by), len(problem.wrong_by)
        self.groups = problem.limited()
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
        self._bounds(problem)
        self._costs(problem, passes)
        self._catching(problem, fails)
        self._failing(problem, passes)
        self.constraints = [optimize.LinearConstraint(a, low, high) for a, low, high in self.rows]

    def _bounds(self, problem: SetVotes) -> None:
        self.low, self.high = np.zeros(self.size), np.ones(self.size)
        for at in self.slack_at.values():
            self.high[at] = np.inf
        self.high[list(problem.idle)] = 0.0
        must = list(problem.wish.must_include)
        self.low[must] = self.high[must] = 1.0
        self.integer = np.zeros(self.size)
        self.integer[: self.judges] = 1

    def _costs(self, problem: SetVotes, passes: int) -> None:
        self.cost = np.zeros(self.size)
        self.cost[: self.judges] = problem.wish.price
        self.cost[self.wrong : self.wrong + passes] = 1 / max(1, passes)
        for name, at in self.slack_at.items():
            of = len(problem.caught_by) if name == "coverage" else passes
            self.cost[at] = SLACK_COST / max(1, of)

    def _add(self, entries: list[tuple[Ints, Ints, Floats]], count: int, low: float, high: float) -> None:
        from scipy import sparse

        rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
        matrix = sparse.csr_array((values, (rows, columns)), shape=(count, self.size))
        self.rows.append((matrix, low, high))

    def _total(self, columns: Ints, slack: str, sign: float, low: float, high: float) -> None:
        zeros = np.zeros(len(columns), dtype=np.int64)
        entries = [(zeros, columns, np.ones(len(columns)))]
        if slack in self.slack_at:
            entries.append((np.zeros(1, dtype=np.int64), np.array([self.slack_at[slack]]), np.array([sign])))
        self._add(entries, 1, low, high)

    def _catching(self, problem: SetVotes, fails: int) -> None:
        """Caught only where a chosen judge fails it; enough of them."""
        row, judge = np.nonzero(problem.caught_by)
        every = np.arange(fails)
        self._add(
            [(row, judge, np.ones(len(row))), (every, self.caught + every, -np.ones(fails))], fails, 0, np.inf
        )
        self._total(self.caught + every, "coverage", 1.0, problem.wish.min_coverage * fails - _TINY, np.inf)
        if problem.wish.most is not None:
            self._total(
                np.arange(self.judges), "", 0.0, 0, max(problem.wish.most, len(problem.wish.must_include))
            )

    def _failing(self, problem: SetVotes, passes: int) -> None:
        """A false failure costs the severity of the judges that fail it, and counts in the limits."""
        row, judge = np.nonzero(problem.wrong_by)
        if not len(row):
            return
        self._at_least(self.wrong + row, judge, problem.severity[judge])
        every = np.arange(passes)
        if problem.wish.max_ffr < 1:
            self._at_least(self.false + row, judge, np.ones(len(row)))
            self._total(self.false + every, "ffr", -1.0, -np.inf, problem.wish.max_ffr * passes + _TINY)
        for at, (name, judges) in enumerate(self.groups.items()):
            inside = np.isin(judge, judges)
            start = self.by_criterion + at * passes
            self._at_least(start + row[inside], judge[inside], np.ones(int(inside.sum())))
            self._total(start + every, name, -1.0, -np.inf, problem.wish.limits[name] * passes + _TINY)

    def _at_least(self, column: Ints, judge: Ints, weight: Floats) -> None:
        """Each column is at least its judge's variable times the weight."""
        if len(column):
            rows = np.arange(len(column))
            self._add([(rows, column, np.ones(len(column))), (rows, judge, -weight)], len(column), 0, np.inf)


class _Solver:
    """HiGHS on one problem; ``slack`` names the wishes that may be missed at a cost."""

    def __init__(self, votes: SetVotes, until: Deadline, slack: Sequence[str] = ()) -> None:
        self.matrices, self.until = Matrices(votes, slack), until
        self.small = votes.votes.size <= _CELLS_A_SECOND * until.seconds

    def run(self, *, whole: bool) -> optimize.OptimizeResult | None:
        """The answer with ``whole`` judges or with parts of them; None where there was no time."""
        from scipy import optimize

        if self.until.left < _LEAST_SECONDS:
            return None
        matrices = self.matrices
        result = optimize.milp(
            matrices.cost,
            integrality=matrices.integer if whole else None,
            constraints=matrices.constraints,
            bounds=optimize.Bounds(matrices.low, matrices.high),
            options={"time_limit": self.until.left, "node_limit": _NODES},
        )
        return result if result.status in {_SOLVED, _INFEASIBLE, _NODES_OVER} else None

    def bound(self) -> float:
        """What no set can be cheaper than."""
        bounds = [0.0]
        for whole in (False, True) if self.small else (False,):
            result = self.run(whole=whole)
            bound = None if result is None else result.mip_dual_bound if whole else result.fun
            if bound is not None:
                bounds.append(float(bound))
        return max(bounds)

    def impossible(self) -> bool:
        """Whether it is proven that no set holds all that is asked."""
        for whole in (False, True) if self.small else (False,):
            result = self.run(whole=whole)
            if result is not None and result.status == _INFEASIBLE:
                return True
        return False


def _coverage_words(votes: SetVotes, reached: float, gap: float, until: Deadline, *, proven: bool) -> str:
    wish = votes.wish
    best = "the best set" if gap < _SMALL else "the best set found"
    head = "cannot be met" if proven else "was not reached"
    words = (
        f"A coverage of {wish.min_coverage:.0%} {head}: with the limits on false failures {best} has "
        f"{reached:.0%}."
    )
    free = SetVotes(votes.votes, votes.human_fails, replace(wish, max_ffr=1.0, limits={}))
    searched = search(free, [wish.min_coverage], until)
    members = searched.best[0].members
    if free.coverage(members) >= wish.min_coverage - _SMALL:
        rate = free.false_failure_rate(members)
        return words if rate is None else f"{words} A set that reaches it wrongly fails {rate:.0%}."
    if searched.complete or _Solver(free, until).impossible():
        return f"{words} No set of these judges reaches it, whatever it wrongly fails."
    return words

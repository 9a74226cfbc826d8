"""The choice of a judge set as matrices for `scipy.optimize.milp`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from labelcore.stats.set_wish import SLACK_COST, Floats, SetVotes

if TYPE_CHECKING:
    from scipy import sparse


_TINY = 1e-9
Places = npt.NDArray[np.int64]


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

    def _add(self, entries: list[tuple[Places, Places, Floats]], count: int, low: float, high: float) -> None:
        from scipy import sparse

        rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
        matrix = sparse.csr_array((values, (rows, columns)), shape=(count, self.size))
        self.rows.append((matrix, low, high))

    def _total(self, columns: Places, slack: str, sign: float, low: float, high: float) -> None:
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

    def _at_least(self, column: Places, judge: Places, weight: Floats) -> None:
        """Each column is at least its judge's variable times the weight."""
        if len(column):
            rows = np.arange(len(column))
            self._add([(rows, column, np.ones(len(column))), (rows, judge, -weight)], len(column), 0, np.inf)

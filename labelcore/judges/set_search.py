"""Choose a set of judges by what they do on outputs that they were not fitted on.

Every candidate votes on held-out outputs: a code judge refits its threshold, a learned judge its model, on
the other groups; a judge that was not fitted keeps its verdicts. An outer split that repeats the whole choice
gives the held-out figures. Fits, repeats and search steps are counted, so that a seed gives the same choice
however busy the machine is. One deadline is the ceiling, far above what usual sizes take: what it cuts short
is said (`Choice.cut_short`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.judges.candidates import Candidate, CandidateGroup, FoldedRows, parties
from labelcore.judges.cross_fitting import folds_by_group
from labelcore.judges.held_out import FEWEST_DRAWN, Grades, HeldOut, Repeat, summary
from labelcore.stats.selection import Deadline, SetVotes, Wish, select, worth
from labelcore.stats.set_beam import search
from labelcore.stats.set_program import ChosenJudges, SetFront, explained, front, solve
from labelcore.stats.threads import one_thread

SECONDS = 60.0
"""The ceiling. A hundred judges on five hundred outputs take a tenth of it on a core."""
_INNER_FOLDS = 4
_OUTER_FOLDS = 5
_REPEATS = 2
_MANY = 800  # with more grades one repeat is steady enough
_MANY_FITTED = 1_000  # with more grades for all learned judges together one cross-fit is
_RESERVE = 0.04  # the share of the time that is kept for the intervals and for steps that look at no clock
_MARGIN = 1.2  # so much longer than the first comparison took may the others take
_FITTING = 0.9  # the share of the time that fitting may take before judges are compared once only
_CLEARLY = 2.0  # standard errors
_FEW = 40  # grades with which no comparison of sets is worth anything
_DRAWN_AGAIN, _SHARE_AGAIN, _KEPT_AGAIN = 40, 0.25, 5
"""How often the choice is made on sources drawn again, in at most this share of the time, and how many
sets are kept then in each step of the search."""


@dataclass(frozen=True)
class Choice:
    """The members of the chosen set (candidate numbers), and its held-out figures. ``program``: the cheapest
    set with its gap, where a coverage or members were asked for. ``failed`` (n, members): each member's
    cross-fitted votes. ``cut_short``: what the deadline did not leave time for.
    """

    members: list[int]
    held_out: HeldOut
    failed: Bools
    program: ChosenJudges | None = None
    cut_short: str = ""


def choose(
    candidates: Sequence[Candidate],
    grades: Grades,
    wish: Wish | None = None,
    *,
    seed: int = 0,
    seconds: float = SECONDS,
) -> Choice:
    """Choose a set and measure the whole procedure on outputs that it did not see.

    Where ``wish`` asks for a coverage or for members, the set is the cheapest one: least false failures and
    size subject to the wish, on cross-fitted votes. Otherwise it is the best of a greedy set and the cheapest
    ones at its levels. Grades with weights give held-out figures for the pool too. ``seconds``: the most for
    all of it.
    """
    clock = Deadline.after(seconds * (1 - _RESERVE))
    task = _Task(candidates, grades, wish or Wish(max_ffr=0.5), seed, clock)
    for candidate in candidates:
        candidate.prepare()
    with one_thread():
        pick = task.whole()
        again, nested = task.again(pick), task.nested()
        program = pick.program and explained(pick.program, task.votes(pick.matrices, grades.fails), clock)
    shortfalls = list(task.missing(pick, nested, program.gap if program else None))
    return Choice(
        members=pick.members,
        held_out=summary(nested, np.array(again).reshape(-1, grades.n), grades, seed),
        failed=pick.matrices[0][:, pick.members],
        program=program,
        cut_short=f"The time of {seconds:g} seconds was too short for all of it: {'; '.join(shortfalls)}. "
        "Chosen again, the set may differ; more time settles it."
        if shortfalls
        else "",
    )


@dataclass(frozen=True)
class _Compared:
    """Cross-fitted votes, shape (rows, candidates), one matrix for each repeat.

    ``late``: candidates for which no time was left; they vote nothing.
    """

    matrices: list[Bools]
    late: list[int]


@dataclass(frozen=True)
class _Picked:
    """A set with what it was picked by; ``stopped``: the time ran out before the search was done."""

    members: list[int]
    matrices: list[Bools]
    program: ChosenJudges | None
    stopped: bool
    late: list[int] = field(default_factory=list)


@dataclass
class _Task:
    """``inner``: so often are judges compared; ``draws``: so often is the choice made again."""

    candidates: Sequence[Candidate]
    grades: Grades
    wish: Wish
    seed: int
    clock: Deadline
    inner: int = 1
    draws: int = 0

    @property
    def repeats(self) -> int:
        """How many nested splits so many grades need."""
        return 1 if self.grades.n > _MANY else _REPEATS

    @property
    def crossings(self) -> int:
        """How many repeats of cross-fitting they need."""
        slow = sum(candidate.slow for candidate in self.candidates)
        return 1 if self.grades.n * slow > _MANY_FITTED else self.repeats

    @property
    def asked(self) -> bool:
        """Whether a coverage or members are asked for."""
        return bool(self.wish.min_coverage or self.wish.must_include)

    def whole(self) -> _Picked:
        """The set chosen on all outputs, by as many repeats of cross-fitting as the ceiling allows."""
        rows, started = np.arange(self.grades.n), time.perf_counter()
        compared = self._compare(rows, 1)
        took = (time.perf_counter() - started) * _MARGIN
        # Each nested set has the outputs of all folds but one; a repeat fits as many sets as folds.
        nested = took * (_OUTER_FOLDS - 1) * self.repeats
        if (took + nested) * self.crossings - took <= _FITTING * self.clock.left:
            self.inner = self.crossings
        return self._pick(rows, self._compare(rows, self.inner, compared))

    def again(self, pick: _Picked) -> list[Floats]:
        """How often each output is failed by each set that is chosen when sources are drawn again, (n,);
        sets of a quick search, on the cross-fitted votes that there are.
        """
        until, random = self.clock.share(_SHARE_AGAIN), np.random.default_rng(self.seed)
        shares: list[Floats] = []
        while self.draws < _DRAWN_AGAIN and not (self.draws and until.over):
            self.draws += 1
            rows = self.grades.drawn_again(random)
            fails = self.grades.fails[rows]
            if 0 < fails.sum() < len(fails):
                members = self._quick([matrix[rows] for matrix in pick.matrices], fails)
                votes = [matrix[:, members].any(axis=1) for matrix in pick.matrices]
                shares.append(np.mean(votes, axis=0))
        return shares

    def _quick(self, matrices: Sequence[Bools], fails: Bools) -> list[int]:
        """The set by fewer steps: a narrow search, the greedy set alone where nothing is asked for."""
        if not self.asked:
            return self._guarded(matrices, fails, select(matrices, fails, self.wish.max_ffr))
        levels = [self.wish.min_coverage]
        best = search(self.votes(matrices, fails), levels, self.clock, kept=_KEPT_AGAIN).best[0]
        return self._guarded(matrices, fails, list(best.members))

    def votes(self, matrices: Sequence[Bools], fails: Bools) -> SetVotes:
        """All repeats as if they were so many more outputs."""
        stacked = np.vstack(matrices).astype(np.float64)
        return SetVotes(stacked, np.tile(fails, len(matrices)), self.wish)

    def nested(self) -> list[Repeat]:
        """Votes by sets that were fitted and chosen without the outputs' groups, as often as planned.
        A repeat that the deadline does not let finish counts only where there is no other.
        """
        repeats: list[Repeat] = []
        for at in range(self.repeats):
            if repeats and (repeats[-1].seconds * _MARGIN > self.clock.left or not repeats[-1].whole):
                break
            repeat = self._repeat(self.seed + 101 * at)
            if repeat.whole or (not repeats and repeat.seen.any()):
                repeats.append(repeat)
        return repeats

    def _repeat(self, seed: int) -> Repeat:
        """One outer split."""
        started, folds = time.perf_counter(), folds_by_group(self.grades.sources, _OUTER_FOLDS, seed)
        failed = np.zeros(self.grades.n, dtype=bool)
        covered, sets, stopped = np.zeros_like(failed), 0, 0
        for fold in range(_OUTER_FOLDS):
            train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            if not len(test):
                continue
            compared = self._compare(train, self.inner)
            if compared.late:
                break
            pick = self._pick(train, compared)
            for j in pick.members:
                failed[test] |= self.candidates[j].fails(train, test)
            sets, stopped = sets + 1, stopped + pick.stopped
            covered[test] = True
        return Repeat(failed, covered, time.perf_counter() - started, sets, stopped)

    def _pick(self, rows: Ints, compared: _Compared) -> _Picked:
        """The set for these votes: as asked for, else of most worth of the greedy and the cheapest ones."""
        matrices, fails = compared.matrices, self.grades.fails[rows]
        votes, program = self.votes(matrices, fails), None
        search: ChosenJudges | SetFront
        if self.asked:
            search = program = solve(votes, self.clock)
            best = list(program.members)
        else:
            search, limit = front(votes, self.wish.levels, self.clock), self.wish.max_ffr
            sets = [select(matrices, fails, limit), *map(list, search.sets)]
            best = max(sets, key=lambda members: worth(matrices, fails, members, limit))
        members = self._guarded(matrices, fails, best)
        return _Picked(members, matrices, program, search.stopped, compared.late)

    def _guarded(self, matrices: Sequence[Bools], fails: Bools, choice: list[int]) -> list[int]:
        """The default, unless it misses the wish or, from enough grades on, the ``choice`` is clearly
        better: the best of many candidates looks better than it is.
        """
        wish, default = self.wish, list(self.wish.default)
        if not default or not set(wish.must_include) <= set(default):
            return choice
        if fails.any() and self.votes(matrices, fails).coverage(default) < wish.min_coverage:
            return choice
        if len(fails) < _FEW:
            return default
        better, usual = (worth(matrices, fails, members, wish.max_ffr) for members in (choice, default))
        failed = np.mean([matrix[:, choice].any(axis=1) for matrix in matrices], axis=0)
        return choice if better - usual > _CLEARLY * _standard_error(failed, fails) else default

    def _compare(self, rows: Ints, repeats: int, before: _Compared | None = None) -> _Compared:
        """Cross-fitted votes on ``rows``, so many times by other folds; ``before``: the first times."""
        matrices = list(before.matrices) if before else []
        late = list(before.late) if before else []
        sources = self.grades.sources[rows]
        for repeat in range(len(matrices), repeats):
            matrix, out = self._cross_fitted(rows, folds_by_group(sources, _INNER_FOLDS, self.seed + repeat))
            if out and matrices:
                break  # a matrix that lacks candidates cannot stand beside a whole one
            matrices.append(matrix)
            late = out
        if all((matrix == matrices[0]).all() for matrix in matrices):  # fitting changes no vote
            matrices = matrices[:1]
        return _Compared(matrices, late)

    def _cross_fitted(self, rows: Ints, folds: Ints) -> tuple[Bools, list[int]]:
        matrix = np.zeros((len(rows), len(self.candidates)), dtype=bool)
        late: list[int] = []
        for party in self._parties:
            if not party.fitted:
                matrix[:, party.which] = party.fails(rows, rows)
                continue
            votes = party.out_of_fold(FoldedRows(rows, folds, lambda: self.clock.over))
            if votes is None:
                late += party.which
            else:
                matrix[:, party.which] = votes
        return matrix, sorted(late)

    @cached_property
    def _parties(self) -> list[CandidateGroup]:
        return parties(self.candidates, [*self.wish.must_include, *self.wish.default])

    def missing(self, pick: _Picked, nested: Sequence[Repeat], gap: float | None) -> Iterator[str]:
        """What there was no time for, in words."""
        if pick.late:
            yield f"{len(pick.late)} judges could not be compared with the others"
        if self.inner < self.crossings:
            yield "judges were compared by one cross-fit in place of two"
        if not nested:
            yield "none was left for held-out figures"
        elif not nested[0].whole:
            yield f"held-out figures rest on {int(nested[0].seen.sum())} of {self.grades.n} outputs"
        elif len(nested) < self.repeats:
            yield "held-out figures rest on one repeat of the nested split in place of two"
        if nested and self.draws < FEWEST_DRAWN:
            yield "their interval is missing"
        elif nested and self.draws < _DRAWN_AGAIN:
            yield f"their interval rests on {self.draws} of {_DRAWN_AGAIN} draws"
        better = "" if gap is None else f" (another may have up to {gap:.0%} fewer false failures and judges)"
        if pick.stopped:
            yield f"the search for the best set was stopped{better}"
        stopped, sets = (sum(getattr(repeat, name) for repeat in nested) for name in ("stopped", "sets"))
        if stopped:
            of = f"{stopped} of the {sets} sets behind the held-out figures"
            yield f"so was that of {of}" if pick.stopped else f"the search for {of} was stopped"


def _standard_error(failed: Floats, fails: Bools) -> float:
    """Of coverage and false failure rate together, each drawn towards one half by Jeffreys' prior.

    ``failed`` (n,) is the share of repeats in which the set fails an output.
    """
    total = 0.0
    for shares in (failed[fails], failed[~fails]):
        rate = (float(shares.sum()) + 0.5) / (len(shares) + 1)
        total += rate * (1 - rate) / (len(shares) + 1)
    return float(np.sqrt(total))

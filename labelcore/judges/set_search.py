"""Choose a set of judges by what they do on outputs that they were not fitted on.

Every candidate can vote on held-out outputs: a code judge refits its threshold, a learned judge its
model, on the other groups; a judge that was not fitted to grades (an LLM, another tool) keeps its
verdicts. The choice is made on such votes; an outer split that repeats the whole of it gives the
held-out figures.

One deadline holds for all of it. The time that the first comparison takes shows how many repeats
fit in; each nested set has an even part of what is left then, and its exact program gets what
fitting leaves of it. What the deadline cuts short is said (`Choice.cut_short`). Where it cuts
nothing short, a seed gives the same choice again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from labelcore.judges.candidates import Candidate, Party, parties, prepare
from labelcore.judges.features import Bools, Floats, Ints
from labelcore.judges.held_out import FEWEST_DRAWN, Grades, HeldOut, Repeat, summary
from labelcore.judges.learned_model import folds_by_group
from labelcore.stats.deadline import Deadline
from labelcore.stats.selection import select, worth
from labelcore.stats.set_program import Chosen, Front, front, solve
from labelcore.stats.set_wish import SetVotes, Wish
from labelcore.stats.threads import one_thread

SECONDS = 5.0
_INNER_FOLDS = 4
_OUTER_FOLDS = 5
_REPEATS = 2
_MANY = 800  # with so many grades one repeat is steady enough
LEVELS = (0.25, 0.4, 0.55, 0.7, 0.85)
"""Coverages at which the exact program is solved where no coverage is asked for."""
_RESERVE = 0.04
"""The share of the time that is kept for the intervals and for steps that look at no clock."""
_MARGIN = 1.2
"""So much longer than the first comparison took may the others take."""
_FITTING = 0.6
"""The share of the time that fitting may take before judges are compared once only."""
_LEAST_SHARE = 0.1
_DRAWN_AGAIN, _SHARE_AGAIN = 40, 0.1
"""How often the choice is made on sources drawn again, in at most this share of the time."""


@dataclass(frozen=True)
class Choice:
    """The members of the chosen set (candidate numbers), and its held-out figures.

    ``program``: the exact program's answer, with its gap, where a coverage or members were asked for.
    ``failed`` (n, members): each member's votes, cross-fitted: none saw the output that it votes on.
    ``cut_short``: what the deadline did not leave time for, in words.
    """

    members: list[int]
    held_out: HeldOut
    failed: Bools
    program: Chosen | None = None
    cut_short: str = ""


def choose(
    candidates: Sequence[Candidate],
    human_fails: Bools,
    groups: Sequence[str],
    *,
    default: Sequence[int] = (),
    wish: Wish | None = None,
    seed: int = 0,
    seconds: float = SECONDS,
    levels: Sequence[float] = LEVELS,
    weights: Floats | None = None,
) -> Choice:
    """Choose a set and measure the whole procedure on outputs that it did not see.

    ``default`` are candidates that need no choice (the learned judge of the overall grade): they
    are kept unless another set is better by more than one standard error, because picking the best
    of many on few grades picks luck. Where ``wish`` asks for a coverage or for members, the set is the
    exact program's: least false failures and size subject to the wish, on cross-fitted votes.
    Otherwise it is the best of a greedy set and the exact ones at the coverages ``levels``. All of it
    is done within ``seconds``. ``weights`` (n,): one over each output's chance to be drawn, where the
    chances differ; then the held-out figures are given for the pool too.
    """
    clock = Deadline.after(seconds * (1 - _RESERVE))
    wish = wish or Wish(max_ffr=0.5)
    task = _Task(candidates, human_fails, groups, list(default), wish, seed, clock, levels)
    grades = Grades.of(human_fails, groups, weights)
    prepare(candidates)
    with one_thread():
        picked, inner = task.whole()
        again = task.again(picked, grades)
        nested = task.nested(inner)
    figures = summary(nested, again, grades, seed)
    cut_short = _cut_short(picked, inner, again, nested, seconds)
    return Choice(picked.members, figures, picked.matrices[0][:, picked.members], picked.program, cut_short)


def _repeats(n: int) -> int:
    return 1 if n > _MANY else _REPEATS


@dataclass(frozen=True)
class _Compared:
    """Cross-fitted votes, shape (rows, candidates), one matrix for each repeat.

    ``late``: candidates for which no time was left; they vote nothing.
    """

    matrices: list[Bools]
    late: list[int]


@dataclass(frozen=True)
class _Picked:
    """A set with what it was picked by; ``stopped``: the exact program's time ran out."""

    members: list[int]
    matrices: list[Bools]
    program: Chosen | None
    stopped: bool
    gap: float | None
    seconds: float
    late: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Task:
    candidates: Sequence[Candidate]
    human_fails: Bools
    groups: Sequence[str]
    default: list[int]
    wish: Wish
    seed: int
    clock: Deadline
    levels: Sequence[float]

    def whole(self) -> tuple[_Picked, int]:
        """The set chosen on all outputs, and how many repeats of cross-fitting time allows."""
        rows = np.arange(len(self.human_fails))
        wanted = _repeats(len(rows))
        started = time.perf_counter()
        compared = self._compare(rows, 1)
        took = (time.perf_counter() - started) * _MARGIN
        # Each nested set has the outputs of all folds but one; a repeat fits as many sets as folds.
        nested = took * (_OUTER_FOLDS - 1) * wanted
        inner = wanted
        if (took + nested) * wanted - took > _FITTING * self.clock.left:
            inner = 1
        if inner > 1:
            compared = self._compare(rows, inner, compared)
        spare = self.clock.left - nested * inner
        until = Deadline.after(max(spare / 2, self.clock.left * _LEAST_SHARE))
        return self._pick(rows, compared, until, explain=True), inner

    def again(self, picked: _Picked, grades: Grades) -> Floats:
        """How often each output is failed by the sets that are chosen when sources are drawn again,
        shape (draws, n); greedy sets, on the cross-fitted votes that there are.
        """
        until, random = self.clock.share(_SHARE_AGAIN), np.random.default_rng(self.seed)
        found: list[Floats] = []
        for _ in range(_DRAWN_AGAIN):
            rows = grades.drawn_again(random)
            fails = self.human_fails[rows]
            if 0 < fails.sum() < len(fails):
                members = self._quick([matrix[rows] for matrix in picked.matrices], fails)
                votes = [matrix[:, members].any(axis=1) for matrix in picked.matrices]
                found.append(np.mean(votes, axis=0))
            if until.over:
                break
        return np.array(found).reshape(-1, len(self.human_fails))

    def _quick(self, matrices: Sequence[Bools], fails: Bools) -> list[int]:
        """The set without the exact program."""
        if not (self.wish.min_coverage or self.wish.must_include):
            return self._guarded(matrices, fails, select(matrices, fails, self.wish.max_ffr))
        stacked, repeated = np.vstack(matrices).astype(float), np.tile(fails, len(matrices))
        return self._guarded(matrices, fails, SetVotes(stacked, repeated, self.wish).greedy())

    def nested(self, inner: int) -> list[Repeat]:
        """Votes by sets that were fitted and chosen without the outputs' groups, as often as time
        allows. A repeat that is not finished counts only where there is no other.
        """
        found: list[Repeat] = []
        wanted = _repeats(len(self.human_fails))
        for at in range(wanted):
            if found and (found[-1].fitting * _MARGIN > self.clock.left or not found[-1].whole):
                break
            repeat = self._repeat(self.seed + 101 * at, inner, _OUTER_FOLDS * (wanted - at))
            if repeat.whole or (not found and repeat.seen.any()):
                found.append(repeat)
        return found

    def _repeat(self, seed: int, inner: int, planned: int) -> Repeat:
        """One outer split; ``planned``: how many nested sets share the time that is left."""
        folds = folds_by_group(self.groups, _OUTER_FOLDS, seed)
        failed = np.zeros(len(self.human_fails), dtype=bool)
        seen, fitting, sets, stopped = np.zeros_like(failed), 0.0, 0, 0
        for fold in range(_OUTER_FOLDS):
            train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            if not len(test):
                continue
            until = self.clock.share(1 / (planned - fold))
            started = time.perf_counter()
            compared = self._compare(train, inner)
            if compared.late:
                break
            picked = self._pick(train, compared, until, explain=False)
            for j in picked.members:
                failed[test] |= self.candidates[j].fails(train, test)
            fitting += time.perf_counter() - started - picked.seconds
            sets, stopped = sets + 1, stopped + picked.stopped
            seen[test] = True
        return Repeat(failed, seen, fitting, sets, stopped)

    def _pick(self, rows: Ints, compared: _Compared, until: Deadline, *, explain: bool) -> _Picked:
        """The set for these votes; its exact program must end by ``until``."""
        matrices, fails = compared.matrices, self.human_fails[rows]
        stacked = np.vstack(matrices).astype(np.float64)
        repeated = np.tile(fails, len(matrices))
        started = time.perf_counter()
        program: Chosen | None = None
        tried: Chosen | Front
        if self.wish.min_coverage or self.wish.must_include:
            tried = program = solve(stacked, repeated, self.wish, time_limit=until.left, explain=explain)
            best = list(program.members)
        else:
            tried = front(stacked, repeated, self.wish, self.levels, time_limit=until.left)
            best = self._best(matrices, fails, tried)
        seconds = time.perf_counter() - started
        members = self._guarded(matrices, fails, best)
        return _Picked(members, matrices, program, tried.stopped, tried.gap, seconds, compared.late)

    def _best(self, matrices: Sequence[Bools], fails: Bools, exact: Front) -> list[int]:
        """The set of most worth: of the greedy one and the exact ones at several coverages."""
        limit = self.wish.max_ffr
        sets = [select(matrices, fails, limit), *map(list, exact.sets)]
        return max(sets, key=lambda members: worth(matrices, fails, members, limit))

    def _guarded(self, matrices: Sequence[Bools], fails: Bools, found: list[int]) -> list[int]:
        """The default, unless it misses the wish or ``found`` is clearly better."""
        if not self.default or not self._meets(matrices, fails):
            return found
        limit = self.wish.max_ffr
        ahead = worth(matrices, fails, found, limit) - worth(matrices, fails, self.default, limit)
        failed = np.mean([m[:, found].any(axis=1) for m in matrices], axis=0)
        return found if ahead > _standard_error(failed, fails) else self.default

    def _meets(self, matrices: Sequence[Bools], fails: Bools) -> bool:
        """Whether the default holds the coverage and the members that were asked for."""
        if not set(self.wish.must_include) <= set(self.default):
            return False
        reached = [
            SetVotes(matrix.astype(np.float64), fails, self.wish).coverage(self.default)
            for matrix in matrices
            if fails.any()
        ]
        return not reached or float(np.mean(reached)) >= self.wish.min_coverage

    def _compare(self, rows: Ints, repeats: int, known: _Compared | None = None) -> _Compared:
        """Cross-fitted votes on ``rows``, so many times by other folds; ``known``: the first times."""
        matrices = list(known.matrices) if known else []
        late = list(known.late) if known else []
        groups = [self.groups[int(i)] for i in rows]
        for repeat in range(len(matrices), repeats):
            matrix, out = self._cross_fitted(rows, folds_by_group(groups, _INNER_FOLDS, self.seed + repeat))
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
            for fold in range(_INNER_FOLDS):
                if party.fitted and self.clock.over:
                    matrix[:, party.which] = False
                    late += party.which
                    break
                train, test = rows[folds != fold], np.flatnonzero(folds == fold)
                matrix[np.ix_(test, np.array(party.which))] = party.fails(train, rows[test])
        return matrix, sorted(late)

    @cached_property
    def _parties(self) -> list[Party]:
        return parties(self.candidates, [*self.wish.must_include, *self.default])


def _standard_error(failed: Floats, fails: Bools) -> float:
    """Of coverage and false failure rate together, each drawn towards one half by Jeffreys' prior.

    ``failed`` (n,) is the share of repeats in which the set fails an output.
    """
    total = 0.0
    for shares in (failed[fails], failed[~fails]):
        rate = (float(shares.sum()) + 0.5) / (len(shares) + 1)
        total += rate * (1 - rate) / (len(shares) + 1)
    return float(np.sqrt(total))


def _cut_short(picked: _Picked, inner: int, again: Floats, nested: Sequence[Repeat], seconds: float) -> str:
    """What there was no time for, in one sentence; "" where the deadline cut nothing short."""
    missing, n = [], again.shape[1]
    wanted = _repeats(n)
    if picked.late:
        missing.append(f"{len(picked.late)} judges could not be compared with the others")
    if inner < wanted:
        missing.append("judges were compared by one cross-fit in place of two")
    if not nested:
        missing.append("none was left for held-out figures")
    elif not nested[0].whole:
        seen = int(nested[0].seen.sum())
        missing.append(f"held-out figures rest on {seen} of {n} outputs")
    elif len(nested) < wanted:
        missing.append("held-out figures rest on one repeat of the nested split in place of two")
    if nested and len(again) < FEWEST_DRAWN:
        missing.append("their interval is missing")
    if picked.stopped:
        better = (
            ""
            if picked.gap is None
            else f" (another may have up to {picked.gap:.0%} fewer false failures and judges)"
        )
        missing.append(f"the search for the best set was stopped{better}")
    if stopped := sum(repeat.stopped for repeat in nested):
        sets = sum(repeat.sets for repeat in nested)
        missing.append(
            f"so was that of {stopped} of the {sets} sets behind the held-out figures"
            if picked.stopped
            else f"the search for {stopped} of the {sets} sets behind the held-out figures was stopped"
        )
    if not missing:
        return ""
    return (
        f"The time of {seconds:g} seconds was too short for all of it: {'; '.join(missing)}. "
        "Chosen again, the set may differ; more time settles it."
    )

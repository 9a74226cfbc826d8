"""Choose a set of judges by what they do on outputs that they were not fitted on.

Every candidate can vote on held-out outputs: a code judge refits its threshold, a learned judge its
model, on the other groups; a judge that was not fitted to grades (an LLM, another tool) keeps its
verdicts. The choice is made on such votes; an outer split that repeats the whole of it gives the
held-out figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from labelcore.judges import fitting
from labelcore.judges.features import Floats
from labelcore.judges.learned_judge import CUT, LearnedModel, folds_by_group
from labelcore.judges.lessons import Bools, Ints, Lessons
from labelcore.models import Frozen
from labelcore.stats.selection import SetFigures, figures, select, worth
from labelcore.stats.set_program import Chosen, front, solve
from labelcore.stats.set_wish import SetVotes, Wish
from labelcore.stats.threads import one_thread

_INNER_FOLDS = 4
_OUTER_FOLDS = 5
_REPEATS = 2
_DRAWS = 2_000
_RANGE = (0.025, 0.975)
_MANY = 800  # with so many grades one repeat is steady enough
_LEVELS = (0.25, 0.4, 0.55, 0.7, 0.85)
"""Coverages at which the exact program is solved where no coverage is asked for."""
_SECONDS = 2.5
"""For the chosen set's program; the programs of the nested split share as much among them."""


class Candidate(Protocol):
    """A judge that can vote on outputs after seeing other outputs' grades."""

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Votes on ``test`` after fitting on ``train`` (row numbers); shape (len(test),)."""
        ...


@dataclass(frozen=True)
class FixedCandidate:
    """A judge that no grade has shaped: its verdicts are what they are, shape (n,)."""

    verdicts: Bools

    def fails(self, train: Ints, test: Ints) -> Bools:  # noqa: ARG002 - nothing is fitted
        """The stored verdicts."""
        return self.verdicts[test]


@dataclass(frozen=True)
class Target:
    """What a judge was fitted to: its criterion's grades, both shape (n,); False in ``known`` is
    an output about which its criterion's grades say nothing.
    """

    fails: Bools
    known: Bools

    def of(self, train: Ints) -> tuple[Ints, Bools] | None:
        """The training rows that it may learn from with their grades; None from one class only."""
        rows = train[self.known[train]]
        own = self.fails[rows]
        return (rows, own) if 0 < own.sum() < len(own) else None


@dataclass(frozen=True)
class CodeCandidate:
    """A threshold on one column of the lessons, refitted on the training rows."""

    lessons: Lessons
    column: int
    side: str
    guided: bool
    target: Target

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Votes with the threshold that the training rows give; none where nothing helps."""
        seen = self.target.of(train)
        bad = "high" if self.side == "above" else "low"
        stump = (
            fitting.fit_column(self.lessons, self.column, *seen, guided=self.guided, bad=bad)
            if seen
            else None
        )
        if stump is None:
            return np.zeros(len(test), dtype=bool)
        return fitting.votes(stump, self.lessons.table.values[test, self.column])


@dataclass(frozen=True)
class PhraseCandidate:
    """The phrase of some rank, sought again in the training rows (and their notes)."""

    lessons: Lessons
    rank: int
    guided: bool
    target: Target

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Fail where the phrase stands, or where it is missing, as the training rows say."""
        seen = self.target.of(train)
        mine = fitting.noted_phrases if self.guided else fitting.mined_phrases
        best = mine(self.lessons, *seen, self.rank + 1) if seen else []
        if len(best) <= self.rank:
            return np.zeros(len(test), dtype=bool)
        return fitting.phrase_votes(best[self.rank], self.lessons, test)


@dataclass(frozen=True)
class LearnedCandidate:
    """A learned judge, refitted on the training rows."""

    lessons: Lessons
    target: Target

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Votes of the model that the training rows give; none from one class only."""
        seen = self.target.of(train)
        if seen is None:
            return np.zeros(len(test), dtype=bool)
        _, everywhere = LearnedModel.fit(self.lessons, *seen)
        return everywhere[test] > CUT


class HeldOut(Frozen):
    """Figures on outputs that neither the fits nor the choice saw, with their spread."""

    coverage: float | None
    false_failure_rate: float | None
    alignment: float | None
    low: float | None
    high: float | None
    repeats: int


@dataclass(frozen=True)
class Choice:
    """The members of the chosen set (candidate numbers), and its held-out figures.

    ``program``: the exact program's answer, with its gap, where a coverage or members were asked for.
    ``failed`` (n, members): each member's votes, cross-fitted: none saw the output that it votes on.
    """

    members: list[int]
    held_out: HeldOut
    failed: Bools
    program: Chosen | None = None


def choose(
    candidates: Sequence[Candidate], human_fails: Bools, groups: Sequence[str],
    *, default: Sequence[int] = (), wish: Wish | None = None, seed: int = 0,
) -> Choice:  # fmt: skip
    """Choose a set and measure the whole procedure on outputs that it did not see.

    ``default`` are candidates that need no choice (the learned judge of the overall grade): they
    are kept unless another set is better by more than one standard error, because picking the best
    of many on few grades picks luck. Where ``wish`` asks for a coverage or for members, the set is the
    exact program's: least false failures and size subject to the wish, on cross-fitted votes.
    """
    task = _Task(candidates, human_fails, groups, list(default), wish or Wish(max_ffr=0.5), seed)
    found = []
    with one_thread():
        members, program, votes = task.choose_on(np.arange(len(human_fails)), _SECONDS)
        repeats = _repeats(len(human_fails))
        for repeat in range(repeats):
            failed = task.outer(seed + 101 * repeat, _SECONDS / (repeats * _OUTER_FOLDS))
            found.append((failed, figures(failed, human_fails)))
    summary = _summary(found, human_fails, groups, seed)
    return Choice(members, summary, votes[:, members], program)


def _repeats(n: int) -> int:
    return 1 if n > _MANY else _REPEATS


@dataclass(frozen=True)
class _Task:
    candidates: Sequence[Candidate]
    human_fails: Bools
    groups: Sequence[str]
    default: list[int]
    wish: Wish
    seed: int

    def choose_on(self, rows: Ints, seconds: float) -> tuple[list[int], Chosen | None, Bools]:
        """Members chosen by cross-fitted votes within ``rows``, and one matrix of these votes."""
        groups = [self.groups[int(i)] for i in rows]
        fails = self.human_fails[rows]
        matrices = [
            self._cross_fitted(rows, folds_by_group(groups, _INNER_FOLDS, self.seed + repeat))
            for repeat in range(_repeats(len(rows)))
        ]
        if all((own == matrices[0]).all() for own in matrices):  # nothing was fitted
            matrices = matrices[:1]
        stacked = np.vstack(matrices).astype(np.float64)
        repeated = np.tile(fails, len(matrices))
        if self.wish.min_coverage or self.wish.must_include:
            program = solve(stacked, repeated, self.wish, time_limit=seconds)
            own = self._guarded(matrices, fails, list(program.members))
            return own, program, matrices[0]
        best = self._best(matrices, fails, stacked, repeated, seconds)
        return self._guarded(matrices, fails, best), None, matrices[0]

    def _best(
        self, matrices: Sequence[Bools], fails: Bools, stacked: Floats, repeated: Bools,
        seconds: float,
    ) -> list[int]:  # fmt: skip
        """The set of most worth: of the greedy one and the exact ones at several coverages."""
        limit = self.wish.max_ffr
        sets = [select(matrices, fails, limit)]
        exact = front(stacked, repeated, self.wish, _LEVELS, time_limit=seconds)
        sets += [list(members) for members in exact]
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
            SetVotes(own.astype(np.float64), fails, self.wish).coverage(self.default)
            for own in matrices
            if fails.any()
        ]
        return not reached or float(np.mean(reached)) >= self.wish.min_coverage

    def _cross_fitted(self, rows: Ints, folds: Ints) -> Bools:
        matrix = np.zeros((len(rows), len(self.candidates)), dtype=bool)
        for fold in range(_INNER_FOLDS):
            train, test = rows[folds != fold], np.flatnonzero(folds == fold)
            for j, candidate in enumerate(self.candidates):
                matrix[test, j] = candidate.fails(train, rows[test])
        return matrix

    def outer(self, seed: int, seconds: float) -> Bools:
        """Each output's vote by a set that was fitted and chosen without its group; ``seconds`` for
        each set.
        """
        folds = folds_by_group(self.groups, _OUTER_FOLDS, seed)
        failed = np.zeros(len(self.human_fails), dtype=bool)
        for fold in range(_OUTER_FOLDS):
            train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            for j in self.choose_on(train, seconds)[0] if len(test) else ():
                failed[test] |= self.candidates[j].fails(train, test)
        return failed


def _standard_error(failed: Floats, fails: Bools) -> float:
    """Of coverage and false failure rate together, each drawn towards one half by Jeffreys' prior.

    ``failed`` (n,) is the share of repeats in which the set fails an output.
    """
    total = 0.0
    for own in (failed[fails], failed[~fails]):
        rate = (float(own.sum()) + 0.5) / (len(own) + 1)
        total += rate * (1 - rate) / (len(own) + 1)
    return float(np.sqrt(total))


def _summary(
    found: Sequence[tuple[Bools, SetFigures]], human_fails: Bools, groups: Sequence[str], seed: int
) -> HeldOut:
    def mean(name: str) -> float | None:
        values = [getattr(own, name) for _, own in found]
        return None if any(v is None for v in values) else float(np.mean(values))

    low, high = _cluster_interval([failed for failed, _ in found], human_fails, groups, seed)
    return HeldOut(
        coverage=mean("coverage"), false_failure_rate=mean("false_failure_rate"),
        alignment=mean("alignment"), low=low, high=high, repeats=len(found),
    )  # fmt: skip


def _cluster_interval(
    votes_of: Sequence[Bools], human_fails: Bools, groups: Sequence[str], seed: int
) -> tuple[float | None, float | None]:
    """95 % interval of the alignment: the wider of a bootstrap over groups and Jeffreys draws."""
    names, where = np.unique(np.asarray(groups), return_inverse=True)
    cells = np.zeros((len(names), 4))
    for failed in votes_of:
        for k, mask in enumerate(
            (failed & human_fails, human_fails, failed & ~human_fails, ~human_fails)
        ):
            cells[:, k] += np.bincount(where, weights=mask, minlength=len(names))
    draws = np.random.default_rng(seed).multinomial(
        len(names), np.full(len(names), 1 / len(names)), _DRAWS
    )
    caught, bad, wrong, good = (draws @ cells).T
    ok = (bad > 0) & (good > 0)
    if ok.sum() < _DRAWS // 2:
        return None, None
    resampled = np.quantile(_harmonic(caught[ok] / bad[ok], 1 - wrong[ok] / good[ok]), _RANGE)
    # A set without a mistake on few outputs has no spread to resample: Jeffreys' prior has.
    caught, bad, wrong, good = cells.sum(axis=0) / len(votes_of)
    random = np.random.default_rng(seed)
    cov = random.beta(caught + 0.5, bad - caught + 0.5, _DRAWS)
    kept = random.beta(good - wrong + 0.5, wrong + 0.5, _DRAWS)
    prior = np.quantile(_harmonic(cov, kept), _RANGE)
    value = float(_harmonic(np.array([caught / bad]), np.array([1 - wrong / good]))[0])
    low, high = min(resampled[0], prior[0]), max(resampled[1], prior[1], value)
    return float(low), float(high)


def _harmonic(coverage: Floats, kept: Floats) -> Floats:
    return np.asarray(2 * coverage * kept / np.maximum(coverage + kept, 1e-12))

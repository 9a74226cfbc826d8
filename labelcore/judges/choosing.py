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
import numpy.typing as npt

from labelcore.judges.detectors.phrases import Incidence
from labelcore.judges.features import FeatureTable, Floats
from labelcore.judges.fitting import Bools, fit_stump, shrinkage
from labelcore.judges.learned_judge import LinearModel, best_cut, cross_fitted, folds_by_group
from labelcore.models import Frozen
from labelcore.stats.selection import SetFigures, figures, select

Ints = npt.NDArray[np.int64]
_INNER_FOLDS = 4
_OUTER_FOLDS = 5
_REPEATS = 2
_DRAWS = 2_000
_RANGE = (0.025, 0.975)
_MANY = 800  # with so many grades one repeat is steady enough


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
    """A threshold on one column (values of shape (n,)), refitted on the training rows."""

    values: Floats
    side: str
    topic: float
    target: Target

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Votes with the threshold that the training rows give; none where nothing helps."""
        seen = self.target.of(train)
        stump = None
        if seen:
            bad = "high" if self.side == "above" else "low"
            stump = fit_stump(self.values[seen[0]], seen[1], 0, bad, shrinkage(self.topic))
        if stump is None:
            return np.zeros(len(test), dtype=bool)
        with np.errstate(invalid="ignore"):
            own = self.values[test]
            return own > stump.threshold if self.side == "above" else own < stump.threshold


@dataclass(frozen=True)
class PhraseCandidate:
    """The phrase of some rank, mined again on the training rows."""

    incidence: Incidence
    rank: int
    target: Target

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Fail where the phrase stands, or where it is missing, as the training rows say."""
        seen = self.target.of(train)
        best = self.incidence.best(*seen, self.rank + 1) if seen else []
        if seen is None or len(best) <= self.rank:
            return np.zeros(len(test), dtype=bool)
        shown = self.incidence.shown[:, best[self.rank]]
        rows, own = seen
        bad_when_shown = shown[rows][own].mean() > shown[rows][~own].mean()
        return shown[test] if bad_when_shown else ~shown[test]


@dataclass(frozen=True)
class LearnedCandidate:
    """A linear model, refitted on the training rows with a cut found by cross-fitting."""

    table: FeatureTable
    groups: tuple[str, ...]
    topics: Floats
    target: Target

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Votes of the model that the training rows give; none from one class only."""
        seen = self.target.of(train)
        if seen is None:
            return np.zeros(len(test), dtype=bool)
        rows, own = seen
        table = self.table.rows(rows)
        groups = [self.groups[int(i)] for i in rows]
        cut = best_cut(cross_fitted(table, own, groups, self.topics), own)
        model = LinearModel.fit(table, own, self.topics)
        return model.fail_probability(self.table.rows(test)) > cut


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
    """The members of the chosen set (candidate numbers), and its held-out figures."""

    members: list[int]
    held_out: HeldOut


def choose(
    candidates: Sequence[Candidate], human_fails: Bools, groups: Sequence[str],
    *, max_ffr: float = 0.25, seed: int = 0,
) -> Choice:  # fmt: skip
    """Choose a set and measure the whole procedure on outputs that it did not see."""
    everything = np.arange(len(human_fails))
    members = _choose_on(candidates, everything, human_fails, groups, max_ffr, seed)
    found = []
    for repeat in range(_repeats(len(human_fails))):
        failed = _outer(candidates, human_fails, groups, max_ffr, seed + 101 * repeat)
        found.append((failed, figures(failed, human_fails)))
    return Choice(members, _summary(found, human_fails, groups, seed))


def _repeats(n: int) -> int:
    return 1 if n > _MANY else _REPEATS


def _choose_on(
    candidates: Sequence[Candidate], rows: Ints, human_fails: Bools, groups: Sequence[str],
    max_ffr: float, seed: int,
) -> list[int]:  # fmt: skip
    """Members chosen by cross-fitted votes within ``rows``."""
    own = [groups[int(i)] for i in rows]
    matrices = []
    for repeat in range(_repeats(len(rows))):
        folds = folds_by_group(own, _INNER_FOLDS, seed + repeat)
        matrix = np.zeros((len(rows), len(candidates)), dtype=bool)
        for fold in range(_INNER_FOLDS):
            train, test = rows[folds != fold], np.flatnonzero(folds == fold)
            for j, candidate in enumerate(candidates):
                matrix[test, j] = candidate.fails(train, rows[test])
        matrices.append(matrix)
    return select(matrices, human_fails[rows], max_ffr)


def _outer(
    candidates: Sequence[Candidate], human_fails: Bools, groups: Sequence[str],
    max_ffr: float, seed: int,
) -> Bools:  # fmt: skip
    """Each output's vote by a set that was fitted and chosen without its group."""
    folds = folds_by_group(groups, _OUTER_FOLDS, seed)
    failed = np.zeros(len(human_fails), dtype=bool)
    for fold in range(_OUTER_FOLDS):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(test):
            continue
        for j in _choose_on(candidates, train, human_fails, groups, max_ffr, seed):
            failed[test] |= candidates[j].fails(train, test)
    return failed


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

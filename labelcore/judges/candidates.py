"""Judges that can be fitted again on some graded outputs, to vote on others that they did not see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from typing_extensions import override

from labelcore.arrays import Bools, Ints
from labelcore.judges.features import GradedRows, Topics, TrainingData


@dataclass(frozen=True)
class FoldedRows:
    """Rows of the data with a fold number each; ``over``: whether no time is left for another fit."""

    rows: Ints
    folds: Ints
    over: Callable[[], bool] = lambda: False


class Candidate:
    """A judge that can vote on outputs after seeing other outputs' grades; a subclass has one of
    `fails` and `fails_together`, which comes in one go for those of a class with the same ``key``.
    """

    fitted: ClassVar[bool] = True
    """Whether grades shape it, so that its votes take time."""
    slow: ClassVar[bool] = False
    """Whether a fit takes tens of milliseconds, so that many grades are cross-fitted less often."""

    @property
    def key(self) -> Hashable:
        """What it is fitted with."""
        return id(self)

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Votes on ``test`` after fitting on ``train`` (row numbers); shape (len(test),)."""
        return self.fails_together([self], train, test)[:, 0]

    def fails_together(self, candidates: Sequence[Candidate], train: Ints, test: Ints) -> Bools:
        """The same of all candidates with its key, shape (len(test), len(candidates))."""
        return np.column_stack([candidate.fails(train, test) for candidate in candidates])

    def out_of_fold(self, candidates: Sequence[Candidate], parts: FoldedRows) -> Bools | None:
        """Votes of all candidates with its key on the rows, each fitted on the other folds, shape (rows,
        candidates); None where the time was over before.
        """
        votes = np.zeros((len(parts.rows), len(candidates)), dtype=bool)
        for fold in np.unique(parts.folds):
            if parts.over():
                return None
            out = np.flatnonzero(parts.folds == fold)
            train = parts.rows[parts.folds != fold]
            votes[out] = self.fails_together(candidates, train, parts.rows[out])
        return votes

    def silent(self) -> Bools | None:
        """Where there is nothing for it to measure, shape (n,); None where there always is."""

    def prepare(self) -> None:
        """Load what fitting needs: a second once in a process, which is no measure of fitting."""


@dataclass(frozen=True)
class FixedCandidate(Candidate):
    """A judge that no grade has shaped: its verdicts are what they are, shape (n,)."""

    fitted: ClassVar[bool] = False
    verdicts: Bools

    @override
    def fails(self, train: Ints, test: Ints) -> Bools:
        return self.verdicts[test]


@dataclass(frozen=True)
class Target:
    """What a judge was fitted to: its criterion's grades, both shape (n,); False in ``known`` is
    an output about which its criterion's grades say nothing. ``topics``: as in `GradedRows`.
    """

    fails: Bools
    known: Bools
    topics: Topics | None = None

    def of(self, train: Ints) -> GradedRows | None:
        """The training rows that it may learn from with their grades; None from one class only."""
        rows = train[self.known[train]]
        graded = GradedRows(rows, self.fails[rows], self.topics and self.topics.at(rows))
        return graded if graded.of_both_kinds else None


@dataclass(frozen=True)
class RefitTargets:
    """What the judges of one criterion are fitted to again; ``ranks`` counts the phrases among them."""

    data: TrainingData
    target: Target
    ranks: Counter[bool] = field(default_factory=Counter)

    def rank(self, *, guided: bool) -> int:
        """The place of the next phrase among those that the notes point out, or the grades."""
        self.ranks[guided] += 1
        return self.ranks[guided] - 1


@dataclass(frozen=True)
class CandidateGroup:
    """Candidates that are fitted in one go; ``which`` are their numbers."""

    which: list[int] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def fitted(self) -> bool:
        """Whether grades shape them."""
        return self.candidates[0].fitted

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Votes on ``test`` after fitting on ``train``, shape (len(test), len(which))."""
        return self.candidates[0].fails_together(self.candidates, train, test)

    def out_of_fold(self, parts: FoldedRows) -> Bools | None:
        """Votes on the rows after fitting on the other folds, shape (rows, len(which)); None: no time."""
        return self.candidates[0].out_of_fold(self.candidates, parts)


def parties(candidates: Sequence[Candidate], first: Sequence[int] = ()) -> list[CandidateGroup]:
    """Candidates with the same key together, all others alone.

    Candidates that nothing shapes come first, then those with ``first``, then the others.
    """
    groups: defaultdict[Hashable, CandidateGroup] = defaultdict(CandidateGroup)
    for j, candidate in enumerate(candidates):
        party = groups[type(candidate), candidate.key]
        party.which.append(j)
        party.candidates.append(candidate)
    early = set(first)
    return sorted(groups.values(), key=lambda party: (party.fitted, early.isdisjoint(party.which)))

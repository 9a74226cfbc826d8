"""Judges that can be fitted again on some graded outputs, to vote on others that they did not see."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from labelcore.judges import fitting
from labelcore.judges.learned_judge import CUT, LearnedModel
from labelcore.judges.lessons import Bools, Ints, Lessons


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
        graded = self.fails[rows]
        return (rows, graded) if 0 < graded.sum() < len(graded) else None


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
        return _votes_of_codes([self], train, test)[:, 0]

    @property
    def bad(self) -> str:
        """The end of the column that it fails."""
        return "high" if self.side == "above" else "low"


def _votes_of_codes(codes: Sequence[CodeCandidate], train: Ints, test: Ints) -> Bools:
    """Votes (len(test), len(codes)) of candidates with the same lessons, target and guide."""
    found = np.zeros((len(test), len(codes)), dtype=bool)
    first = codes[0]
    seen = first.target.of(train)
    if seen is None:
        return found
    stumps = fitting.fit_columns(
        first.lessons,
        np.array([one.column for one in codes]),
        *seen,
        guided=first.guided,
        bad=[one.bad for one in codes],
    )
    for at, stump in enumerate(stumps):
        if stump is not None:
            found[:, at] = fitting.votes(stump, first.lessons.table.values[test, stump.column])
    return found


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


def prepare(candidates: Sequence[Candidate]) -> None:
    """Load what fitting needs: a second once in a process, which is no measure of fitting."""
    if any(isinstance(candidate, LearnedCandidate) for candidate in candidates):
        importlib.import_module("sklearn.linear_model")


@dataclass(frozen=True)
class Party:
    """Candidates that are fitted in one go; ``which`` are their numbers."""

    which: list[int]
    candidates: list[Candidate]

    @property
    def fitted(self) -> bool:
        """Whether grades shape them, so that their votes take time."""
        return not isinstance(self.candidates[0], FixedCandidate)

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Votes on ``test`` after fitting on ``train``, shape (len(test), len(which))."""
        codes = [candidate for candidate in self.candidates if isinstance(candidate, CodeCandidate)]
        if codes:
            return _votes_of_codes(codes, train, test)
        return self.candidates[0].fails(train, test)[:, None]


def parties(candidates: Sequence[Candidate], first: Sequence[int] = ()) -> list[Party]:
    """Thresholds on columns with the same target together, all others alone.

    Candidates that nothing shapes come first, then those with ``first``, then the others.
    """
    found: dict[tuple[int, ...], Party] = {}
    for j, candidate in enumerate(candidates):
        key: tuple[int, ...] = (j,)
        if isinstance(candidate, CodeCandidate):
            key = (id(candidate.lessons), id(candidate.target), candidate.guided)
        party = found.setdefault(key, Party([], []))
        party.which.append(j)
        party.candidates.append(candidate)
    early = set(first)
    return sorted(found.values(), key=lambda party: (party.fitted, early.isdisjoint(party.which)))

"""Judges that can be fitted again on some graded outputs, to vote on others that they did not see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from labelcore.judges.features import Bools, Ints
from labelcore.judges.training_data import Graded, TrainingData


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

    def of(self, train: Ints) -> Graded | None:
        """The training rows that it may learn from with their grades; None from one class only."""
        rows = train[self.known[train]]
        graded = Graded(rows, self.fails[rows])
        return graded if graded.of_both_kinds else None


@dataclass(frozen=True)
class Refitting:
    """What the judges of one criterion are fitted to again; ``ranks`` counts the phrases among them."""

    data: TrainingData
    target: Target
    ranks: Counter[bool] = field(default_factory=Counter)

    def rank(self, *, guided: bool) -> int:
        """The place of the next phrase among those that the notes point out, or the grades."""
        self.ranks[guided] += 1
        return self.ranks[guided] - 1


class Refitted:
    """A candidate that grades shape; those of a class with the same ``key`` are fitted in one go."""

    slow: ClassVar[bool] = False
    """Whether a fit takes tens of milliseconds, so that many grades are cross-fitted less often."""

    @property
    def key(self) -> Hashable:
        """What it is fitted with; None where it is fitted alone."""

    def fails(self, train: Ints, test: Ints) -> Bools:
        """Votes on ``test`` after fitting on ``train`` (row numbers); shape (len(test),)."""
        return self.fails_together([self], train, test)[:, 0]

    def fails_together(self, candidates: Sequence[Refitted], train: Ints, test: Ints) -> Bools:
        """The same of all candidates with its key, shape (len(test), len(candidates))."""
        raise NotImplementedError

    def silent(self) -> Bools | None:
        """Where there is nothing for it to measure, shape (n,); None where there always is."""

    def prepare(self) -> None:
        """Load what fitting needs: a second once in a process, which is no measure of fitting."""


def prepare(candidates: Sequence[Candidate]) -> None:
    """Load what fitting them needs."""
    for candidate in candidates:
        if isinstance(candidate, Refitted):
            candidate.prepare()


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
        first = self.candidates[0]
        if isinstance(first, Refitted):
            together = [candidate for candidate in self.candidates if isinstance(candidate, Refitted)]
            return first.fails_together(together, train, test)
        return first.fails(train, test)[:, None]


def parties(candidates: Sequence[Candidate], first: Sequence[int] = ()) -> list[Party]:
    """Candidates with the same key together, all others alone.

    Candidates that nothing shapes come first, then those with ``first``, then the others.
    """
    found: dict[Hashable, Party] = {}
    for j, candidate in enumerate(candidates):
        key = candidate.key if isinstance(candidate, Refitted) else None
        key = j if key is None else (type(candidate), key)
        party = found.setdefault(key, Party([], []))
        party.which.append(j)
        party.candidates.append(candidate)
    early = set(first)
    return sorted(found.values(), key=lambda party: (party.fitted, early.isdisjoint(party.which)))

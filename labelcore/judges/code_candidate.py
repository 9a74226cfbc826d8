"""Code judges as candidates: a threshold or a phrase, sought again in each training part."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from labelcore.judges import fitting
from labelcore.judges.candidates import Candidate, Target
from labelcore.judges.features import Bools, Ints, TrainingData


@dataclass(frozen=True)
class CodeCandidate(Candidate):
    """A threshold on one column of the data, refitted on the training rows."""

    data: TrainingData
    column: int
    side: str
    guided: bool
    target: Target

    @property
    def key(self) -> Hashable:
        """Thresholds on any columns are fitted to one target at once."""
        return id(self.data), id(self.target), self.guided

    @override
    def fails_together(self, candidates: Sequence[Candidate], train: Ints, test: Ints) -> Bools:
        votes = np.zeros((len(test), len(candidates)), dtype=bool)
        codes = [candidate for candidate in candidates if isinstance(candidate, CodeCandidate)]
        rows = self.target.of(train)
        if rows is None:
            return votes
        columns = np.array([code.column for code in codes])
        bad = ["high" if code.side == "above" else "low" for code in codes]
        stumps = fitting.fit_columns(self.data, columns, rows, guided=self.guided, bad=bad)
        for at, stump in enumerate(stumps):
            if stump is not None:
                values = self.data.table.values[test, stump.column]
                votes[:, at] = fitting.votes(stump.side, stump.threshold, values)
        return votes

    def silent(self) -> Bools:
        """Where its detector does not apply."""
        return np.isnan(self.data.table.values[:, self.column])


@dataclass(frozen=True)
class PhraseCandidate(Candidate):
    """The phrase of some rank, sought again in the training rows (and their notes)."""

    data: TrainingData
    rank: int
    guided: bool
    target: Target

    @override
    def fails(self, train: Ints, test: Ints) -> Bools:
        rows = self.target.of(train)
        best = fitting.phrases(self.data, rows, self.rank + 1, guided=self.guided) if rows else []
        if len(best) <= self.rank:
            return np.zeros(len(test), dtype=bool)
        return fitting.phrase_votes(best[self.rank], self.data, test)

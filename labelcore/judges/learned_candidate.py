"""A learned judge as a candidate of a set: fitted anew with all that belongs to it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from typing_extensions import override

from labelcore.judges.candidates import Candidate, FoldedRows, Target
from labelcore.judges.cross_fitting import by_folds, cross_fitted, final_cut
from labelcore.judges.features import Bools, Floats, Ints, TrainingData
from labelcore.judges.learned_model import LearnedModel
from labelcore.judges.operating_point import HIGHEST, Aim


@dataclass(frozen=True)
class LearnedCandidate(Candidate):
    """A learned judge, refitted on the training rows with all that belongs to it: its topics and its cut."""

    slow: ClassVar[bool] = True
    data: TrainingData
    target: Target
    aim: Aim = HIGHEST
    known: dict[bytes, Floats] = field(default_factory=dict, compare=False)
    """Cross-fitted scores of rows, from which the cut of a fit on all of them follows."""

    @override
    def fails(self, train: Ints, test: Ints) -> Bools:
        rows = self.target.of(train)
        if rows is None:
            return np.zeros(len(test), dtype=bool)
        scores = self.known.get(train.tobytes())
        if scores is None:
            held_out = cross_fitted(self.data, rows, self.aim).scores
        else:
            held_out = scores[self.target.known[train]]
        _, everywhere = LearnedModel.fit(self.data, rows)
        return np.asarray(everywhere[test] > final_cut(rows, held_out, everywhere, self.aim))

    @override
    def out_of_fold(self, candidates: Sequence[Candidate], parts: FoldedRows) -> Bools | None:
        rows = self.target.of(parts.rows)
        if rows is None:
            return np.zeros((len(parts.rows), 1), dtype=bool)
        crossed = by_folds(self.data, rows, parts, self.aim)
        if crossed is None:
            return None
        self.known[parts.rows.tobytes()] = crossed.scores
        return np.asarray(crossed.scores > crossed.cuts)[:, None]

    @override
    def prepare(self) -> None:
        importlib.import_module("scipy.optimize")

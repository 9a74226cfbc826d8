"""Scores and cuts of graded outputs by models that did not see their grades, and their candidate of a set."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from labelcore.arrays import Bools, Floats, Ints
from labelcore.judges.calibration import HIGHEST, Aim, Calibrator, cut_of
from labelcore.judges.candidates import Candidate, FoldedRows, Target
from labelcore.judges.features import GradedRows, TrainingData
from labelcore.judges.learned_model import LearnedModel

_FOLDS = 5
FEW = 40
"""With fewer grades one split into folds says little: several are averaged."""
_AGAIN = 5


def folds_by_group(
    groups: npt.ArrayLike, count: int, seed: int | Sequence[int], fails: Bools | None = None
) -> Ints:
    """A fold number for each item; items of one group share it, sizes are even. With ``fails`` groups that
    hold one are spread evenly too.
    """
    names, which = np.unique(np.asarray(groups), return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    if fails is not None:
        order = order[np.argsort(np.bincount(which, fails, len(names))[order] == 0, kind="stable")]
    number = np.empty(len(names), dtype=np.int64)
    number[order] = np.arange(len(names)) % count
    return number[which]


@dataclass(frozen=True)
class CrossFitted:
    """Fail probabilities of rows by models that did not see the row's group, and their cuts, which did not
    either; then both calibrated, all of one shape.
    """

    scores: Floats
    cuts: Floats
    shown: Floats
    limits: Floats

    @classmethod
    def mean(cls, rounds: Sequence[CrossFitted]) -> CrossFitted:
        """Of several splits into folds."""
        parts = ([getattr(one, name) for one in rounds] for name in ("scores", "cuts", "shown", "limits"))
        return cls(*(np.mean(part, axis=0) for part in parts))

    def at(self, rows: Ints) -> CrossFitted:
        """Those of some rows."""
        return CrossFitted(self.scores[rows], self.cuts[rows], self.shown[rows], self.limits[rows])


def cross_fitted(data: TrainingData, graded: GradedRows, aim: Aim = HIGHEST, seed: int = 0) -> CrossFitted:
    """Of the graded rows; of few, where a single split may mislead, the mean of several."""
    groups = [data.groups[int(i)] for i in graded.rows]
    rounds = []
    for again in range(_AGAIN if len(groups) < FEW else 1):
        folds = folds_by_group(groups, _FOLDS, [seed, again] if again else seed, graded.fails)
        crossed = by_folds(data, graded, FoldedRows(graded.rows, folds), aim)
        assert crossed is not None  # noqa: S101 - there is no deadline
        rounds.append(crossed)
    return CrossFitted.mean(rounds)


def by_folds(data: TrainingData, graded: GradedRows, parts: FoldedRows, aim: Aim) -> CrossFitted | None:
    """Of rows that hold the graded ones, by the given folds; None where the time was over."""
    n, fold_of = len(data.groups), np.full(len(data.groups), -1)
    fold_of[parts.rows] = parts.folds
    scores = np.full(n, float(graded.fails.mean()) if len(graded.fails) else 0.5)
    fitted: list[tuple[Bools, GradedRows, Floats]] = []
    for fold in np.unique(parts.folds):
        if parts.over():
            return None
        out = fold_of == fold
        train = graded.at(np.flatnonzero(~out[graded.rows]))
        if train.of_both_kinds:
            _, everywhere = LearnedModel.fit(data, train)
            scores[out] = everywhere[out]
            fitted.append((out, train, everywhere))
    crossed = CrossFitted(scores, np.full(n, 0.5), scores.copy(), np.full(n, 0.5))
    for out, train, everywhere in fitted:
        calibrator = Calibrator.fit(scores[train.rows], train.fails)
        crossed.cuts[out] = cut = final_cut(train, scores[train.rows], everywhere, aim)
        crossed.shown[out], crossed.limits[out] = calibrator(scores[out]), calibrator.of(cut)
    return crossed.at(parts.rows)


def final_cut(graded: GradedRows, held_out: Floats, everywhere: Floats, aim: Aim) -> float:
    """The cut of a model of these grades: by the ``held_out`` scores of their rows, and by the model's of
    all other rows.
    """
    others = np.ones(len(everywhere), dtype=bool)
    others[graded.rows] = False
    return cut_of(held_out, graded.fails, everywhere[others], aim)


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

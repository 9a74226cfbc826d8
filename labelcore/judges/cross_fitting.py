"""Scores and cuts of graded outputs by models that did not see their grades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelcore.judges.calibration import Calibrator
from labelcore.judges.candidates import FoldedRows
from labelcore.judges.features import Bools, Floats, GradedRows, Ints, TrainingData
from labelcore.judges.learned_model import LearnedModel
from labelcore.judges.operating_point import HIGHEST, Aim, cut_of

_FOLDS = 5


def folds_by_group(groups: npt.ArrayLike, count: int, seed: int) -> Ints:
    """A fold number for each item; items of one group share it, sizes are even."""
    names, which = np.unique(np.asarray(groups), return_inverse=True)
    number = np.empty(len(names), dtype=np.int64)
    number[np.random.default_rng(seed).permutation(len(names))] = np.arange(len(names)) % count
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

    def at(self, rows: Ints) -> CrossFitted:
        """Those of some rows."""
        return CrossFitted(self.scores[rows], self.cuts[rows], self.shown[rows], self.limits[rows])


def cross_fitted(data: TrainingData, graded: GradedRows, aim: Aim = HIGHEST, seed: int = 0) -> CrossFitted:
    """Of the graded rows."""
    folds = folds_by_group([data.groups[int(i)] for i in graded.rows], _FOLDS, seed)
    crossed = by_folds(data, graded, FoldedRows(graded.rows, folds), aim)
    assert crossed is not None  # noqa: S101 - there is no deadline
    return crossed


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

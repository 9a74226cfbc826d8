"""What a learned judge is fitted to: a regularised linear model and a few checks, cross-fitted.

A logistic regression with balanced classes reads the detectors' ranks among the graded outputs (larger where
the notes talk about one) and a few principal components of the embeddings. To its log odds come those of the
few best checks: thresholds by the grades, thresholds and phrases by the notes. Both halves are strongly
shrunk, so that sixteen grades do not mislead. A graded output is judged by a model fitted without its group.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from labelcore.judges import fitting
from labelcore.judges.features import Bools, FeatureTable, Floats, Graded, Ints, TrainingData
from labelcore.judges.kinds.code import CodeSpec, fitted_phrases, fitted_thresholds
from labelcore.wording import Wording

NEEDED_GRADES = 8
NEEDED_OF_EACH = 2
CUT = 0.5
_COMPONENTS = 12
_FLAT = 1e-9  # an axis along which vectors spread by less, beside the first one, is rounding
_KNOTS = 64
RANK_SCALE = 3.4  # with it a rank in (-.5, .5) gets about the spread of a standardised value
_VECTOR_SCALE = 4.0
_UNNAMED, _NAMED = 0.3, 4.0  # the scale of detectors that no note, or every note, talks about
_STRENGTH = 0.05
_CHECKS = 3  # of each kind
_CHECK_WEIGHT = 0.7
_LEAST_GAIN = 0.1
_FOLDS = 5


def too_few(fails: Bools) -> Wording | None:
    """Why the learned judge cannot be fitted, or None when there are enough grades."""
    n, failed = len(fails), int(fails.sum())
    if n < NEEDED_GRADES or min(failed, n - failed) < NEEDED_OF_EACH:
        return Wording(
            "a learned judge needs at least {needed} grades with {of_each} passes and {of_each} fails; here "
            "are {n} grades with {failed} fails",
            needed=NEEDED_GRADES,
            of_each=NEEDED_OF_EACH,
            n=n,
            failed=failed,
        )
    return None


class LinearModel:
    """Ranks, projection and coefficients, with a plain dictionary form."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.knots = [(np.asarray(x, float), np.asarray(y, float)) for x, y in parts["knots"]]
        plain = {key: value for key, value in parts.items() if key != "knots"}
        self.parts = {key: np.asarray(value, dtype=float) for key, value in plain.items()}

    @classmethod
    def fit(cls, data: TrainingData, graded: Graded) -> tuple[LinearModel, Floats]:
        """The model of some grades, passes and fails, and its log odds on all n."""
        from sklearn import config_context
        from sklearn.linear_model import LogisticRegression

        table = data.table.rows(graded.rows)
        mean, axes = _principal(table.vectors)
        model = cls(
            {
                "knots": [_knots(table.values[:, j]) for j in range(len(table.columns))],
                "weight": _UNNAMED + _NAMED * data.topics(graded.failed),
                "mean": mean,
                "axes": axes,
            }
        )
        fitted = LogisticRegression(C=_STRENGTH, class_weight="balanced", solver="newton-cholesky")
        inputs = model.inputs(data.table)
        with config_context(assume_finite=True, skip_parameter_validation=True):
            fitted.fit(inputs[graded.rows], graded.fails)
        model.parts |= {"coefficients": fitted.coef_[0], "intercept": fitted.intercept_}
        return model, np.asarray(inputs @ fitted.coef_[0] + fitted.intercept_)

    def inputs(self, table: FeatureTable) -> Floats:
        """What the regression sees, shape (n, d + k); the table's first d columns are used."""
        p = self.parts
        # nan stays nan, which then counts as middle
        ranks = np.column_stack([np.interp(table.values[:, j], *k) for j, k in enumerate(self.knots)])
        plain = np.nan_to_num(ranks) * RANK_SCALE * p["weight"]
        if table.vectors is None or p["axes"].size == 0:
            return np.asarray(plain)
        projected = (table.vectors - p["mean"]) @ p["axes"].T * _VECTOR_SCALE
        return np.hstack([plain, projected])

    def log_odds(self, table: FeatureTable) -> Floats:
        """Log odds that an expert fails each output, classes balanced, shape (n,)."""
        return np.asarray(self.inputs(table) @ self.parts["coefficients"] + self.parts["intercept"])

    def meaning_spread(self, table: FeatureTable) -> float:
        """How far the embeddings move the log odds across a table's outputs: a standard deviation."""
        told = self.inputs(table)[:, len(self.knots) :]
        return float((told @ self.parts["coefficients"][len(self.knots) :]).std()) if len(told) else 0.0

    def as_dict(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        plain = {key: np.round(value, 6).tolist() for key, value in self.parts.items()}
        knots = [[np.round(x, 6).tolist(), np.round(y, 6).tolist()] for x, y in self.knots]
        return plain | {"knots": knots}


def _knots(values: Floats) -> tuple[Floats, Floats]:
    """Values and their middle ranks (-.5 to .5), at most 64 of them; one knot says nothing."""
    known = values[~np.isnan(values)]
    distinct, counts = np.unique(known, return_counts=True)
    if len(known) < 3 or len(distinct) < 2:
        return np.zeros(1), np.zeros(1)
    ranks = (np.cumsum(counts) - counts / 2) / len(known) - 0.5
    if len(distinct) > _KNOTS:
        keep = np.unique(np.linspace(0, len(distinct) - 1, _KNOTS).astype(int))
        distinct, ranks = distinct[keep], ranks[keep]
    return distinct, ranks


def _principal(vectors: Floats | None) -> tuple[Floats, Floats]:
    """Mean and first principal axes, by the smaller of the two products of the centred vectors."""
    from scipy.linalg import eigh

    if vectors is None or len(vectors) < 2:
        return np.zeros(0), np.zeros((0, 0))
    mean = vectors.mean(axis=0)
    centred = vectors - mean
    rows, width = centred.shape
    count = min(_COMPONENTS, rows // 4, width)
    if not count:
        return mean, np.zeros((0, width))
    small = centred @ centred.T if rows <= width else centred.T @ centred
    spread, directions = eigh(small, subset_by_index=[len(small) - count, len(small) - 1])
    kept = spread > _FLAT * max(float(spread[-1]), _FLAT)
    spread, directions = spread[kept][::-1], directions[:, kept][:, ::-1]
    axes = directions.T if rows > width else (directions / np.sqrt(spread)).T @ centred
    return mean, np.asarray(axes)


def _check_odds(failed: Bools, fails: Bools) -> tuple[float, float]:
    """A check's log odds of a failed output when it fails and when it passes (add one)."""
    bad = (float(failed[fails].sum()) + 1) / (float(fails.sum()) + 2)
    good = (float(failed[~fails].sum()) + 1) / (float((~fails).sum()) + 2)
    return float(np.log(bad / good)), float(np.log((1 - bad) / (1 - good)))


class LearnedModel:
    """The linear model together with the few checks."""

    def __init__(self, linear: LinearModel, checks: Sequence[tuple[CodeSpec, float, float]]) -> None:
        self.linear = linear
        self.checks = list(checks)

    @classmethod
    def fit(cls, data: TrainingData, graded: Graded) -> tuple[LearnedModel, Floats]:
        """The model of some grades, and its fail probabilities on all n outputs."""
        linear, log_odds = LinearModel.fit(data, graded)
        phrases = fitted_phrases(data, graded, _CHECKS, guided=True)
        chosen = [
            *fitted_thresholds(data, graded, _CHECKS, guided=False),
            *fitted_thresholds(data, graded, _CHECKS, guided=True),
            *(check for check in phrases if check.gain > _LEAST_GAIN),
        ]
        odds = [_check_odds(check.votes[graded.rows], graded.fails) for check in chosen]
        model = cls(linear, [(check.spec, *pair) for check, pair in zip(chosen, odds, strict=True)])
        return model, model._together(log_odds, [check.votes for check in chosen])

    def fail_probability(self, table: FeatureTable) -> Floats:
        """Probability that an expert fails each output, shape (n,); columns as ``columns``."""
        return self._together(self.linear.log_odds(table), self.check_votes(table))

    def check_votes(self, table: FeatureTable) -> list[Bools]:
        """Which outputs each of the few checks fails, each of shape (n,)."""
        at = {column.key: j for j, column in enumerate(table.columns)}
        return [
            fitting.votes(spec.side, spec.threshold, table.values[:, at[spec.key]])
            for spec, _, _ in self.checks
        ]

    @property
    def check_weight(self) -> float:
        """How much the log odds of each check count."""
        return float(_CHECK_WEIGHT / np.sqrt(max(1, len(self.checks))))

    def _together(self, log_odds: Floats, votes: Sequence[Bools]) -> Floats:
        if votes:
            told = zip(votes, self.checks, strict=True)
            odds = [np.where(vote, bad, good) for vote, (_, bad, good) in told]
            log_odds = log_odds + self.check_weight * np.sum(odds, axis=0)
        return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))


def folds_by_group(groups: npt.ArrayLike, count: int, seed: int) -> Ints:
    """A fold number for each item; items of one group share it, sizes are even."""
    names, which = np.unique(np.asarray(groups), return_inverse=True)
    number = np.empty(len(names), dtype=np.int64)
    number[np.random.default_rng(seed).permutation(len(names))] = np.arange(len(names)) % count
    return number[which]


def cross_fitted(data: TrainingData, graded: Graded, seed: int = 0) -> tuple[Floats, Ints]:
    """Fail probabilities of the graded rows, each by a model that did not see the output's group, (m,).

    The folds come with them, (m,).
    """
    fails = graded.fails
    folds = folds_by_group([data.groups[int(i)] for i in graded.rows], _FOLDS, seed)
    found = np.full(len(fails), float(fails.mean()) if len(fails) else 0.5)
    for fold in range(_FOLDS):
        out, seen = np.flatnonzero(folds == fold), graded.at(np.flatnonzero(folds != fold))
        if len(out) and seen.of_both_kinds:
            _, everywhere = LearnedModel.fit(data, seen)
            found[out] = everywhere[graded.rows[out]]
    return found, folds

"""What a learned judge is fitted to: small models of recurring topics of the notes, and one of all.

Each is a logistic regression with balanced classes, which reads the detectors' ranks (larger where the notes
talk about one) and a few principal components of the embeddings, and to whose log odds come those of the few
best checks: thresholds by the grades, thresholds and phrases by the notes. All are strongly shrunk, and no
detector pulls against the end that it knows as bad, so that sixteen grades do not mislead. A topic's model
tells its fails from all passes, fails for other reasons left out; fails without a recurring topic are pooled.
With the classes' shares restored, topics are joined by noisy-or and averaged with the model of all grades.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from labelcore.arrays import Bools, Floats
from labelcore.judges import fitting
from labelcore.judges.code_checks import CodeSpec, fitted_phrases, fitted_thresholds
from labelcore.judges.features import FeatureTable, GradedRows, TrainingData
from labelcore.judges.inputs import InputScaling
from labelcore.wording import Wording

NEEDED_GRADES = 8
NEEDED_OF_EACH = 2
RECURRING = 3
"""From so many failed outputs on, a topic of the notes gets a model."""
_OF_ALL = 1 / 3  # the share of the model of all grades, beside the topics'
_UNNAMED, _NAMED = 0.3, 4.0  # the scale of detectors that no note, or every note, talks about
_STRENGTH = 0.05
_CHECKS = 3  # of each kind
_CHECK_WEIGHT = 0.7
_LEAST_GAIN = 0.1
_STEPS, _STILL = 30, 1e-6
_MOST_ODDS = 30.0

Check = tuple[CodeSpec, float, float]
"""A check with its log odds of a failed output when it fails and when it passes."""


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


@dataclass(frozen=True)
class LinearHead:
    """One model: ``slopes`` (d + k,) and ``intercept`` with balanced classes, ``prior`` the log odds of
    one of its ``fails`` among these and the passes. ``name`` and ``quote`` are its topic's.
    """

    slopes: Floats
    intercept: float
    checks: tuple[Check, ...]
    prior: float = 0.0
    fails: int = 0
    name: str = ""
    quote: str = ""

    @classmethod
    def fit(
        cls, data: TrainingData, graded: GradedRows, name: str = "", quote: str = ""
    ) -> tuple[LinearHead, Floats]:
        """The model of some grades, passes and fails, and its log odds on all n outputs."""
        d = len(data.table.columns)
        scale = np.ones(data.inputs.shape[1])
        scale[:d] = _UNNAMED + _NAMED * data.talked_about(graded.failed)
        slopes, intercept = _leaning(data.inputs[graded.rows] * scale, graded.fails, data.bad_ends)
        phrases = fitted_phrases(data, graded, _CHECKS, guided=True)
        fitted = [
            *fitted_thresholds(data, graded, _CHECKS, guided=False),
            *fitted_thresholds(data, graded, _CHECKS, guided=True),
            *(check for check in phrases if check.gain > _LEAST_GAIN),
        ]
        odds = [_check_odds(check.votes[graded.rows], graded.fails) for check in fitted]
        checks = tuple((check.spec, *pair) for check, pair in zip(fitted, odds, strict=True))
        failed = int(graded.fails.sum())
        prior = float(np.log(failed / (len(graded.fails) - failed)))
        head = cls(slopes * scale, intercept, checks, prior, failed, name, quote)
        return head, head.log_odds(data.inputs, [check.votes for check in fitted])

    @property
    def check_weight(self) -> float:
        """How much the log odds of each check count."""
        return float(_CHECK_WEIGHT / np.sqrt(max(1, len(self.checks))))

    def log_odds(self, inputs: Floats, votes: Sequence[Bools]) -> Floats:
        """Log odds of a fail, (n,); ``inputs`` (n, d + k), and what each check fails, (n,)."""
        odds = inputs @ self.slopes + self.intercept + self.prior
        for vote, (_, bad, good) in zip(votes, self.checks, strict=True):
            odds = odds + self.check_weight * np.where(vote, bad, good)
        return np.clip(odds, -_MOST_ODDS, _MOST_ODDS)

    def check_votes(self, table: FeatureTable) -> list[Bools]:
        """Which outputs each of the few checks fails, each of shape (n,)."""
        at = {column.key: j for j, column in enumerate(table.columns)}
        return [
            fitting.votes(spec.side, spec.threshold, table.values[:, at[spec.key]])
            for spec, _, _ in self.checks
        ]

    def meaning_spread(self, inputs: Floats, d: int) -> float:
        """How far the embeddings move the log odds across outputs: a standard deviation."""
        return float((inputs[:, d:] @ self.slopes[d:]).std()) if len(inputs) else 0.0


def _leaning(inputs: Floats, fails: Bools, ends: Floats) -> tuple[Floats, float]:
    """The regression in which none of the first d columns pulls against its end that is bad, (d,): 1 for
    high, -1 for low, 0 for either.
    """
    free = np.ones(inputs.shape[1], dtype=bool)
    signs = np.concatenate([ends, np.zeros(inputs.shape[1] - len(ends))])
    while True:
        slopes_free, intercept = _regression(inputs[:, free], fails)
        against = slopes_free * signs[free] < 0
        if not against.any():
            break
        free[free] = ~against
    slopes = np.zeros(len(free))
    slopes[free] = slopes_free
    return slopes, intercept


def _regression(inputs: Floats, fails: Bools) -> tuple[Floats, float]:
    """Coefficients and intercept of a ridge logistic regression with balanced classes, by Newton's method.

    With fewer rows than columns it is solved in the space of the rows, which gives the same.
    """
    basis = None
    if len(inputs) < inputs.shape[1]:
        basis, triangle = np.linalg.qr(inputs.T)
        inputs = triangle.T
    design = np.column_stack([inputs, np.ones(len(inputs))])
    n, failed = len(fails), int(fails.sum())
    weight = _STRENGTH * np.where(fails, n / (2 * failed), n / (2 * (n - failed)))
    ridge = np.ones(design.shape[1])
    ridge[-1] = _STILL

    def loss(coefficients: Floats) -> float:
        z = design @ coefficients
        return float(weight @ (np.logaddexp(0, z) - fails * z) + ridge @ coefficients**2 / 2)

    solution = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ solution, -_MOST_ODDS, _MOST_ODDS)))
        slope = design.T @ (weight * (chance - fails)) + ridge * solution
        if np.abs(slope).max() < _STILL:
            break
        bend = (design.T * (weight * chance * (1 - chance))) @ design + np.diag(ridge)
        step, before = np.linalg.solve(bend, slope), loss(solution)
        while loss(solution - step) > before and np.abs(step).max() > _STILL:
            step = step / 2
        solution = solution - step
    slopes = solution[:-1] if basis is None else basis @ solution[:-1]
    return np.asarray(slopes), float(solution[-1])


def _check_odds(failed: Bools, fails: Bools) -> tuple[float, float]:
    """A check's log odds of a failed output when it fails and when it passes (add one)."""
    bad = (float(failed[fails].sum()) + 1) / (float(fails.sum()) + 2)
    good = (float(failed[~fails].sum()) + 1) / (float((~fails).sum()) + 2)
    return float(np.log(bad / good)), float(np.log((1 - bad) / (1 - good)))


@dataclass(frozen=True)
class LearnedModel:
    """The model of all grades, and those of the topics."""

    reading: InputScaling
    whole: LinearHead
    topics: tuple[LinearHead, ...] = ()

    @classmethod
    def fit(cls, data: TrainingData, graded: GradedRows) -> tuple[LearnedModel, Floats]:
        """The model of some grades, and its fail probabilities on all n outputs."""
        whole, odds = LinearHead.fit(data, graded)
        fitted = [LinearHead.fit(data, *topic) for topic in _recurring(graded)]
        model = cls(data.reading, whole, tuple(head for head, _ in fitted))
        return model, joined(odds, [odds for _, odds in fitted])

    def log_odds(self, table: FeatureTable) -> list[Floats]:
        """Log odds of a fail by the model of all grades and by each topic's, (n,) each."""
        inputs = self.reading(table.values, table.vectors)
        return [head.log_odds(inputs, head.check_votes(table)) for head in (self.whole, *self.topics)]

    def fail_probability(self, table: FeatureTable) -> Floats:
        """Probability that an expert fails each output, shape (n,); columns as ``columns``."""
        whole, *topics = self.log_odds(table)
        return joined(whole, topics)

    @property
    def shares(self) -> list[float]:
        """How much each model counts: that of all grades, then the topics' by their failed outputs."""
        total = sum(head.fails for head in self.topics)
        rest = (1 - _OF_ALL) / total if total else 0.0
        return [_OF_ALL if total else 1.0, *(head.fails * rest for head in self.topics)]


def joined(whole: Floats, topics: Sequence[Floats]) -> Floats:
    """One probability from log odds: topics by noisy-or, averaged with the model of all grades."""
    of_all = 1 / (1 + np.exp(-whole))
    if not len(topics):
        return np.asarray(of_all)
    passed = np.prod([1 / (1 + np.exp(odds)) for odds in topics], axis=0)
    return np.asarray(_OF_ALL * of_all + (1 - _OF_ALL) * (1 - passed))


def _recurring(graded: GradedRows) -> Iterator[tuple[GradedRows, str, str]]:
    """Each recurring topic's fails with all passes, its name and a quote; at last the other fails, pooled."""
    if graded.topics is None:
        return
    pooled, recurs = graded.fails.copy(), False
    for at, (name, quote) in enumerate(zip(graded.topics.names, graded.topics.quotes, strict=True)):
        noted = graded.topics.noted[:, at] & graded.fails
        if noted.sum() >= RECURRING:
            recurs = True
            pooled &= ~noted
            yield graded.at(np.flatnonzero(noted | ~graded.fails)), name, quote
    if recurs and pooled.sum() >= RECURRING:
        yield graded.at(np.flatnonzero(pooled | ~graded.fails)), "", ""

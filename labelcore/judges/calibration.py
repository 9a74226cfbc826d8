"""Probabilities calibrated on outputs that the model did not see: Platt's sigmoid on the log odds (1999) with
his softened targets, its slope held near one, as a few dozen grades say no more than how far a model is off.

A cut stands where the figures expected under calibrated scores are best: each output, graded or not, counts
as so much of a failed and so much of a passed one. Of all cuts the one with the highest expected alignment is
taken, or what a person asks for. The best cut of the grades themselves would follow their noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.models import Fact, Frozen, fact
from labelcore.stats.rate import Z95, Rate, proportion
from labelcore.wording import Wording

_HOLD = 4.0  # how firmly the slope is held at one: as much as about a dozen grades can say against it
_SURE = 8.0
_STEEP = (0.05, 4.0)
FEWEST = 20  # from fewer grades no reliability is stated


@dataclass(frozen=True)
class Calibrator:
    """Log odds -> slope times log odds plus intercept; the plain one changes nothing."""

    slope: float = 1.0
    intercept: float = 0.0

    @classmethod
    def fit(cls, probabilities: Floats, fails: Bools) -> Calibrator:
        """From fail probabilities (m,) of outputs that the model did not see, and their grades."""
        from scipy.optimize import minimize

        n_fail, n_pass = float(fails.sum()), float((~fails).sum())
        if not n_fail or not n_pass:
            return cls()
        targets = np.where(fails, (n_fail + 1) / (n_fail + 2), 1 / (n_pass + 2))
        odds = _log_odds(probabilities)

        def loss(parameters: Floats) -> tuple[float, Floats]:
            slope, intercept = parameters
            z = slope * odds + intercept
            off = 1 / (1 + np.exp(-z)) - targets
            value = float(np.sum(np.logaddexp(0, z) - targets * z)) + _HOLD / 2 * (slope - 1) ** 2
            return value, np.array([off @ odds + _HOLD * (slope - 1), off.sum()])

        optimum = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=[_STEEP, (-_SURE, _SURE)])
        return cls(round(float(optimum.x[0]), 6), round(float(optimum.x[1]), 6))

    def __call__(self, probabilities: Floats) -> Floats:
        """Calibrated fail probabilities, the same shape."""
        z = self.slope * _log_odds(probabilities) + self.intercept
        return np.asarray(1 / (1 + np.exp(-z)))

    def of(self, probability: float) -> float:
        """A single probability, calibrated."""
        return float(self(np.array([probability]))[0])


def _log_odds(probabilities: Floats) -> Floats:
    sure = 1 / (1 + np.exp(_SURE))
    clipped = np.clip(probabilities, sure, 1 - sure)
    return np.asarray(np.log(clipped / (1 - clipped)))


class Bin(Frozen):
    """Outputs with similar probabilities: the mean probability, and the share that people failed."""

    predicted: float
    observed: Rate


class Reliability(Frozen):
    """How far probabilities can be believed, on ``n`` graded outputs that shaped none of them.

    ``brier`` is the mean squared error (Brier 1950); ``baseline`` that of giving every output the
    share of fails among the others; ``gain`` = baseline - brier with its 95 % interval (by group).
    ``error`` is the expected calibration error over bins of equal size (Naeini et al. 2015);
    ``error_before`` the same before calibration. All None with ``why_not`` where n is too small.
    """

    n: int
    fails: int
    brier: float | None = None
    baseline: float | None = None
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    error: float | None = None
    error_before: float | None = None
    bins: tuple[Bin, ...] = ()
    why_not: Wording | None = None

    def beats_constant(self) -> bool:
        """Whether the gain is above 0 by more than a standard error; yes where too few grades can tell."""
        if self.gain is None or self.gain_low is None:
            return True
        return self.gain * Z95 > self.gain - self.gain_low

    @property
    def says(self) -> Fact:
        """The figures in words."""
        if self.brier is None:
            return fact("belief_unknown", why=self.why_not)
        return fact("calibrated", **self.model_dump(exclude={"bins", "why_not"}))


def reliability(raw: Floats, calibrated: Floats, fails: Bools, groups: Sequence[str]) -> Reliability:
    """The figures of out-of-fold fail probabilities before and after calibration, all (m,)."""
    n, failed = len(fails), int(fails.sum())
    if n < FEWEST or failed in {0, n}:
        why = Wording("all grades are the same")
        if n < FEWEST:
            why = Wording("there are {n} grades, and it takes {fewest}", n=n, fewest=FEWEST)
        return Reliability(n=n, fails=failed, why_not=why)
    truth = fails.astype(float)
    constant = (failed - truth) / (n - 1)
    ours, theirs = (calibrated - truth) ** 2, (constant - truth) ** 2
    better, sources = theirs - ours, np.unique(np.asarray(groups), return_inverse=True)[1]
    gain = float(better.mean())
    spread = np.bincount(sources, weights=better - gain)  # the sandwich variance of grouped values
    half = float(Z95 * np.sqrt((spread**2).sum()) / n)
    return Reliability(
        n=n,
        fails=failed,
        brier=float(ours.mean()),
        baseline=float(theirs.mean()),
        gain=gain,
        gain_low=gain - half,
        gain_high=gain + half,
        error=calibration_error(calibrated, fails),
        error_before=calibration_error(raw, fails),
        bins=tuple(bins(calibrated, fails)),
    )


def _parts(probabilities: Floats) -> list[Ints]:
    """Row numbers in order of probability, cut into at most ten parts of about the same size."""
    order = np.argsort(probabilities, kind="stable")
    return list(np.array_split(order, int(np.clip(len(order) // 10, 2, 10))))


def bins(probabilities: Floats, fails: Bools) -> list[Bin]:
    """The reliability curve: mean probability and share of fails, part by part."""
    return [
        Bin(
            predicted=float(probabilities[rows].mean()),
            observed=proportion(int(fails[rows].sum()), len(rows), what="outputs"),
        )
        for rows in _parts(probabilities)
    ]


def calibration_error(probabilities: Floats, fails: Bools) -> float:
    """Mean distance between probability and share of fails over the parts, weighted by size."""
    parts = _parts(probabilities)
    gaps = [len(rows) * abs(float(probabilities[rows].mean() - fails[rows].mean())) for rows in parts]
    return float(sum(gaps) / len(probabilities))


_MISSED = 10.0  # what missing a wish costs, in alignment
_TINY = 1e-12


class Aim(Frozen):
    """What a person asks of the cut; nothing is the highest expected alignment."""

    min_coverage: float | None = None
    max_ffr: float | None = None

    @property
    def words(self) -> Wording:
        """What the cut is chosen for, as the end of a sentence."""
        least, most = self.min_coverage, self.max_ffr
        if least is not None and most is not None:
            return Wording(
                "as far as expected it finds at least {least:.0%} of the bad outputs and wrongly fails at "
                "most {most:.0%} of the good ones",
                least=least,
                most=most,
            )
        if least is not None:
            return Wording("as far as expected it finds at least {n:.0%} of the bad outputs", n=least)
        if most is not None:
            return Wording("as far as expected it wrongly fails at most {n:.0%} of the good ones", n=most)
        return Wording("the expected alignment is highest")


HIGHEST = Aim()


def cut_of(held_out: Floats, fails: Bools, others: Floats, aim: Aim = HIGHEST) -> float:
    """The score above which an output is failed.

    ``held_out`` (m,): scores by models that did not see the grades ``fails``; ``others``: scores of
    outputs without a grade.
    """
    scores = np.sort(np.concatenate([held_out, others]))[::-1]
    bad = Calibrator.fit(held_out, fails)(scores)
    coverage = np.cumsum(bad) / max(float(bad.sum()), _TINY)
    passed_rate = 1 - np.cumsum(1 - bad) / max(float((1 - bad).sum()), _TINY)
    value = 2 * coverage * passed_rate / np.maximum(coverage + passed_rate, _TINY)
    if aim.min_coverage is not None:
        value -= _MISSED * np.maximum(0, aim.min_coverage - coverage)
    if aim.max_ffr is not None:
        value -= _MISSED * np.maximum(0, 1 - aim.max_ffr - passed_rate)
    value[:-1][scores[:-1] - scores[1:] < _TINY] = -np.inf  # equal scores stay on one side
    at = int(np.argmax(value))
    below = float(scores[at + 1]) if at + 1 < len(scores) else 0.0
    return (float(scores[at]) + below) / 2

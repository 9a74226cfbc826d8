"""The steps of a cascade, set from grades for a stated error e: which judge decides where.

A step decides only where, of the graded outputs that it would decide, the share that it gets wrong has an
upper confidence bound (Clopper and Pearson 1934, one-sided) of at most e. The threshold is found by
fixed-sequence testing (Angelopoulos et al. 2021, "Learn then Test"): from the surest third on, larger and
larger parts are tested until one fails, so that trying many does not spoil the bound. It holds for
probabilities of outputs that the judge was not fitted on, drawn like those to come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from labelcore.arrays import Bools, Floats
from labelcore.models import Decision, Frozen
from labelcore.stats.rate import Rate, proportion

Words = npt.NDArray[np.str_]
Rule = Literal["sure", "agrees", "always", "never"]
_STEPS = 12
_POINTS = 25
_FIRST_PART = 3
_EVEN = 0.5  # a judge that leans to one side may say what is less likely than not: never decided


class Step(Frozen):
    """One judge of a cascade, and where it decides.

    ``rule``: "sure" where the probability of what it says is at least ``at``; "agrees" where it says what the
    judge before it leans to; "always" where it does not abstain; "never". ``error``: the share of wrong
    decisions among the graded outputs that it decides, ``bound`` its upper confidence bound.
    """

    judge_version_id: str
    name: str
    rule: Rule
    at: float | None = None
    error: Rate
    bound: float | None = None
    why_not: str = ""


class CascadeThreshold(Frozen):
    """A possible threshold: the share of graded outputs decided, and the error among them."""

    at: float
    share: float
    error: Rate
    bound: float


@dataclass(frozen=True)
class Votes:
    """What a judge says on n outputs: words (pass, fail, abstain or ""), probabilities of a pass."""

    words: Words
    passing: Floats

    @property
    def sure(self) -> Floats:
        """The probability of what it says, nan where it says nothing or gives none."""
        of_word = np.where(self.words == "pass", self.passing, 1 - self.passing)
        return np.where(self.decided, of_word, np.nan)

    @property
    def decided(self) -> Bools:
        """Where it says pass or fail."""
        return np.isin(self.words, ["pass", "fail"])

    def wrong(self, fails: Bools) -> Bools:
        """Where it says something else than people."""
        return np.asarray(self.decided & ((self.words == "fail") != fails), dtype=bool)


def upper_bound(wrong: int, n: int, confidence: float) -> float:
    """The largest error rate that ``wrong`` of ``n`` does not contradict, one-sided."""
    from scipy.stats import beta

    return 1.0 if wrong >= n else float(beta.ppf(confidence, wrong + 1, n - wrong))


@dataclass(frozen=True)
class Demand:
    """What is asked of a judge's step: at most so large an error, shown with so much confidence."""

    judge_version_id: str
    name: str
    error: float
    confidence: float

    @property
    def needed(self) -> int:
        """So many decisions without a mistake show it."""
        return math.ceil(math.log(1 - self.confidence) / math.log(1 - self.error))

    def met(self, rule: Rule, wrong: int, n: int, at: float | None = None) -> Step | None:
        """The step that decides ``n`` graded outputs, ``wrong`` of them wrongly; None if that is too many."""
        bound = upper_bound(wrong, n, self.confidence)
        if bound > self.error:
            return None
        who = {"judge_version_id": self.judge_version_id, "name": self.name}
        return Step(**who, rule=rule, at=at, error=_error(wrong, n), bound=bound)

    def never(self, wrong: int, n: int, would: str = "would decide") -> Step:
        """The step that decides nothing, and why."""
        if n < self.needed:
            why = (
                f"there are {n} graded outputs to set it by; "
                f"an error of at most {self.error:.0%} takes at least {self.needed}"
            )
        else:
            why = (
                f"of the {n} graded outputs that it {would}, {wrong} are wrong; with {self.confidence:.0%} "
                f"confidence that can be up to {upper_bound(wrong, n, self.confidence):.0%}"
            )
        who = {"judge_version_id": self.judge_version_id, "name": self.name}
        return Step(**who, rule="never", error=_error(0, 0), why_not=why)


def fit_first(votes: Votes, fails: Bools, demand: Demand) -> tuple[Step, tuple[CascadeThreshold, ...]]:
    """Where a judge with probabilities may decide, and the curve of what other thresholds give."""
    with np.errstate(invalid="ignore"):
        decided = np.flatnonzero(votes.sure >= _EVEN)
    order = decided[np.argsort(-votes.sure[decided], kind="stable")]
    sure, wrong = votes.sure[order], votes.wrong(fails)[order]
    wrongs = [0, *np.cumsum(wrong).tolist()]
    curve = tuple(
        CascadeThreshold(
            at=float(sure[size - 1]),
            share=size / len(fails),
            error=_error(wrongs[size], size),
            bound=upper_bound(wrongs[size], size, demand.confidence),
        )
        for size in _sizes(sure, min(5, len(sure)), _POINTS)
    )
    start = max(demand.needed, math.ceil(len(sure) / _FIRST_PART))  # with few, one mistake would end it
    best: Step | None = None
    for size in _sizes(sure, start, _STEPS):
        # Rounded down to what a stored probability can hold, so that the last output is still in.
        at = math.floor(float(sure[size - 1]) * 1e4 + 1e-6) / 1e4
        if (step := demand.met("sure", wrongs[size], size, at)) is None:
            break
        best = step
    start = min(len(sure), start)
    return best or demand.never(wrongs[start], start, "is surest of"), curve


def fit_then(votes: Votes, leaning: Words, fails: Bools, demand: Demand) -> Step:
    """Where the second judge may decide what the first one left, all of shape (m,): by its probabilities
    where it has them; else where it agrees with what the first leans to, or everywhere, in this order.
    """
    if (~np.isnan(votes.sure)).sum() >= demand.needed:
        return fit_first(votes, fails, demand)[0]
    wrong, decided = votes.wrong(fails), votes.decided
    rules: list[tuple[Rule, Bools]] = [("agrees", decided & (votes.words == leaning)), ("always", decided)]
    best: Step | None = None
    for rule, where in rules:
        n = int(where.sum())
        if n < demand.needed:
            continue
        step = demand.met(rule, int(wrong[where].sum()), n)
        if step is None:
            break
        best = step
    return best or demand.never(int(wrong.sum()), int(decided.sum()))


def _sizes(sure: Floats, start: int, count: int) -> list[int]:
    """Numbers of the surest outputs, from ``start`` to all, never between equal probabilities."""
    m = len(sure)
    if not m or start > m:
        return []
    last = np.flatnonzero(np.append(np.diff(sure) < 0, True)) + 1
    sizes = np.linspace(start, m, count)
    return sorted({int(last[np.searchsorted(last, math.ceil(size - 1e-9))]) for size in sizes})


def _error(wrong: int, n: int) -> Rate:
    return proportion(wrong, n, what="graded outputs that it decides")


def decides(step: Step, votes: Votes, leaning: Words | None = None) -> Bools:
    """Where a step decides, shape (n,); ``leaning`` are the words of the step before it."""
    if step.rule == "sure":
        with np.errstate(invalid="ignore"):
            return np.asarray(votes.sure >= (step.at or 0.0) - 1e-9, dtype=bool)
    if step.rule == "agrees" and leaning is not None:
        return np.asarray(votes.decided & (votes.words == leaning), dtype=bool)
    return votes.decided if step.rule == "always" else np.zeros(len(votes.words), dtype=bool)


def votes_of(decisions: list[Decision | None]) -> Votes:
    """Decisions as votes; None where there is none."""
    words = np.array([decision.value if decision else "" for decision in decisions], dtype=np.str_)
    return Votes(words, np.array([decision and decision.probability for decision in decisions], dtype=float))

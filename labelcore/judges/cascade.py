"""A cascade: a cheap judge where it is sure, a second one where it is not, a person where neither.

What each step may decide is set from grades for a stated error e: a step decides only where, of the
graded outputs that it would decide, the share that it gets wrong has an upper confidence bound
(Clopper and Pearson 1934, one-sided) of at most e. The threshold is found by fixed-sequence testing
(Angelopoulos et al. 2021, "Learn then Test"): from the surest third of the outputs on, larger and
larger parts are tested until one fails, so that trying many thresholds does not spoil the bound. It
holds for probabilities of outputs that the judge was not fitted on, drawn like those to come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from labelcore.judges.features import Floats
from labelcore.judges.lessons import Bools
from labelcore.models import Decision, Frozen
from labelcore.stats.rate import Rate, wilson

Words = npt.NDArray[np.str_]
Rule = Literal["sure", "agrees", "always", "never"]
_STEPS = 12
_POINTS = 25
_FIRST_PART = 3
_EVEN = 0.5  # a judge that leans to one side may say what is less likely than not: never decided


class Step(Frozen):
    """One judge of a cascade, and where it decides.

    ``rule``: "sure" where the probability of what it says is at least ``at``; "agrees" where it says
    what the judge before it leans to; "always" where it does not abstain; "never". ``error`` is the
    share of wrong decisions among the graded outputs that it decides, ``bound`` the upper confidence
    bound by which the rule was found.
    """

    judge_version_id: str
    name: str
    rule: Rule
    at: float | None = None
    error: Rate
    bound: float | None = None
    why_not: str = ""


class Point(Frozen):
    """A possible threshold: the share of graded outputs decided, and the error among them."""

    at: float
    share: float
    error: Rate
    bound: float


class CascadeSpec(Frozen):
    """What a cascade is made of. ``error`` is the most that may be wrong at each step."""

    error: float
    confidence: float
    first: Step
    then: Step
    curve: tuple[Point, ...] = ()


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


def needed(error: float, confidence: float) -> int:
    """So many decisions without a mistake show an error of at most ``error``."""
    return math.ceil(math.log(1 - confidence) / math.log(1 - error))


def upper_bound(wrong: int, n: int, confidence: float) -> float:
    """The largest error rate that ``wrong`` of ``n`` does not contradict, one-sided."""
    from scipy.stats import beta

    return 1.0 if wrong >= n else float(beta.ppf(confidence, wrong + 1, n - wrong))


def fit_first(
    votes: Votes, fails: Bools, error: float, confidence: float, *, judge: str, name: str
) -> tuple[Step, tuple[Point, ...]]:
    """Where a judge with probabilities may decide, and the curve of what other thresholds give."""
    sure = votes.sure
    with np.errstate(invalid="ignore"):
        known = np.flatnonzero(sure >= _EVEN)
    order = known[np.argsort(-sure[known], kind="stable")]
    step = _fit_sure(sure[order], votes.wrong(fails)[order], error, confidence, judge, name)
    return step, _curve(sure[order], votes.wrong(fails)[order], confidence, len(fails))


def fit_then(
    votes: Votes, leaning: Words, fails: Bools, error: float, confidence: float, *, judge: str, name: str
) -> Step:
    """Where the second judge may decide what the first one left, all of shape (m,).

    By its own probabilities where it has them; else where it agrees with what the first leans to, or
    everywhere, tested in the order of their sizes.
    """
    sure = votes.sure
    if (~np.isnan(sure)).sum() >= needed(error, confidence):
        return fit_first(votes, fails, error, confidence, judge=judge, name=name)[0]
    wrong, decided = votes.wrong(fails), votes.decided
    agreed = decided & (votes.words == leaning)
    rules: list[tuple[Rule, Bools]] = [("agrees", agreed), ("always", decided)]
    best: Step | None = None
    for rule, where in rules:
        n, mistakes = int(where.sum()), int(wrong[where].sum())
        if n < needed(error, confidence):
            continue
        bound = upper_bound(mistakes, n, confidence)
        if bound > error:
            break
        best = Step(judge_version_id=judge, name=name, rule=rule, error=_error(mistakes, n), bound=bound)
    n, mistakes = int(decided.sum()), int(wrong.sum())
    why = _why_never(mistakes, n, error, confidence)
    return best or Step(judge_version_id=judge, name=name, rule="never", error=_error(0, 0), why_not=why)


def _fit_sure(sure: Floats, wrong: Bools, error: float, confidence: float, judge: str, name: str) -> Step:
    """``sure`` (m,) falls; ``wrong`` goes with it."""
    m, start = len(sure), _start(len(sure), error, confidence)
    best: Step | None = None
    for size in _sizes(sure, start, _STEPS):
        mistakes = int(wrong[:size].sum())
        bound = upper_bound(mistakes, size, confidence)
        if bound > error:
            break
        best = Step(
            judge_version_id=judge,
            name=name,
            rule="sure",
            at=_floor(float(sure[size - 1])),
            error=_error(mistakes, size),
            bound=bound,
        )
    if best:
        return best
    start = min(m, start)
    why = _why_never(int(wrong[:start].sum()), start, error, confidence, "is surest of")
    return Step(judge_version_id=judge, name=name, rule="never", error=_error(0, 0), why_not=why)


def _start(m: int, error: float, confidence: float) -> int:
    """Where the tests begin: a third, because a start with few outputs would fail by one mistake."""
    return max(needed(error, confidence), math.ceil(m / _FIRST_PART))


def _why_never(wrong: int, n: int, error: float, confidence: float, would: str = "would decide") -> str:
    least = needed(error, confidence)
    if n < least:
        return f"there are {n} graded outputs to set it by; an error of at most {error:.0%} takes at least {least}"
    return (
        f"of the {n} graded outputs that it {would}, {wrong} are wrong; with {confidence:.0%} "
        f"confidence that can be up to {upper_bound(wrong, n, confidence):.0%}"
    )


def _sizes(sure: Floats, start: int, count: int) -> list[int]:
    """Numbers of the surest outputs, from ``start`` to all, never between equal probabilities."""
    m = len(sure)
    if not m or start > m:
        return []
    last = np.flatnonzero(np.append(np.diff(sure) < 0, True)) + 1
    wanted = np.linspace(start, m, count)
    return sorted({int(last[np.searchsorted(last, math.ceil(size - 1e-9))]) for size in wanted})


def _curve(sure: Floats, wrong: Bools, confidence: float, n: int) -> tuple[Point, ...]:
    m = len(sure)
    return tuple(
        Point(
            at=float(sure[size - 1]),
            share=size / n,
            error=_error(int(wrong[:size].sum()), size),
            bound=upper_bound(int(wrong[:size].sum()), size, confidence),
        )
        for size in _sizes(sure, min(5, m), _POINTS)
    )


def _error(wrong: int, n: int) -> Rate:
    return wilson(wrong, n, what="graded outputs that it decides")


def _floor(value: float) -> float:
    """Rounded down to what a stored probability can hold, so that the last output is still in."""
    return math.floor(value * 1e4 + 1e-6) / 1e4


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
    none = math.nan
    return Votes(
        np.array([decision.value if decision else "" for decision in decisions], dtype=np.str_),
        np.array(
            [
                none if decision is None or decision.probability is None else decision.probability
                for decision in decisions
            ],
            dtype=float,
        ),
    )


def combine(spec: CascadeSpec, first: Decision, then: Decision | None) -> Decision | None:
    """What the cascade says of one output; None while the second judge has still to be asked."""
    one = votes_of([first])
    if decides(spec.first, one)[0]:
        return _by(spec.first, first)
    if spec.then.rule == "never":
        return _person(f"{_doubt(spec.first, one)} {spec.then.name} is not asked: {spec.then.why_not}.")
    if then is None:
        return None
    two = votes_of([then])
    if decides(spec.then, two, one.words)[0]:
        return _by(spec.then, then)
    return _person(f"{_doubt(spec.first, one)} {spec.then.name} says {then.value}: {then.reason}")


def _by(step: Step, decision: Decision) -> Decision:
    return Decision(
        value=decision.value, probability=decision.probability, reason=f"{step.name}: {decision.reason}"
    )


def _person(why: str) -> Decision:
    return Decision(value="abstain", reason=f"A person must decide. {why}")


def _doubt(step: Step, votes: Votes) -> str:
    sure = float(votes.sure[0])
    said = f"leans to {votes.words[0]}, only {sure:.0%} sure" if sure == sure else "says nothing"
    return f"{step.name} {said}."

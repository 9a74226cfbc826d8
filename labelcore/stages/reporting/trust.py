"""Can this number be trusted? One verdict in plain words, with every reason for and against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from labelcore.models import Frozen, Project
from labelcore.stages import projects
from labelcore.stages.aligning import AlignmentReport
from labelcore.stages.grading import SplitReport, split_report
from labelcore.stages.judging import JudgeSummary, list_judges
from labelcore.stages.refining import Docket, docket
from labelcore.stats.anytime import enough_words
from labelcore.stats.rate import Rate, in_words
from labelcore.store import Database

Weight = Literal["good", "care", "bad"]
Answer = Literal["yes", "with care", "no"]

FEW_FAILS, TOO_FEW_FAILS = 30, 8
"""Below the first TNR's interval is wide (± 15 points and more); below the second it says nothing."""
WIDE, TOO_WIDE = 0.2, 0.4
"""Widths of the pass rate's 95 % interval."""
WEAK, TOO_WEAK = 0.667, 0.4
"""Krippendorff's (2004) bound for tentative conclusions, and one below which people rather differ."""
GAP = 0.2
ENOUGH = 0.7
"""The coverage that "good enough yet" asks about: what criteria of medium risk ask for."""
_MOST_MISSING = 0.05


class Reason(Frozen):
    """One thing that speaks for ("good") or against the number, and what to do about it."""

    weight: Weight
    says: str
    next_step: str = ""


class Trust(Frozen):
    """The number that stands for all outputs, and whether it can be trusted.

    ``rate`` is the corrected pass rate where it can be had, else people's own; ``method`` in words.
    ``enough``: whether the chosen set is good enough yet, by a bound that holds however often
    somebody looks, and what to grade next.
    """

    answer: Answer
    headline: str
    rate: Rate
    method: str
    enough: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class _Seen:
    """Everything that the reasons are read from."""

    report: AlignmentReport
    splits: SplitReport
    members: list[JudgeSummary]
    court: Docket
    outputs: int
    rate: Rate


def trust(db: Database, project: Project, report: AlignmentReport) -> Trust:
    """Judge the pass rate of a report on all grades (split "all") of the present."""
    rates = report.pass_rate
    corrected = rates.corrected.value is not None
    rate = rates.corrected if corrected else rates.human
    ids = set(report.chosen.judge_version_ids) if report.chosen else set()
    seen = _Seen(
        report=report, splits=split_report(db, project), court=docket(db, project), rate=rate,
        members=[own for own in list_judges(db, project) if own.judge_version_id in ids],
        outputs=projects.overview(db, project).outputs,
    )  # fmt: skip
    reasons = [reason for check in _CHECKS for reason in check(seen)]
    reasons.sort(key=lambda own: ("bad", "care", "good").index(own.weight))
    answer = _answer(reasons)
    method = (
        f"judged by the chosen set and corrected for its errors, if {rates.assumption}"
        if corrected
        else "by people's grades alone"
    )
    return Trust(
        answer=answer, headline=_headline(answer, rate), rate=rate, method=method,
        enough=_enough(report), reasons=tuple(reasons),
    )  # fmt: skip


def _enough(report: AlignmentReport) -> str:
    """Coverage against its limit; the next grades that help are those of failed outputs."""
    if report.chosen is None or not report.chosen.judges:
        return "Good enough yet? Choose a set of judges first."
    held, counts = (report.chosen.held_out or {}).get("coverage"), report.chosen.counts
    if held is None:
        return "Good enough yet? Not measurable: no figure on outputs that the judges had not seen."
    caught = round(held * counts.human_fails)  # cross-fitted: no judge saw what it is counted on
    said = enough_words(caught, counts.human_fails, ENOUGH, "failed outputs")
    return (
        f"Good enough yet (it should catch {ENOUGH:.0%} of the bad ones)? {said} What helps most: "
        "outputs that the judges fail or are not sure of (Sample page, rules disagreement and mixture)."
    )


def _answer(reasons: list[Reason]) -> Answer:
    weights = {own.weight for own in reasons}
    return "no" if "bad" in weights else "with care" if "care" in weights else "yes"


def _headline(answer: Answer, rate: Rate) -> str:
    if rate.value is None or rate.low is None or rate.high is None:
        return f"No: how many outputs are good is not measurable yet ({rate.why_not})."
    opening = {"yes": "Yes", "with care": "Yes, with care", "no": "No, not yet"}[answer]
    return (
        f"{opening}: about {rate.value:.0%} of all outputs are good, "
        f"between {rate.low:.0%} and {rate.high:.0%}."
    )


def _classes(seen: _Seen) -> Iterator[Reason]:
    passes = sum(own.passes for own in seen.splits.sizes)
    fails = sum(own.fails for own in seen.splits.sizes)
    if not passes or not fails:
        what = "graded" if not passes and not fails else "failed" if passes else "passed"
        yield Reason(weight="bad", says=f"People {what} none of the outputs.", next_step="Grade on until there are passes and fails.")  # fmt: skip
    elif min(passes, fails) < TOO_FEW_FAILS:
        rare = "failed" if fails < passes else "passed"
        yield Reason(weight="bad", says=f"People {rare} only {min(passes, fails)} outputs, too few to tell.", next_step=f"Grade until {FEW_FAILS} are {rare}.")  # fmt: skip
    elif min(passes, fails) < FEW_FAILS:
        rare = "failed" if fails < passes else "passed"
        yield Reason(weight="care", says=f"People {rare} only {min(passes, fails)} outputs: the judges' errors on such are known only roughly.", next_step=f"Grade until {FEW_FAILS} are {rare}.")  # fmt: skip
    else:
        yield Reason(weight="good", says=f"People passed {passes:,} and failed {fails:,} outputs.")


def _width(seen: _Seen) -> Iterator[Reason]:
    rate = seen.rate
    if rate.value is None or rate.low is None or rate.high is None:
        yield Reason(weight="bad", says=f"The pass rate is not measurable: {rate.why_not}.", next_step="Grade more outputs, and run the judges of the chosen set.")  # fmt: skip
        return
    width = rate.high - rate.low
    says = f"The 95 % interval of the pass rate is {width * 100:.0f} points wide."
    if width > WIDE:
        weight: Weight = "bad" if width > TOO_WIDE else "care"
        yield Reason(weight=weight, says=says, next_step="Grade more outputs that are drawn at random.")  # fmt: skip
    else:
        yield Reason(weight="good", says=says)


def _judge(seen: _Seen) -> Iterator[Reason]:
    rates = seen.report.pass_rate
    if seen.report.chosen is None or not seen.report.chosen.judges:
        yield Reason(weight="care", says="No set of judges is chosen, so the number rests on people's grades alone.", next_step="Propose and run judges, then choose a set.")  # fmt: skip
    elif rates.corrected.value is None:
        yield Reason(weight="care", says=f"The judges do not help here: {rates.corrected.why_not}.", next_step="Refine the judges; the number rests on people's grades alone.")  # fmt: skip
    else:
        judged = rates.judge.n
        if seen.outputs and 1 - judged / seen.outputs > _MOST_MISSING:
            yield Reason(weight="care", says=f"The chosen set has decided {judged:,} of {seen.outputs:,} outputs.", next_step="Run the judges on the rest.")  # fmt: skip
        yield from _held_out(seen)


def _held_out(seen: _Seen) -> Iterator[Reason]:
    held = (seen.report.chosen.held_out if seen.report.chosen else None) or {}
    value, low = held.get("alignment"), held.get("low")
    if value is None or low is None:
        yield Reason(weight="care", says="How the chosen set does on outputs that it had not seen is not measurable yet.", next_step="Grade more, then choose again.")  # fmt: skip
    elif low < 0.5:
        yield Reason(weight="care", says=f"On outputs not seen before, the set's alignment is {value:.2f} and may be as low as {low:.2f}, no better than a coin; the correction carries the number.", next_step="Refine the judges.")  # fmt: skip
    else:
        yield Reason(weight="good", says=f"On outputs not seen before, the set's alignment is {value:.2f} (at least {low:.2f}).")  # fmt: skip


def _stale(seen: _Seen) -> Iterator[Reason]:
    if changed := sorted({own.criterion for own in seen.members if own.stale}):
        yield Reason(weight="bad", says=f"What is asked has changed since its judge was made: {', '.join(changed)}.", next_step="Make and run these judges anew, then choose again.")  # fmt: skip


def _people(seen: _Seen) -> Iterator[Reason]:
    own = seen.report.agreement
    if own.alpha is None or own.low is None or own.high is None:
        yield Reason(weight="care", says=f"Whether people agree is not measurable: {own.why_not}.", next_step="Let a second person grade some of the same outputs.")  # fmt: skip
    elif own.alpha < WEAK:
        weight: Weight = "bad" if own.high < TOO_WEAK else "care"
        yield Reason(weight=weight, says=f"People agree weakly: alpha is {own.alpha:.2f} ({own.low:.2f} to {own.high:.2f}) on {own.n_outputs} outputs.", next_step="Settle their conflicts on the Team page, and sharpen the criteria.")  # fmt: skip
    else:
        yield Reason(weight="good", says=f"People agree: alpha is {own.alpha:.2f} ({own.low:.2f} to {own.high:.2f}) on {own.n_outputs} outputs.")  # fmt: skip


def _sample(seen: _Seen) -> Iterator[Reason]:
    sampling = seen.report.pass_rate.human_sampling
    known = "known probabilities" in sampling and "not" not in sampling.split()[:1]
    says = f"The graded outputs are {sampling}."
    if known:
        yield Reason(weight="good", says=says)
    else:
        yield Reason(weight="care", says=says, next_step="Draw a sample on the Sample page and grade all of it.")  # fmt: skip


def _test(seen: _Seen) -> Iterator[Reason]:
    own = seen.splits
    if own.spent:
        yield Reason(weight="care", says=f"The sealed test is spent: {own.looks} looks, the limit is {own.limit}.", next_step="Begin a fresh test (Alignment page).")  # fmt: skip
    elif not own.sealed:
        yield Reason(weight="care", says="No test is sealed yet; figures come from cross-fitting.", next_step="Grade on: it is sealed by itself.")  # fmt: skip
    else:
        yield Reason(weight="good", says=f"The test is sealed; looks used: {own.looks} of {own.limit}.")  # fmt: skip


def _specification(seen: _Seen) -> Iterator[Reason]:
    gap = seen.court.unclear
    if gap.value is not None and gap.value > GAP:
        yield Reason(weight="care", says=f"The specification has a gap: of the ruled conflicts a criterion is unclear in {in_words(gap)}.", next_step="Edit these criteria (Refine page).")  # fmt: skip


_CHECKS: tuple[Callable[[_Seen], Iterator[Reason]], ...] = (
    _classes, _width, _judge, _stale, _people, _sample, _test, _specification,
)  # fmt: skip

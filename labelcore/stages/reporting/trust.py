"""Can this number be trusted? One verdict in plain words, with every reason for and against it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from labelcore.models import Frozen
from labelcore.stages import projects
from labelcore.stages.aligning import AlignmentReport, JudgeAlignment, SealedView, SetAlignment, test_as_seen
from labelcore.stages.aligning.enough import worth_words
from labelcore.stages.grading import SplitReport, split_report
from labelcore.stages.judging import JudgeSummary, list_judges
from labelcore.stages.refining import Docket, docket
from labelcore.stats.anytime import enough_words
from labelcore.stats.rate import Rate, difference, in_words
from labelcore.workspace import Workspace

Weight = Literal["good", "care", "bad"]
Answer = Literal["yes", "with care", "no"]

FEW_FAILS, TOO_FEW_FAILS = 30, 8
"""Below the first TNR's interval is wide (± 15 points and more); below the second it says nothing."""
WIDE, TOO_WIDE = 0.2, 0.4
"""Widths of the pass rate's 95 % interval."""
WEAK, TOO_WEAK = 0.667, 0.4
"""Krippendorff's (2004) bound for tentative conclusions, and one below which people rather differ."""
GAP = 0.2
LITTLE = 0.02
"""In-sample and held-out figures that differ by less are called the same."""
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
    somebody looks, and what to grade next. ``rests_on``: for each kind of figure the grades that it
    was read from, and whether these had shaped the judges.
    """

    answer: Answer
    headline: str
    rate: Rate
    method: str
    enough: str
    reasons: tuple[Reason, ...]
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Seen:
    """Everything that the reasons are read from."""

    report: AlignmentReport
    splits: SplitReport
    members: list[JudgeSummary]
    court: Docket
    outputs: int
    rate: Rate
    test: SealedView | None

    @property
    def chosen(self) -> SetAlignment | None:
        """The chosen set, if it has judges."""
        chosen = self.report.chosen
        return chosen if chosen and chosen.judges else None


def trust(workspace: Workspace, report: AlignmentReport) -> Trust:
    """Judge the pass rate of a report on all grades (split "all") of the present."""
    rates = report.pass_rate
    corrected = rates.corrected.value is not None
    rate = rates.corrected if corrected else rates.human
    ids = set(report.chosen.judge_version_ids) if report.chosen else set()
    seen = _Seen(
        report=report,
        splits=split_report(workspace),
        court=docket(workspace),
        rate=rate,
        members=[judge for judge in list_judges(workspace) if judge.judge_version_id in ids],
        outputs=projects.overview(workspace).outputs,
        test=test_as_seen(workspace),
    )
    reasons = [reason for check in _CHECKS for reason in check(seen)]
    reasons.sort(key=lambda reason: ("bad", "care", "good").index(reason.weight))
    answer = _answer(reasons)
    method = (
        f"judged by the chosen set and corrected for its errors, if {rates.assumption}"
        if corrected
        else "by people's grades alone"
    )
    return Trust(
        answer=answer,
        headline=_headline(answer, rate),
        rate=rate,
        method=method,
        enough=_enough(seen),
        reasons=tuple(reasons),
        rests_on=tuple(_rests_on(seen)),
    )


def _rests_on(seen: _Seen) -> Iterator[str]:
    """Which grades each kind of figure was read from."""
    if seen.report.n_grades:
        yield f"The pass rate rests on all {seen.report.n_grades:,} graded outputs{_shaped_words(seen)}."
    held = (seen.chosen.held_out if seen.chosen else None) or {}
    if held.get("n"):
        yield (
            f"Whether the judges are good enough rests on the {held['n']:,} grades outside the sealed "
            "test at the time of the choice, each decided by judges that were fitted and chosen "
            "without its source (cross-fitted)."
        )
    if seen.test:
        yield (
            f"Figures of the sealed test are those that {seen.test.author or 'somebody'} saw on "
            f"{_day(seen.test)}, on its {seen.test.report.n_grades:,} grades of then; showing them "
            "here is no look."
        )
    elif seen.splits.sealed:
        yield (
            "The sealed test is not read here. `labelcore check --judge NAME` reads it and counts a "
            "look; what it shows then stands here too."
        )


def _shaped_words(seen: _Seen) -> str:
    if seen.chosen is None or seen.report.pass_rate.corrected.value is None:
        return ""
    members = set(seen.chosen.judge_version_ids)
    mine = [judge for judge in seen.report.judges if judge.judge_version_id in members]
    shaped = [judge for judge in mine if any(warning.startswith("In-sample") for warning in judge.warnings)]
    if not shaped:
        return "; none of them shaped a judge's verdict on its own output"
    return (
        f"; most of them shaped {len(shaped)} of the set's {len(mine)} judges, whose errors elsewhere "
        "may be larger than the correction takes them for"
    )


def _day(test: SealedView) -> str:
    return f"{test.at:%Y-%m-%d %H:%M} UTC"


def _enough(seen: _Seen) -> str:
    """Coverage against its limit; the next grades that help are those of failed outputs."""
    if seen.chosen is None:
        return "Good enough yet? Choose a set of judges first."
    held = seen.chosen.held_out or {}
    coverage, fails, wanted = held.get("coverage"), held.get("effective_fails"), held.get("wanted")
    if coverage is None or fails is None or wanted is None:
        return (
            "Good enough yet? Not measurable: choose the set again to see it on outputs that it had not seen."
        )
    words = enough_words(math.floor(coverage * fails + 1e-9), fails, wanted, "failed outputs")
    return (
        f"Good enough yet (it should catch {wanted:.0%} of the bad ones)? "
        f"{words}{worth_words(held.get('n_fails', 0), fails)} What helps most: "
        "outputs that the judges fail or are not sure of, drawn with known chances (Alignment page, or "
        "`labelcore sample --rule mixture`)."
    )


def _answer(reasons: list[Reason]) -> Answer:
    weights = {reason.weight for reason in reasons}
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
    passes = sum(size.passes for size in seen.splits.sizes)
    fails = sum(size.fails for size in seen.splits.sizes)
    if not passes or not fails:
        what = "graded" if not passes and not fails else "failed" if passes else "passed"
        yield Reason(
            weight="bad",
            says=f"People {what} none of the outputs.",
            next_step="Grade on until there are passes and fails.",
        )
    elif min(passes, fails) < TOO_FEW_FAILS:
        rare = "failed" if fails < passes else "passed"
        yield Reason(
            weight="bad",
            says=f"People {rare} only {min(passes, fails)} outputs, too few to tell.",
            next_step=f"Grade until {FEW_FAILS} are {rare}.",
        )
    elif min(passes, fails) < FEW_FAILS:
        rare = "failed" if fails < passes else "passed"
        yield Reason(
            weight="care",
            says=f"People {rare} only {min(passes, fails)} outputs: the judges' errors on such are known "
            "only roughly.",
            next_step=f"Grade until {FEW_FAILS} are {rare}.",
        )
    else:
        yield Reason(weight="good", says=f"People passed {passes:,} and failed {fails:,} outputs.")


def _width(seen: _Seen) -> Iterator[Reason]:
    rate = seen.rate
    if rate.value is None or rate.low is None or rate.high is None:
        yield Reason(
            weight="bad",
            says=f"The pass rate is not measurable: {rate.why_not}.",
            next_step="Grade more outputs, and run the judges of the chosen set.",
        )
        return
    width = rate.high - rate.low
    says = f"The 95 % interval of the pass rate is {width * 100:.0f} points wide."
    if width > WIDE:
        weight: Weight = "bad" if width > TOO_WIDE else "care"
        yield Reason(weight=weight, says=says, next_step="Grade more outputs that are drawn at random.")
    else:
        yield Reason(weight="good", says=says)


def _judge(seen: _Seen) -> Iterator[Reason]:
    rates = seen.report.pass_rate
    if seen.chosen is None:
        yield Reason(
            weight="care",
            says="No set of judges is chosen, so the number rests on people's grades alone.",
            next_step="Propose and run judges, then choose a set.",
        )
    elif rates.corrected.value is None:
        yield Reason(
            weight="care",
            says=f"The judges do not help here: {rates.corrected.why_not}.",
            next_step="Run the judges on the graded outputs, grade more, or refine them; until then the "
            "number rests on people's grades alone.",
        )
    else:
        judged = rates.judge.n
        if seen.outputs and 1 - judged / seen.outputs > _MOST_MISSING:
            yield Reason(
                weight="care",
                says=f"The chosen set has decided {judged:,} of {seen.outputs:,} outputs.",
                next_step="Run the judges on the rest.",
            )
        yield from _held_out(seen)


def _held_out(seen: _Seen) -> Iterator[Reason]:
    held = (seen.chosen.held_out if seen.chosen else None) or {}
    value, low = held.get("alignment"), held.get("low")
    if value is None or low is None:
        yield Reason(
            weight="care",
            says="How the chosen set does on outputs that it had not seen is not measurable yet.",
            next_step="Grade more, then choose again.",
        )
    elif low < 0.5:
        yield Reason(
            weight="care",
            says=f"On outputs not seen before, the set's alignment is {value:.2f} and may be as low as "
            f"{low:.2f}, no better than a coin; the correction carries the "
            f"number.{_flattered(seen)}",
            next_step="Refine the judges.",
        )
    else:
        yield Reason(
            weight="good",
            says=f"On outputs not seen before, the set's alignment is {value:.2f} (at least "
            f"{low:.2f}).{_flattered(seen)}",
        )


def _flattered(seen: _Seen) -> str:
    """The in-sample figure beside the held-out one, where they are not the same."""
    chosen = seen.chosen
    value = (chosen.held_out or {}).get("alignment") if chosen else None
    if chosen is None or chosen.in_sample is None or value is None or chosen.in_sample - value < LITTLE:
        return ""
    return (
        f" On the grades that it was fitted and chosen on it is {chosen.in_sample:.2f}: that figure flatters."
    )


def _sealed_test(seen: _Seen) -> Iterator[Reason]:
    """The test as it was seen last, against the grades outside it, judge by judge."""
    if seen.test is None or seen.chosen is None:
        return
    on_test = {judge.judge_version_id: judge for judge in seen.test.report.judges}
    pairs = [
        (judge, on_test[judge.judge_version_id])
        for judge in seen.test.outside
        if judge.judge_version_id in on_test
    ]
    if not pairs:
        yield Reason(
            weight="care",
            says=f"The sealed test was last seen on {_day(seen.test)}, with none of the present judges.",
            next_step="`labelcore align --split test` looks at it again, and counts.",
        )
        return
    fallen = [sentence for outside, inside in pairs for sentence in _fallen(outside, inside)]
    shown = _set_on_test(seen, seen.test)
    if fallen:
        yield Reason(
            weight="care",
            says="On the sealed test judges do worse than elsewhere, and not by chance: "
            f"{'; '.join(fallen)}.{shown} Expect the figures of the test.",
            next_step="Refine these judges, or choose again.",
        )
    elif why := next((why for outside, inside in pairs for why in _incomparable(outside, inside)), ""):
        yield Reason(
            weight="care",
            says="Whether the judges do worse on the sealed test than elsewhere cannot be told "
            f"({why}).{shown}",
            next_step="Grade more outputs from other sources.",
        )
    else:
        yield Reason(
            weight="good",
            says=f"On the sealed test, as last seen on {_day(seen.test)}, no judge of the set did worse "
            f"than on the other grades beyond chance.{shown}",
        )


def _rates(outside: JudgeAlignment, inside: JudgeAlignment) -> tuple[tuple[str, Rate, Rate], ...]:
    return (
        ("catches {} of the bad ones", outside.tnr, inside.tnr),
        ("passes {} of the good ones", outside.tpr, inside.tpr),
    )


def _fallen(outside: JudgeAlignment, inside: JudgeAlignment) -> Iterator[str]:
    if outside.against != inside.against:
        return
    for says, elsewhere, there in _rates(outside, inside):
        change = difference(there, elsewhere)
        if change.high is not None and change.high < 0:
            yield f"{inside.judge} {says.format(in_words(there))} there, {in_words(elsewhere)} elsewhere"


def _incomparable(outside: JudgeAlignment, inside: JudgeAlignment) -> Iterator[str]:
    """Why a judge's figures inside and outside cannot be set beside each other."""
    if outside.against != inside.against:
        yield (
            f"there {inside.judge} is measured against {inside.against}, elsewhere against {outside.against}"
        )
    for _, elsewhere, there in _rates(outside, inside):
        change = difference(there, elsewhere)
        if change.value is None:
            yield change.why_not or "it is not measurable there"


def _set_on_test(seen: _Seen, test: SealedView) -> str:
    """What the chosen set itself did there, in counts."""
    then, now = test.report.chosen, seen.chosen
    if then is None or now is None or then.judge_version_ids != now.judge_version_ids:
        return ""
    counts = then.counts
    return (
        f" There the chosen set caught {counts.true_fail} of {counts.human_fails} bad outputs and wrongly "
        f"failed {counts.false_fail} of {counts.human_passes} good ones."
    )


def _stale(seen: _Seen) -> Iterator[Reason]:
    if changed := sorted({judge.criterion for judge in seen.members if judge.stale}):
        yield Reason(
            weight="bad",
            says=f"What is asked has changed since its judge was made: {', '.join(changed)}.",
            next_step="Make and run these judges anew, then choose again.",
        )


def _people(seen: _Seen) -> Iterator[Reason]:
    agreement = seen.report.agreement
    if agreement.alpha is None or agreement.low is None or agreement.high is None:
        yield Reason(
            weight="care",
            says=f"Whether people agree is not measurable: {agreement.why_not}.",
            next_step="Let a second person grade some of the same outputs.",
        )
    elif agreement.alpha < WEAK:
        weight: Weight = "bad" if agreement.high < TOO_WEAK else "care"
        yield Reason(
            weight=weight,
            says=f"People agree weakly: alpha is {agreement.alpha:.2f} ({agreement.low:.2f} to "
            f"{agreement.high:.2f}) on {agreement.n_outputs} outputs.",
            next_step="Settle their conflicts on the Team page, and sharpen the criteria.",
        )
    else:
        yield Reason(
            weight="good",
            says=f"People agree: alpha is {agreement.alpha:.2f} ({agreement.low:.2f} to "
            f"{agreement.high:.2f}) on {agreement.n_outputs} outputs.",
        )


def _sample(seen: _Seen) -> Iterator[Reason]:
    sampling = seen.report.pass_rate.human_sampling
    known = "known probabilities" in sampling and "not" not in sampling.split()[:1]
    says = f"The graded outputs are {sampling}."
    if known:
        yield Reason(weight="good", says=says)
    else:
        yield Reason(
            weight="care", says=says, next_step="Draw a sample on the Sample page and grade all of it."
        )


def _test(seen: _Seen) -> Iterator[Reason]:
    splits = seen.splits
    if splits.spent:
        yield Reason(
            weight="care",
            says=f"The sealed test is spent: {splits.looks} looks, the limit is {splits.limit}.",
            next_step="Begin a fresh test (Alignment page).",
        )
    elif not splits.sealed:
        yield Reason(
            weight="care",
            says="No test is sealed yet; figures come from cross-fitting.",
            next_step="Grade on: it is sealed by itself.",
        )
    else:
        yield Reason(weight="good", says=f"The test is sealed; looks used: {splits.looks} of {splits.limit}.")


def _specification(seen: _Seen) -> Iterator[Reason]:
    gap = seen.court.unclear
    if gap.value is not None and gap.value > GAP:
        yield Reason(
            weight="care",
            says="The specification has a gap: of the ruled conflicts a criterion is unclear in "
            f"{in_words(gap)}.",
            next_step="Edit these criteria (Refine page).",
        )


_CHECKS: tuple[Callable[[_Seen], Iterator[Reason]], ...] = (
    _classes,
    _width,
    _judge,
    _sealed_test,
    _stale,
    _people,
    _sample,
    _test,
    _specification,
)

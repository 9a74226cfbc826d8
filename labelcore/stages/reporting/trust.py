"""Can this number be trusted? One verdict, with every reason for and against it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from labelcore.models import NOTHING, Fact, Frozen, Role, fact
from labelcore.operations import Hidden, operation
from labelcore.stages import projects
from labelcore.stages.aligning import SealedView, align, last_look
from labelcore.stages.aligning.evidence import worth_less
from labelcore.stages.aligning.report import AlignmentReport, JudgeAlignment, SetAlignment
from labelcore.stages.grading import SplitReport, split_report
from labelcore.stages.judging import JudgeSummary, list_judges
from labelcore.stages.refining import Docket, docket
from labelcore.stats.anytime import enough
from labelcore.stats.rate import Rate, difference
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
    says: Fact
    next_step: Fact = NOTHING


class Trust(Frozen):
    """The number that stands for all outputs, and whether it can be trusted.

    ``rate``: the corrected pass rate where it can be had, else people's own; ``method``: where it is from.
    ``enough``: whether the set is good enough yet, by a bound that holds however often somebody looks.
    ``rests_on``: the grades that each kind of figure was read from, and whether they shaped the judges.
    """

    answer: Answer
    headline: Fact
    rate: Rate
    method: Fact
    enough: Fact
    reasons: tuple[Reason, ...]
    rests_on: tuple[Fact, ...] = ()


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


@operation("trust", role=Role.MANAGER)
def trust(workspace: Workspace, *, report: Annotated[AlignmentReport | None, Hidden()] = None) -> Trust:
    """Say whether the pass rate can be trusted, and why."""
    report = report or align(workspace)
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
        test=last_look(workspace),
    )
    reasons = [reason for check in _CHECKS for reason in check(seen)]
    reasons.sort(key=lambda reason: ("bad", "care", "good").index(reason.weight))
    weights = {reason.weight for reason in reasons}
    answer: Answer = "no" if "bad" in weights else "with care" if "care" in weights else "yes"
    headline = fact("trust_unknown", why=rate.why_not)
    if rate.value is not None and rate.low is not None and rate.high is not None:
        code = {"yes": "trust_yes", "with care": "trust_with_care", "no": "trust_no"}[answer]
        headline = fact(code, value=rate.value, low=rate.low, high=rate.high)
    method = fact("corrected_if", assumption=rates.assumption) if corrected else fact("people_alone")
    return Trust(
        answer=answer,
        headline=headline,
        rate=rate,
        method=method,
        enough=_enough(seen),
        reasons=tuple(reasons),
        rests_on=tuple(_rests_on(seen)),
    )


def _reason(weight: Weight, says: Fact, next_step: str = "") -> Reason:
    return Reason(weight=weight, says=says, next_step=fact(next_step))


def _rests_on(seen: _Seen) -> Iterator[Fact]:
    """Which grades each kind of figure was read from."""
    if seen.report.n_grades:
        yield _all_grades(seen)
    held = (seen.chosen.held_out if seen.chosen else None) or {}
    if held.get("n"):
        yield fact("rests_on_held_out", n=held["n"])
    if seen.test:
        by = seen.test.author or fact("somebody")
        yield fact("test_as_seen", author=by, at=seen.test.at, n=seen.test.report.n_grades)
    elif seen.splits.sealed:
        yield fact("test_not_read")


def _all_grades(seen: _Seen) -> Fact:
    n = seen.report.n_grades
    if seen.chosen is None or seen.report.pass_rate.corrected.value is None:
        return fact("rests_on_all", n=n)
    members = set(seen.chosen.judge_version_ids)
    judges = [judge for judge in seen.report.judges if judge.judge_version_id in members]
    shaped = sum(judge.in_sample for judge in judges)
    if not shaped:
        return fact("rests_on_all_unshaped", n=n)
    return fact("rests_on_all_shaped", n=n, shaped=shaped, judges=len(judges))


def _enough(seen: _Seen) -> Fact:
    """Coverage against its limit; the next grades that help are those of failed outputs."""
    if seen.chosen is None:
        return fact("enough_without_set")
    held = seen.chosen.held_out or {}
    coverage, fails, wanted = held.get("coverage"), held.get("effective_fails"), held.get("wanted")
    if coverage is None or fails is None or wanted is None:
        return fact("enough_not_stored")
    answer = enough(math.floor(coverage * fails + 1e-9), fails, wanted)
    answer = answer.followed_by(worth_less(held.get("n_fails", 0), fails))
    return fact("enough_asked", fact("what_helps"), wanted=wanted, answer=answer)


def _classes(seen: _Seen) -> Iterator[Reason]:
    passes = sum(split.passes for split in seen.splits.sizes)
    fails = sum(split.fails for split in seen.splits.sizes)
    rare, n = ("failed" if fails < passes else "passed"), min(passes, fails)
    until = fact(f"grade_until_{rare}", n=FEW_FAILS)
    if not n:
        what = "graded" if not max(passes, fails) else "failed" if passes else "passed"
        yield _reason("bad", fact(f"{what}_none"), "grade_both_kinds")
    elif n < FEW_FAILS:
        much_too_few = n < TOO_FEW_FAILS
        says = fact(f"too_few_{rare}" if much_too_few else f"rarely_{rare}", n=n)
        yield Reason(weight="bad" if much_too_few else "care", says=says, next_step=until)
    else:
        yield _reason("good", fact("both_kinds", passes=passes, fails=fails))


def _width(seen: _Seen) -> Iterator[Reason]:
    rate = seen.rate
    if rate.value is None or rate.low is None or rate.high is None:
        yield _reason("bad", fact("rate_unknown", why=rate.why_not), "grade_and_run")
        return
    width = rate.high - rate.low
    weight: Weight = "bad" if width > TOO_WIDE else "care" if width > WIDE else "good"
    yield _reason(weight, fact("interval_width", points=width * 100), "grade_random" if width > WIDE else "")


def _judge(seen: _Seen) -> Iterator[Reason]:
    rates = seen.report.pass_rate
    if seen.chosen is None:
        yield _reason("care", fact("people_only"), "propose_and_choose")
    elif rates.corrected.value is None:
        yield _reason("care", fact("judges_no_help", why=rates.corrected.why_not), "run_grade_or_refine")
    else:
        judged = rates.judge.n
        if seen.outputs and 1 - judged / seen.outputs > _MOST_MISSING:
            yield _reason("care", fact("outputs_unjudged", judged=judged, n=seen.outputs), "run_the_rest")
        yield _held_out(seen.chosen)


def _held_out(chosen: SetAlignment) -> Reason:
    """The held-out figure, with the in-sample one beside it where they are not the same."""
    held = chosen.held_out or {}
    value, low = held.get("alignment"), held.get("low")
    if value is None or low is None:
        return _reason("care", fact("held_out_unknown"), "grade_and_choose")
    differs = chosen.in_sample is not None and chosen.in_sample - value >= LITTLE
    flattered = fact("flattered", value=chosen.in_sample) if differs else NOTHING
    if low < 0.5:
        return _reason("care", fact("held_out_weak", flattered, value=value, low=low), "refine_judges")
    return _reason("good", fact("held_out_good", flattered, value=value, low=low))


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
    at, shown = seen.test.at, _set_on_test(seen, seen.test)
    if not pairs:
        yield _reason("care", fact("test_of_others", at=at), "look_again")
    elif fallen := [judge for outside, inside in pairs for judge in _fallen(outside, inside)]:
        says = fact("worse_on_test", shown, fact("expect_the_test"), judges=fallen)
        yield _reason("care", says, "refine_or_choose")
    elif why := next((why for outside, inside in pairs for why in _incomparable(outside, inside)), None):
        yield _reason("care", fact("test_incomparable", shown, reason=why), "grade_other_sources")
    else:
        yield _reason("good", fact("as_good_on_test", shown, at=at))


def _fallen(outside: JudgeAlignment, inside: JudgeAlignment) -> Iterator[Fact]:
    if outside.against != inside.against:
        return
    for code, there, elsewhere in (
        ("catches_less", inside.tnr, outside.tnr),
        ("passes_less", inside.tpr, outside.tpr),
    ):
        change = difference(there, elsewhere)
        if change.high is not None and change.high < 0:
            yield fact(code, judge=inside.judge, there=there, elsewhere=elsewhere)


def _incomparable(outside: JudgeAlignment, inside: JudgeAlignment) -> Iterator[Fact]:
    """Why a judge's figures inside and outside cannot be set beside each other."""
    if outside.against != inside.against:
        yield fact("measured_otherwise", judge=inside.judge, there=inside.against, elsewhere=outside.against)
    for there, elsewhere in ((inside.tnr, outside.tnr), (inside.tpr, outside.tpr)):
        change = difference(there, elsewhere)
        if change.value is None:
            yield fact("reason", why=change.why_not or "it is not measurable there")


def _set_on_test(seen: _Seen, test: SealedView) -> Fact:
    """What the chosen set itself did there, in counts."""
    then, now = test.report.chosen, seen.chosen
    if then is None or now is None or then.judge_version_ids != now.judge_version_ids:
        return NOTHING
    counts = then.counts
    fails = {"caught": counts.true_fail, "fails": counts.human_fails}
    return fact("set_on_test", **fails, wrong=counts.false_fail, passes=counts.human_passes)


def _stale(seen: _Seen) -> Iterator[Reason]:
    if changed := sorted({judge.criterion for judge in seen.members if judge.stale}):
        yield _reason("bad", fact("criteria_changed", criteria=changed), "judges_anew")


def _people(seen: _Seen) -> Iterator[Reason]:
    known = seen.report.agreement
    if known.alpha is None or known.low is None or known.high is None:
        yield _reason("care", fact("agreement_unknown", why=known.why_not), "second_person")
        return
    figures = {"alpha": known.alpha, "low": known.low, "high": known.high, "n": known.n_outputs}
    if known.alpha < WEAK:
        weight: Weight = "bad" if known.high < TOO_WEAK else "care"
        yield _reason(weight, fact("agree_weakly", **figures), "settle_conflicts")
    else:
        yield _reason("good", fact("agree", **figures))


def _sample(seen: _Seen) -> Iterator[Reason]:
    rates = seen.report.pass_rate
    says = fact("graded_are", sampling=rates.human_sampling)
    yield _reason("good", says) if rates.well_drawn else _reason("care", says, "draw_a_sample")


def _test(seen: _Seen) -> Iterator[Reason]:
    splits = seen.splits
    looks = {"looks": splits.looks, "limit": splits.limit}
    if splits.spent:
        yield _reason("care", fact("test_spent", **looks), "fresh_test")
    elif not splits.sealed:
        yield _reason("care", fact("test_unsealed"), "grade_on")
    else:
        yield _reason("good", fact("test_sealed", **looks))


def _specification(seen: _Seen) -> Iterator[Reason]:
    gap = seen.court.unclear
    if gap.value is not None and gap.value > GAP:
        yield _reason("care", fact("unclear", share=gap), "edit_criteria")


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

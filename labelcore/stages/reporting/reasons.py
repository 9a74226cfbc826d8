"""What speaks for and against a pass rate: in few words, with the figures behind it and what would help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from labelcore.models import NOTHING, Fact, Frozen, fact
from labelcore.stages.aligning import SealedView
from labelcore.stages.aligning.report import AlignmentReport, JudgeAlignment, PassRates, SetAlignment
from labelcore.stages.grading import Labels, SealedTest
from labelcore.stages.projects import Overview
from labelcore.stats.rate import Rate, difference, more_needed
from labelcore.wording import Wording

Weight = Literal["good", "care", "bad"]
ActionKind = Literal[
    "import",
    "draw",
    "grade",
    "second person",
    "settle",
    "derive",
    "propose",
    "run",
    "remake",
    "choose",
    "refine",
    "look again",
    "fresh test",
    "sharpen",
    "share",
]

FEW_FAILS, TOO_FEW_FAILS = 30, 8
"""Below the first TNR's interval is wide (± 15 points and more); below the second it says nothing."""
WIDE, TOO_WIDE = 0.2, 0.4
"""Widths of the pass rate's 95 % interval."""
WEAK, TOO_WEAK = 0.667, 0.4
"""Krippendorff's (2004) bound for tentative conclusions, and one below which people rather differ."""
GAP = 0.2
LITTLE = 0.02
"""In-sample and held-out figures that differ by less are called the same."""
COIN = 0.5
_MOST_MISSING = 0.05
_DRAWN, _LARGEST_DRAW = 100, 400


class Action(Frozen):
    """What to do next; a page makes it a button, the command line a command. ``n``: of so many outputs;
    ``first``: nothing is graded yet.
    """

    kind: ActionKind
    n: int = 0
    first: bool = False


class Reason(Frozen):
    """One thing that speaks for ("good") or against the number. ``detail``: the figures behind it.

    Without words it counts all the same.
    """

    weight: Weight
    says: Fact
    detail: Fact = NOTHING
    action: Action | None = None


@dataclass(frozen=True)
class ReasonFacts:
    """Everything that the reasons are read from.

    ``stale``: criteria that changed since a judge in use was made; ``unclear``: of rulings, the share on
    unclear criteria. ``unrun``: a judge has outputs left to decide.
    """

    report: AlignmentReport
    labels: Labels
    sealed_test: SealedTest
    stale: list[str]
    unclear: Rate
    counts: Overview
    test: SealedView | None
    unrun: bool

    @property
    def rates(self) -> PassRates:
        """The pass rates."""
        return self.report.pass_rate

    @property
    def chosen(self) -> SetAlignment | None:
        """The chosen set, if it has judges."""
        alignment = self.report.chosen
        return alignment if alignment and alignment.judges else None

    @property
    def complete(self) -> bool:
        """Whether people graded every output."""
        return self.rates.human_sampling.code == "everything"

    @property
    def left(self) -> int:
        """How many outputs nobody has graded as a whole."""
        return self.counts.left

    @property
    def n_labels(self) -> int:
        """How many outputs have a label as a whole."""
        return len(self.labels.value)

    @cached_property
    def draw(self) -> Action:
        """A draw of as many outputs as bring the interval within its limit; grading where none is left."""
        human = self.rates.human
        passes = round((human.value or 0.0) * human.n)
        more = more_needed(passes, human.n, WIDE / 2) or _DRAWN
        n = min(max(more, _DRAWN // 2), _LARGEST_DRAW, self.left)
        return Action(kind="draw", n=n, first=not self.counts.graded) if n > 0 else GRADE

    @property
    def more(self) -> Action:
        """What brings a figure where there is none: other outputs once all of these are graded."""
        return self.draw if self.left else Action(kind="import")


GRADE = Action(kind="grade")


def reasons(facts: ReasonFacts) -> list[Reason]:
    """All that is found, the worst first."""
    every = [reason for check in _CHECKS for reason in check(facts)]
    return sorted(every, key=lambda reason: ("bad", "care", "good").index(reason.weight))


def _sample(facts: ReasonFacts) -> Iterator[Reason]:
    """How the graded outputs were picked."""
    if not facts.n_labels:
        return
    detail, n = fact("graded_are", sampling=facts.rates.human_sampling), facts.n_labels
    if facts.rates.well_drawn:
        yield Reason(
            weight="good", says=fact(f"sampled_{facts.rates.human_sampling.code}", n=n), detail=detail
        )
    else:
        yield Reason(weight="care", says=fact("sampled_by_hand"), detail=detail, action=facts.draw)


def _classes(facts: ReasonFacts) -> Iterator[Reason]:
    """Passes and fails, of which there must be some each."""
    passes, fails = len(facts.labels.passes), len(facts.labels.fails)
    rare, n = ("failed" if fails < passes else "passed"), min(passes, fails)
    if not n:
        if max(passes, fails):  # where nothing is graded, the headline says it
            yield Reason(
                weight="bad", says=fact("failed_none" if passes else "passed_none"), action=facts.more
            )
    elif n < FEW_FAILS:
        bad = n < TOO_FEW_FAILS
        says, detail = (
            fact(f"too_few_{rare}" if bad else f"rarely_{rare}", n=n),
            fact("grade_until", n=FEW_FAILS),
        )
        yield Reason(
            weight="bad" if bad else "care",
            says=says,
            detail=detail,
            action=facts.more if bad else facts.draw,
        )
    else:
        yield Reason(weight="good", says=fact("both_kinds", passes=passes, fails=fails))


def _width(facts: ReasonFacts) -> Iterator[Reason]:
    """How wide the interval is."""
    rate = facts.rates.first
    if rate.value is None or rate.low is None or rate.high is None:
        yield Reason(weight="bad", says=NOTHING, action=facts.more)  # the headline says it
        return
    if facts.complete:
        return
    width = rate.high - rate.low
    weight: Weight = "bad" if width > TOO_WIDE else "care" if width > WIDE else "good"
    says = fact({"good": "surely", "care": "widely", "bad": "too_widely"}[weight], points=width * 100)
    yield Reason(weight=weight, says=says, action=None if weight == "good" else facts.draw)


def _people(facts: ReasonFacts) -> Iterator[Reason]:
    """How far people agree."""
    agreement, ceiling = facts.report.agreement, facts.report.ceiling
    between = ceiling.between_people.value if ceiling else None
    if agreement.alpha is None or agreement.low is None or agreement.high is None:
        detail = fact("agreement_unknown", why=agreement.why_not)
        if facts.n_labels:
            yield Reason(
                weight="care",
                says=fact("nobody_to_compare"),
                detail=detail,
                action=Action(kind="second person"),
            )
        return
    figures = {
        "alpha": agreement.alpha,
        "low": agreement.low,
        "high": agreement.high,
        "n": agreement.n_outputs,
    }
    weight: Weight = "good" if agreement.alpha >= WEAK else "bad" if agreement.high < TOO_WEAK else "care"
    word = "agree" if weight == "good" else "differ"
    says = fact(f"graders_{word}")
    if between is not None:
        says = fact(f"people_{word}_on", share=between, n=agreement.n_outputs)
    yield Reason(
        weight=weight,
        says=says,
        detail=fact("agree" if weight == "good" else "agree_weakly", **figures),
        action=None if weight == "good" else Action(kind="settle"),
    )


def _judges(facts: ReasonFacts) -> Iterator[Reason]:
    """The chosen judges on outputs that they had not seen: each must reach its limit."""
    if facts.chosen is None:
        if facts.n_labels:
            yield Reason(weight="good", says=fact("people_only"))
        return
    yield _limits(facts.chosen, facts.left)
    yield _together(facts.chosen)
    if facts.rates.rests_on_judges:
        n_judged, n = facts.rates.judge.n, facts.counts.outputs
        if n and 1 - n_judged / n > _MOST_MISSING:
            says = fact("outputs_unjudged" if facts.unrun else "outputs_undecided", judged=n_judged, n=n)
            yield Reason(weight="care", says=says, action=Action(kind="run") if facts.unrun else None)
    elif facts.rates.well_drawn and facts.rates.corrected.value is None:
        says, detail = fact("judges_no_help"), fact("because", why=facts.rates.corrected.why_not)
        yield Reason(weight="good", says=says, detail=detail)


def _limits(alignment: SetAlignment, left: int) -> Reason:
    if not alignment.members or alignment.unseen is None:
        choose = Action(kind="choose")
        return Reason(
            weight="care", says=fact("judges_unknown"), detail=fact("enough_not_stored"), action=choose
        )
    each = [member for member in (*alignment.members, alignment.unseen) if not member.is_enough]
    weak = {member.judge_version_id for member in alignment.members if not member.is_enough}
    first, *rest = (member.says for member in alignment.members)
    detail = first.followed_by(*rest)
    if not each:
        return Reason(weight="good", says=fact("judges_enough", n=len(alignment.members)), detail=detail)
    n_wanted = min(left, max(member.to_grade for member in each))
    help_most = Action(kind="draw", n=n_wanted) if n_wanted else Action(kind="refine")
    many = len(alignment.members)
    says = fact("judge_weak" if many == 1 else "judges_weak", n=len(weak), judges=many)
    return Reason(weight="care", says=says if weak else fact("set_weak"), detail=detail, action=help_most)


def _together(alignment: SetAlignment) -> Reason:
    """The held-out figure of the set, with the in-sample one beside it where they are not the same."""
    figures = alignment.held_out or {}
    value, low = figures.get("alignment"), figures.get("low")
    if value is None or low is None:
        choose = Action(kind="choose")
        return Reason(weight="care", says=fact("set_unknown"), detail=fact("held_out_unknown"), action=choose)
    differs = alignment.in_sample is not None and alignment.in_sample - value >= LITTLE
    flattered = fact("flattered", value=alignment.in_sample) if differs else NOTHING
    if low < COIN:
        detail = fact("held_out_weak", flattered, value=value, low=low)
        return Reason(
            weight="care", says=fact("set_like_a_coin"), detail=detail, action=Action(kind="refine")
        )
    detail = fact("held_out_good", flattered, value=value, low=low)
    return Reason(weight="good", says=fact("set_holds"), detail=detail)


def _sealed_test(facts: ReasonFacts) -> Iterator[Reason]:
    """The test as it was seen last, against the grades outside it, judge by judge."""
    if facts.test is None or facts.chosen is None:
        return
    on_test = {judge.judge_version_id: judge for judge in facts.test.report.judges}
    pairs = [
        (judge, on_test[judge.judge_version_id])
        for judge in facts.test.outside
        if judge.judge_version_id in on_test
    ]
    at, comparison = facts.test.at, _set_on_test(facts, facts.test)
    if not pairs:
        again = Action(kind="look again")
        yield Reason(
            weight="care", says=fact("test_unread"), detail=fact("test_of_others", at=at), action=again
        )
    elif fallen := [judge for outside, inside in pairs for judge in _fallen(outside, inside)]:
        detail = fact("worse_on_test", comparison, fact("expect_the_test"), judges=fallen)
        yield Reason(weight="care", says=fact("test_worse"), detail=detail, action=Action(kind="refine"))
    elif why := next((why for outside, inside in pairs for why in _incomparable(outside, inside)), None):
        detail = fact("test_incomparable", comparison, reason=why)
        yield Reason(weight="care", says=fact("test_untold"), detail=detail, action=facts.draw)
    else:
        yield Reason(
            weight="good", says=fact("test_as_good"), detail=fact("as_good_on_test", comparison, at=at)
        )


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
            yield fact("reason", why=change.why_not or Wording("it is not measurable there"))


def _set_on_test(facts: ReasonFacts, test: SealedView) -> Fact:
    """What the chosen set itself did there, in counts."""
    then, now = test.report.chosen, facts.chosen
    if then is None or now is None or then.judge_version_ids != now.judge_version_ids:
        return NOTHING
    counts = then.counts
    fails = {"caught": counts.true_fail, "fails": counts.human_fails}
    return fact("set_on_test", **fails, wrong=counts.false_fail, passes=counts.human_passes)


def _stale(facts: ReasonFacts) -> Iterator[Reason]:
    """Judges of another version of their criterion."""
    if facts.stale:
        weight: Weight = "bad" if facts.rates.rests_on_judges else "care"
        says = fact("criteria_changed", criteria=facts.stale)
        yield Reason(weight=weight, says=says, action=Action(kind="remake"))


def _test(facts: ReasonFacts) -> Iterator[Reason]:
    """The sealed test, which judges are measured on."""
    looks = {"looks": facts.sealed_test.looks, "limit": facts.sealed_test.limit}
    if facts.sealed_test.spent:
        renewal = Action(kind="fresh test")
        yield Reason(
            weight="care", says=fact("test_seen_often"), detail=fact("test_spent", **looks), action=renewal
        )
    elif facts.sealed_test.sealed:
        yield Reason(weight="good", says=fact("test_kept"), detail=fact("test_sealed", **looks))
    elif facts.chosen:
        yield Reason(weight="good", says=fact("judges_cross_fitted"), detail=fact("test_unsealed"))


def _specification(facts: ReasonFacts) -> Iterator[Reason]:
    gap = facts.unclear
    if gap.value is not None and gap.value > GAP:
        yield Reason(
            weight="care",
            says=fact("criteria_unclear", share=gap.value, n=gap.n),
            detail=fact("unclear", share=gap),
            action=Action(kind="sharpen"),
        )


_CHECKS: tuple[Callable[[ReasonFacts], Iterator[Reason]], ...] = (
    _sample,
    _stale,
    _judges,
    _people,
    _classes,
    _width,
    _sealed_test,
    _test,
    _specification,
)
"""In this order they stand among those of the same weight."""

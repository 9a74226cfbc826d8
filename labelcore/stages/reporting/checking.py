"""The gate: a judge or the pass rate against its limits, closed by significance, never by noise.

A figure is below its limit when its whole 95 % interval is. A figure that is below in value only is
said, and passes. What cannot be measured does not pass, because nothing would be checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Fact, Frozen, JudgeVersion, Role, fact, now
from labelcore.operations import NotAnOption, operation
from labelcore.stages.aligning import align
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stages.grading import sealed_splits, sealed_test
from labelcore.stages.judging import find_judge, list_judges
from labelcore.stages.reporting.card import (
    NO_LIMITS,
    CardFile,
    CardSplit,
    GateLimits,
    JudgeCard,
    LimitOptions,
    WantedSplit,
    label_set,
    prompt_hash,
)
from labelcore.stages.reporting.trust import Trust, trust
from labelcore.stats.rate import Rate, difference
from labelcore.workspace import Workspace

State = Literal["holds", "below, not significantly", "warns", "fails"]


class Check(Frozen):
    """One thing that was checked."""

    name: str
    state: State
    says: Fact


class GateReport(Frozen):
    """Everything that was checked; ``passes`` only if nothing fails.

    ``trust``: what stands behind a pass rate of all grades; None where none was asked for.
    """

    split: CardSplit
    checks: tuple[Check, ...]
    trust: Trust | None = None

    @property
    def passes(self) -> bool:
        """Whether the gate is open."""
        return all(check.state != "fails" for check in self.checks)

    @property
    def exit_code(self) -> int:
        """Of the command."""
        return 0 if self.passes else 1

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {"passes": self.passes, **dict(self)}


@operation("check", role=Role.MANAGER, signed=True)
def check(
    workspace: Workspace,
    *,
    card: Annotated[CardFile | None, Field(description="A judge's card to check against.")] = None,
    judge: Annotated[str | None, Field(description="A judge's name or id.")] = None,
    split: WantedSplit = None,
    limits: LimitOptions = NO_LIMITS,
    today: Annotated[date | None, NotAnOption()] = None,
) -> GateReport:
    """The gate for CI: exit 1 when a judge or the pass rate is below its limit, and not by chance.

    Limits given here count before those of the card. Without a split, the card's is used; else a
    judge is checked on the sealed test where there is one, and everything else on all grades.

    Raises:
        BadInput: there is nothing to check.
        NotFound: there is no such judge.
    """
    limits_now = _limits_now(card, judge, limits)
    word = judge or (card.judge_id if card else None)
    version = find_judge(workspace, word) if word else None
    sealed = "test" in sealed_splits(workspace)
    default: CardSplit = "test" if sealed and version else "all"
    split_name: CardSplit = split or (card.split if card else default)
    report = align(workspace, split=split_name, judge=version.id if version else None)
    checks = [
        *(_of_card(workspace, card, version, today or now().date()) if card and version else ()),
        *_of_limits(report, limits_now, has_judge=version is not None),
        *(_since_card(card, report) if card else ()),
        *([_look(workspace)] if sealed and split_name == "test" else ()),
    ]
    whole = trust(workspace) if limits_now.pass_rate is not None and split_name == "all" else None
    if whole and whole.rate.value is not None:
        checks.append(_of_trust(whole))
    return GateReport(split=split_name, checks=tuple(checks), trust=whole)


def _limits_now(card: JudgeCard | None, judge: str | None, limits: LimitOptions) -> GateLimits:
    """Those given now, and the card's where none is."""
    card_limits = card.limits.model_dump() if card else {}
    limits_now = GateLimits.model_validate(card_limits | limits.limits.model_dump(exclude_none=True))
    if card is None and limits_now == GateLimits():
        raise BadInput(
            "There is nothing to check.",
            next_step="Give --card FILE, or limits such as --judge NAME --min-tnr 0.8 or "
            "--min-pass-rate 0.7.",
        )
    if judge is None and card is None and (limits_now.tpr is not None or limits_now.tnr is not None):
        raise BadInput("A limit of TPR or TNR needs a judge.", next_step="Give --judge NAME or --card FILE.")
    return limits_now


def _of_trust(whole: Trust) -> Check:
    """A pass rate that is not to be used does not close the gate: that is said beside it."""
    says = fact(f"rate_trusted_{whole.answer.replace(' ', '_')}", *(reason.says for reason in whole.reasons))
    return Check(name="trust", state="holds" if whole.answer == "yes" else "warns", says=says)


def _of_card(workspace: Workspace, card: JudgeCard, version: JudgeVersion, today: date) -> Iterator[Check]:
    """Whether the card still speaks of what is there."""
    if prompt_hash(version) != card.prompt_hash:
        says = fact("other_judge", now=version.version, then=card.judge_version)
        yield Check(name="judge", state="fails", says=says)
    else:
        yield Check(name="judge", state="holds", says=fact("same_judge"))
    summary = next(judge for judge in list_judges(workspace) if judge.judge_version_id == version.id)
    if summary.stale:
        says = fact("criterion_changed", criterion=summary.criterion)
        yield Check(name="criterion", state="fails", says=says)
    if today > card.valid_until:
        says = fact("card_expired", until=card.valid_until)
        yield Check(name="valid until", state="fails", says=says)
    labels = label_set(workspace, version.criterion_id)
    if labels.hash != card.labels.hash:
        says = fact("other_grades", now=labels.n, then=card.labels.n)
        yield Check(name="grades", state="holds", says=says)


def _of_limits(report: AlignmentReport, gate: GateLimits, *, has_judge: bool) -> Iterator[Check]:
    if has_judge:
        judge = report.judges[0]
        for name, rate, limit in (("TPR", judge.tpr, gate.tpr), ("TNR", judge.tnr, gate.tnr)):
            if limit is not None:
                figure = fact("figure_of", figure=name, judge=judge.judge)
                yield _against(f"{name} of {judge.judge}", figure, rate, limit)
    if gate.pass_rate is not None:
        of = report.pass_rate.of
        name = "Pass rate of the graded outputs" if of == "graded" else "Pass rate of all outputs"
        yield _against(name, fact(f"rate_of_{of}"), report.pass_rate.first, gate.pass_rate)


def _against(name: str, figure: Fact, rate: Rate, limit: float) -> Check:
    if rate.value is None or rate.high is None:
        return Check(name=name, state="fails", says=fact("limit_unknown", figure=figure, rate=rate))
    says = fact("against_limit", figure=figure, rate=rate, limit=limit)
    if rate.high < limit:
        return Check(name=name, state="fails", says=says.followed_by(fact("surely_below")))
    if rate.value < limit:
        says = says.followed_by(fact("perhaps_below"))
        return Check(name=name, state="below, not significantly", says=says)
    return Check(name=name, state="holds", says=says)


def _look(workspace: Workspace) -> Check:
    """What this check cost: each new state of the figures is a look at the sealed test."""
    test = sealed_test(workspace)
    says = fact("looks", looks=test.looks, limit=test.limit)
    if not test.spent:
        return Check(name="sealed test", state="holds", says=says)
    return Check(name="sealed test", state="warns", says=says.followed_by(fact("looks_spent")))


def _since_card(card: JudgeCard, report: AlignmentReport) -> Iterator[Check]:
    """Whether a figure fell since the card was made; a fall that independent shares would show is one."""
    alignment = report.judges[0]
    for name, then, present in (("TPR", card.tpr, alignment.tpr), ("TNR", card.tnr, alignment.tnr)):
        change = difference(present, then)
        if change.high is not None and change.high < 0:
            says = fact("fell", figure=name, then=then, now=present)
            yield Check(name=f"{name} since the card", state="fails", says=says)

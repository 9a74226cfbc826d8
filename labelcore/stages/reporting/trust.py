"""One answer to "how good are the outputs, and can that be said?", computed once for all who show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from labelcore.models import OVERALL, Fact, Frozen, Role, fact
from labelcore.operations import NotAnOption, operation
from labelcore.stages import projects
from labelcore.stages.aligning import align, last_look
from labelcore.stages.aligning.measuring import chosen_judges
from labelcore.stages.aligning.report import AlignmentReport, Of
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import human_labels, sealed_test
from labelcore.stages.judging import is_anything_left
from labelcore.stages.judging.keeping.versions import Staleness
from labelcore.stages.refining import docket
from labelcore.stages.reporting.reasons import GRADE, Action, Reason, ReasonFacts, reasons
from labelcore.stats.rate import Rate, proportion
from labelcore.store.settling import court
from labelcore.workspace import Workspace, remembered

Answer = Literal["yes", "with care", "no"]
_MOST = 3


class Trust(Frozen):
    """The number that stands first, whether it can be trusted, at most three reasons, one thing to do next.

    ``of``: what it is a number of, ``outputs`` of them; ``method``: where it is from. ``others``: the
    reasons that are not among the three. ``enough``: whether the set is good enough yet, by a bound that
    holds however often somebody looks. ``rests_on``: the grades that each kind of figure was read from, and
    whether they shaped the judges.
    """

    answer: Answer
    headline: Fact
    rate: Rate
    of: Of
    outputs: int
    method: Fact
    reasons: Annotated[tuple[Reason, ...], Field(max_length=_MOST)]
    action: Action
    others: tuple[Reason, ...]
    enough: Fact
    rests_on: tuple[Fact, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether people graded every output, so that nothing is estimated."""
        return self.headline.code == "good_of_every"


@operation("trust", role=Role.MANAGER)
def trust(workspace: Workspace, *, report: Annotated[AlignmentReport | None, NotAnOption()] = None) -> Trust:
    """Say how many outputs are good, whether that can be trusted, why, and what to do next."""
    return _trust(workspace, report) if report else _trust_now(workspace)


@remembered
def _trust_now(workspace: Workspace) -> Trust:
    return _trust(workspace, align(workspace, set="chosen"))


def _trust(workspace: Workspace, report: AlignmentReport) -> Trust:
    labels = human_labels(workspace)
    facts = ReasonFacts(
        report=report,
        labels=labels,
        sealed_test=sealed_test(workspace, labels),
        unclear=_unclear(workspace),
        stale=_stale(workspace),
        counts=projects.overview(workspace),
        test=last_look(workspace),
        unrun=is_anything_left(workspace),
    )
    all_reasons, rates = reasons(facts), report.pass_rate
    told = [reason for reason in all_reasons if reason.says]
    weights = {reason.weight for reason in all_reasons}
    return Trust(
        answer="no" if "bad" in weights else "with care" if "care" in weights else "yes",
        headline=_headline(facts),
        rate=rates.first,
        of=rates.of,
        outputs=_outputs(facts),
        method=_method(facts),
        reasons=tuple(told[:_MOST]),
        action=_next(facts, all_reasons),
        others=tuple(told[_MOST:]),
        enough=_enough(facts),
        rests_on=tuple(_rests_on(facts)),
    )


def _outputs(facts: ReasonFacts) -> int:
    """How many outputs the number is of; where none is graded as a whole, those graded on criteria."""
    return facts.counts.outputs if facts.rates.of == "everything" else facts.n_labels or facts.report.n_grades


def _headline(facts: ReasonFacts) -> Fact:
    rate, of = facts.rates.first, "every" if facts.complete else facts.rates.of
    if rate.value is None or rate.low is None or rate.high is None:
        return fact("good_unknown_yet", why=rate.why_not)
    return fact(f"good_of_{of}", n=_outputs(facts), value=rate.value, low=rate.low, high=rate.high)


def _method(facts: ReasonFacts) -> Fact:
    if facts.rates.rests_on_judges:
        return fact("corrected_if", assumption=facts.rates.assumption)
    return fact("people_alone")


def _stale(workspace: Workspace) -> list[str]:
    """The criteria that changed since a judge in use was made."""
    criteria = {criterion.id: criterion.name for criterion in list_criteria(workspace)}
    staleness = Staleness(workspace)
    stale = (judge for judge in chosen_judges(workspace) if staleness.reasons(judge))
    return sorted({criteria.get(judge.criterion_id or "", OVERALL) for judge in stale})


def _unclear(workspace: Workspace) -> Rate:
    """Of what was ruled on, the share that no judge can decide: nothing is read where nobody ruled."""
    if not court.current(workspace.db, workspace.project.id):
        return proportion(0, 0, what="ruled conflicts")
    return docket(workspace).unclear


def _next(facts: ReasonFacts, all_reasons: list[Reason]) -> Action:
    """What helps most: against what makes the number unusable, else the next step of the loop once notes say
    what fails, else against what asks for care. Grading helps only where something is left to grade.
    """
    if not facts.counts.outputs:
        return Action(kind="import")
    if facts.labels.only_on_criteria:  # judges of criteria need no grade of the whole, a set of them does
        step = _step(facts)
        return GRADE if step.kind == "choose" else step
    if not facts.n_labels:
        return _first_grades(facts)
    helpful = [
        (reason.weight, reason.action)
        for reason in all_reasons
        if reason.action and (facts.left or reason.action != GRADE)
    ]
    if against := next((action for weight, action in helpful if weight == "bad"), None):
        return against
    notes = facts.labels.noted(None).notes
    if not facts.chosen and any(notes.get(output_id) for output_id in facts.labels.fails):
        return _step(facts)
    return next((action for _, action in helpful), None) or _step(facts)


def _first_grades(facts: ReasonFacts) -> Action:
    """What brings a first pass or fail: where people were unsure of everything, somebody else sees it, or the
    criteria have to say more.
    """
    if facts.left:
        return GRADE if facts.counts.samples and not facts.counts.graded else facts.draw
    return Action(kind="second person" if facts.counts.annotators < 2 else "sharpen")


def _step(facts: ReasonFacts) -> Action:
    """The next step of the loop, after grading."""
    counts = facts.counts
    if not counts.criteria_accepted:
        return Action(kind="derive")
    if not counts.verdicts:
        return Action(kind="run" if facts.unrun else "propose")
    return Action(kind="share" if facts.chosen else "choose")


def _rests_on(facts: ReasonFacts) -> Iterator[Fact]:
    """Which grades each kind of figure was read from."""
    if facts.n_labels:
        yield _all_grades(facts)
    if n := len(facts.labels.conflicts):
        yield fact("rests_not_on_conflicts", n=n)
    figures = (facts.chosen.held_out if facts.chosen else None) or {}
    if figures.get("n"):
        yield fact("rests_on_held_out", n=figures["n"])
    if facts.test:
        by = facts.test.author or fact("somebody")
        yield fact("test_as_seen", author=by, at=facts.test.at, n=facts.test.report.n_grades)
    elif facts.sealed_test.sealed:
        yield fact("test_not_read")


def _all_grades(facts: ReasonFacts) -> Fact:
    n = facts.n_labels
    if facts.chosen is None or not facts.rates.rests_on_judges:
        return fact("rests_on_all", n=n)
    members = set(facts.chosen.judge_version_ids)
    judges = [judge for judge in facts.report.judges if judge.judge_version_id in members]
    shaped = sum(judge.in_sample for judge in judges)
    if not shaped:
        return fact("rests_on_all_unshaped", n=n)
    return fact("rests_on_all_shaped", n=n, shaped=shaped, judges=len(judges))


def _enough(facts: ReasonFacts) -> Fact:
    """Whether the set as a whole catches enough; of one judge it is that judge's answer."""
    if facts.chosen is None:
        return fact("enough_without_whole" if facts.labels.only_on_criteria else "enough_without_set")
    if facts.chosen.unseen is None:
        return fact("enough_not_stored")
    return fact("enough_asked", wanted=facts.chosen.unseen.wanted, answer=facts.chosen.unseen.answer)

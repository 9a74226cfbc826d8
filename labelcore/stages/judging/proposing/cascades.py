"""Cascades: set from grades, run step by step, with what they save and what is left to people."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from labelcore.arrays import Bools
from labelcore.errors import BadInput
from labelcore.judges.cascade_steps import CascadeThreshold, Demand, decides, fit_first, fit_then
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.cascade import CascadeKind, CascadeSpec, describe, rule_words
from labelcore.models import OVERALL, Fact, Frozen, JudgeVersion, Role, fact
from labelcore.operations import Effect, operation
from labelcore.stages import grading
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import fitting_labels, fitting_splits, human_labels
from labelcore.stages.judging.keeping.versions import JudgeDraft, continued
from labelcore.stages.judging.proposing.subjects import Subject, subject_of
from labelcore.stages.judging.running.cascades import parts, run_missing, votes_of
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.stats.rate import Rate, proportion
from labelcore.store import judges as judge_table, outputs as output_table, verdicts as verdict_table
from labelcore.workspace import Workspace

_CHUNK = 2_000


class StepShare(Frozen):
    """How many outputs one step decides, and how many of the graded ones it gets wrong."""

    who: str
    outputs: int
    error: Rate
    rule: str


class CascadeReport(Frozen):
    """What a cascade does on the outputs that its first judge has seen.

    ``asked``: on how many the second judge must be asked, of ``outputs``; ``cost_each`` is what one
    of its verdicts cost so far in US$, ``saved_usd`` what is saved against asking it everywhere.
    ``people``: how many outputs wait for a person, ``ungraded`` those of them without a grade.
    """

    judge: str
    judge_version_id: str
    name: str
    error: float
    confidence: float
    outputs: int
    steps: tuple[StepShare, ...]
    all_decided: StepShare
    people: int
    ungraded: tuple[str, ...]
    asked: int
    saved_calls: int
    cost_each: float | None
    saved_usd: float | None
    curve: tuple[CascadeThreshold, ...]
    at: float | None
    warnings: tuple[Fact, ...]


class HandOver(Frozen):
    """The outputs that a judge leaves to people, now first in the queue."""

    judge: str
    name: str
    output_ids: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return self.model_dump(exclude={"name"})


@operation("judge cascade", role=Role.ENGINEER, effect=Effect.GRADUAL)
def make(
    workspace: Workspace,
    first: JudgeVersion,
    then: JudgeVersion,
    *,
    criterion: str | None = None,
    error: Annotated[float, Field(gt=0, lt=1)] = 0.05,
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = 0.95,
) -> CascadeReport:
    """Ask a cheap judge first, another where it is not sure, a person where neither is.

    Both judges run on the graded outputs where they have not: the second one only where the first
    is not sure.

    Raises:
        BadInput: the judges do not fit, or there are no grades of both kinds.
    """
    subject = _asked(workspace, criterion)
    _check(subject, first, then, error, confidence)
    ids, fails = list(subject.fails), np.array(list(subject.fails.values()), dtype=bool)
    options = RunOptions()
    run_missing(workspace, first, ids, options)
    votes = votes_of(workspace.db, first, ids)
    if np.isnan(votes.sure).all():
        raise BadInput(
            "'{name}' gives no probabilities, so nobody knows where it is sure.",
            next_step="Put a learned judge first: `labelcore judge propose --kind learned`.",
            name=first.name,
        )
    first_step, curve = fit_first(votes, fails, Demand(first.id, first.name, error, confidence))
    undecided = ~decides(first_step, votes)
    rest = list(itertools.compress(ids, undecided))
    run_missing(workspace, then, rest, options)
    demand = Demand(then.id, then.name, error, confidence)
    asked = votes_of(workspace.db, then, rest)
    second_step = fit_then(asked, votes.words[undecided], fails[undecided], demand)
    spec = CascadeSpec(error=error, confidence=confidence, first=first_step, then=second_step, curve=curve)
    name, known_by = f"{subject.name} · cascade", f"{workspace.project.id}|{first.criterion_id}|cascade"
    content, splits = spec.model_dump(mode="json"), fitting_splits(workspace)
    draft = JudgeDraft(
        CascadeKind.stored, name, content, describe(spec), splits, workspace.person, known_by=known_by
    )
    version = continued(workspace.db, draft.version(workspace.project, subject.criterion))
    judge_table.save(workspace.db, [version])
    return report(workspace, version)


def _asked(workspace: Workspace, criterion: str | None) -> Subject:
    target = None if criterion in {None, OVERALL} else find_criterion(workspace, criterion or "")
    return subject_of(target, fitting_labels(workspace))


def _check(
    subject: Subject, first: JudgeVersion, then: JudgeVersion, error: float, confidence: float
) -> None:
    if not 0 < error < 1 or not 0.5 <= confidence < 1:
        raise BadInput("The error lies between 0 and 1, the confidence between 0.5 and 1.")
    if first.id == then.id:
        raise BadInput("A cascade needs two different judges.")
    criterion_id = subject.criterion.id if subject.criterion else None
    for judge in (first, then):
        if kind_of(judge).composed:
            raise BadInput(
                "'{name}' is a cascade itself.",
                next_step="Name the judges that it is made of.",
                name=judge.name,
            )
        if judge.criterion_id != criterion_id:
            raise BadInput(
                "'{name}' does not decide '{criterion}'.",
                next_step="Name two judges of the same criterion.",
                name=judge.name,
                criterion=subject.name,
            )
    if len(set(subject.fails.values())) < 2:
        raise BadInput(
            "There are not both passes and fails of '{name}' yet.", next_step="Grade on.", name=subject.name
        )


@operation("judge cascade report", role=Role.MANAGER)
def report(workspace: Workspace, judge: JudgeVersion) -> CascadeReport:
    """Show who decides how much in a cascade, with which error, and what it saves."""
    spec, first, then = parts(workspace.db, judge)
    table = verdict_table.values(workspace.db, [first.id])
    ids = sorted(table["output_id"])
    first_votes, then_votes = votes_of(workspace.db, first, ids), votes_of(workspace.db, then, ids)
    by_first = decides(spec.first, first_votes)
    by_then = ~by_first & decides(spec.then, then_votes, first_votes.words)
    by_second = ~by_first if spec.then.rule != "never" else np.zeros(len(ids), dtype=bool)
    people = ~by_first & ~by_then & ~(by_second & (then_votes.words == ""))
    labels = _asked(workspace, judge.criterion_id).fails
    has_label = np.array([output_id in labels for output_id in ids], dtype=bool)
    fails = np.array([labels.get(output_id, False) for output_id in ids], dtype=bool)

    wrong = np.where(by_first, first_votes.wrong(fails), then_votes.wrong(fails))
    cost = verdict_table.mean_cost(workspace.db, then.id) if kind_of(then).needs_model else None
    graded = human_labels(workspace).graded_for(judge.criterion_id)
    return CascadeReport(
        judge=judge.judge_id,
        judge_version_id=judge.id,
        name=judge.name,
        error=spec.error,
        confidence=spec.confidence,
        outputs=len(ids),
        steps=(
            _share(first.name, by_first, has_label, wrong, rule_words(spec.first)),
            _share(then.name, by_then, has_label, wrong, rule_words(spec.then)),
        ),
        all_decided=_share("both", by_first | by_then, has_label, wrong, ""),
        people=int(people.sum()),
        ungraded=tuple(key for key in itertools.compress(ids, people) if key not in graded),
        asked=int(by_second.sum()),
        saved_calls=len(ids) - int(by_second.sum()),
        cost_each=cost,
        saved_usd=None if cost is None else cost * (len(ids) - int(by_second.sum())),
        curve=spec.curve,
        at=spec.first.at,
        warnings=tuple(_warnings(workspace, spec, (first, then), labels)),
    )


def _share(who: str, where: Bools, has_label: Bools, wrong: Bools, rule: str) -> StepShare:
    """What is decided, shape (n,), with the error among what people graded."""
    checked = where & has_label
    error = proportion(
        int((wrong & checked).sum()), int(checked.sum()), what="graded outputs that it decides"
    )
    return StepShare(who=who, outputs=int(where.sum()), error=error, rule=rule)


def _warnings(
    workspace: Workspace, spec: CascadeSpec, judges: Sequence[JudgeVersion], labels: dict[str, bool]
) -> Iterator[Fact]:
    idle = [step.name for step in (spec.first, spec.then) if step.rule == "never"]  # the steps say why
    if idle:
        both = fact("both", first=idle[0], second=idle[-1])
        yield fact("idle_steps", judges=both if len(idle) > 1 else idle[0])
    current = {judge.judge_id: judge for judge in judge_table.current(workspace.db, workspace.project.id)}
    for judge in judges:
        if judge.judge_id in current and current[judge.judge_id].id != judge.id:
            yield fact("newer_version", judge=judge.name)
    groups = output_table.groups_of(workspace.db, list(labels))
    if len(set(groups.values())) < 0.9 * len(groups):
        yield fact("shared_sources")


@operation("judge ask-people", role=Role.ENGINEER, effect=Effect.WRITES)
def hand_to_people(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    limit: Annotated[int, Field(ge=1, le=1000, description="At most so many.")] = 50,
) -> HandOver:
    """Put ungraded outputs on which a judge abstains first in the queue for grading.

    What was picked by hand before stays before them.

    Raises:
        BadInput: there is no such output.
    """
    graded = human_labels(workspace).graded_for(judge.criterion_id)
    ids: list[str] = []
    start = 0
    while len(ids) < limit and (page := verdict_table.page(workspace.db, judge.id, "abstain", _CHUNK, start)):
        ids += [verdict.output_id for verdict in page if verdict.output_id not in graded]
        start += len(page)
    if not ids:
        raise BadInput(
            "'{name}' leaves no ungraded output to people.",
            next_step="Run it first: labelcore judge run --judge '{name}'.",
            name=judge.name,
        )
    grading.review(workspace, list(dict.fromkeys([*workspace.project.rules.review, *ids[:limit]])))
    return HandOver(judge=judge.judge_id, name=judge.name, output_ids=tuple(ids[:limit]))

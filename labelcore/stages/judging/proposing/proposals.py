"""Candidate judges for each accepted criterion and for the overall grade, and what is said where none beats a
constant.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from labelcore.errors import BadInput
from labelcore.judges import fitted_proposals
from labelcore.judges.calibration import HIGHEST, Aim
from labelcore.judges.cross_fitting import FEW
from labelcore.judges.features import GradedRows, TrainingData
from labelcore.judges.fitted_proposals import LEARNED_FROM, CandidateOrder, HeldOutCounts, JudgeProposal
from labelcore.judges.judge_prompt import AskingOptions
from labelcore.judges.kinds import kind_named, known_word
from labelcore.judges.kinds.check import CheckKind
from labelcore.judges.kinds.code import CodeKind
from labelcore.judges.kinds.feedback import FeedbackKind
from labelcore.judges.kinds.learned import LearnedKind
from labelcore.judges.kinds.llm import LlmKind
from labelcore.llm import client_for
from labelcore.models import OVERALL, Fact, JudgeVersion, fact
from labelcore.operations import Options
from labelcore.settings import Endpoint, settings
from labelcore.stages.deriving.clauses import grounded
from labelcore.stages.deriving.editing import LIMITS, list_criteria, risk_of
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import fitting_labels, fitting_splits
from labelcore.stages.importing import feedback
from labelcore.stages.judging.keeping import schemas
from labelcore.stages.judging.keeping.binding import endpoint_named
from labelcore.stages.judging.keeping.versions import JudgeDraft, stored
from labelcore.stages.judging.proposing import teaching
from labelcore.stages.judging.proposing.checks import CheckWriter
from labelcore.stages.judging.proposing.subjects import (
    Subject,
    data_about,
    field_data_of,
    subject_of,
    topics_of,
    train_ids,
    training_data_of,
    ungraded,
    whole_of,
)
from labelcore.stages.judging.proposing.teaching import KEPT, SHOWN
from labelcore.stats.threads import one_thread
from labelcore.store import outputs as output_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace


class ProposalOrder(Options):
    """What judges are proposed for, and of which kinds; what is not given stands for all of it."""

    criterion: str | None = Field(default=None, description="Only for this criterion.")
    kind: Annotated[str, AfterValidator(known_word)] | None = Field(
        default=None, description="code, llm, learned or feedback"
    )
    offline: bool = Field(default=False, description="Without any model.")
    limit: int = Field(default=3, ge=1, description="At most so many for a criterion.")
    min_coverage: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Learned judges: the share of bad outputs that they should find."
    )
    max_ffr: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Learned judges: the most good outputs that they may fail."
    )
    seed: int = Field(default=0, ge=0, lt=2**63)
    probability: bool = Field(default=False, description="LLM judges give the probability of pass too.")
    endpoint: str | None = Field(default=None, description="LLM judges ask this endpoint.")
    variant: Literal["plain", "strict", "steps"] = Field(
        default="plain", description="LLM judges: what the prompt stresses."
    )
    examples: Annotated[int, Field(ge=0, le=KEPT)] | None = Field(
        default=None, description="LLM judges: at most so many examples of each verdict."
    )


EVERY_CRITERION, OFFLINE = ProposalOrder(), ProposalOrder(offline=True)


@dataclass(frozen=True)
class ProposalReport:
    """Judges as they are stored, what each does on held-out grades (by judge), what could not be used, and
    where nothing holds up or nobody can tell yet.
    """

    versions: list[JudgeVersion]
    held_out: dict[str, HeldOutCounts] = field(default_factory=dict)
    remarks: list[Wording] = field(default_factory=list)
    nothing: list[Fact] = field(default_factory=list)


def propose(workspace: Workspace, order: ProposalOrder = OFFLINE) -> list[JudgeVersion]:
    """Propose candidates and store them as judges; what is there already stays as it is.

    Raises:
        BadInput: a kind was asked for that cannot be had.
    """
    return propose_all(workspace, order).versions


@one_thread()
def propose_all(workspace: Workspace, order: ProposalOrder) -> ProposalReport:
    """The same, with what is to be said of them. Asked for code judges with a model, the model writes checks
    too.

    Raises:
        BadInput: a kind was asked for that cannot be had.
    """
    kind = kind_named(order.kind) if order.kind else None
    model_at_hand = not order.offline and settings().has_model
    if kind and kind.needs_model and not model_at_hand:
        raise BadInput(
            "LLM judges need a model.",
            next_step="Set LABELCORE_MODEL with a key or a base URL, and leave --offline out.",
        )
    if kind is FeedbackKind:
        return ProposalReport(_of_users(workspace))
    proposer = _Proposer(workspace, order)
    subjects = proposer.subjects(order.criterion)
    for_models = subjects if model_at_hand else []
    report = ProposalReport([])
    if not kind or not kind.needs_model:
        report = proposer.fitted(subjects)
    if not kind or kind.needs_model:
        report.versions.extend(proposer.asking(subject, report.remarks) for subject in for_models)
    if kind and kind.written_by_model:
        criteria = [subject for subject in for_models if subject.criterion]
        report.versions.extend(proposer.written(criteria, report.remarks))
    helped = {subject.name for subject in for_models}
    nothing = told_together(report.nothing, helped)
    return replace(report, versions=stored(workspace, report.versions), nothing=nothing)


def _of_users(workspace: Workspace) -> list[JudgeVersion]:
    with workspace.db.writing() as cursor:
        versions = feedback.settle(workspace, cursor)
    if not versions:
        raise BadInput(
            "There is no user feedback whose meaning is known.",
            next_step="Import some: labelcore import FILE --map id=COLUMN --feedback thumbs=COLUMN.",
        )
    return versions


def learned_again(workspace: Workspace, criterion_id: str | None, aim: Aim) -> list[JudgeVersion]:
    """The learned judge of one criterion (None: of the overall grade) from the grades as they are."""
    order = ProposalOrder(kind=LearnedKind.stored, offline=True, **aim.model_dump())
    proposer = _Proposer(workspace, order)
    return stored(workspace, proposer.fitted(proposer.subjects(criterion_id or OVERALL)).versions)


class _Proposer:
    """Makes judges from the grades as they are; nothing is stored."""

    def __init__(self, workspace: Workspace, order: ProposalOrder) -> None:
        self._workspace, self._project, self._order = workspace, workspace.project, order
        self._labels = fitting_labels(workspace)

    def subjects(self, name: str | None) -> list[Subject]:
        """What judges are proposed for: all that is accepted and the overall grade, or what is named."""
        if name is None:
            accepted = list_criteria(self._workspace, status="accepted")
        else:
            criteria = [] if name == OVERALL else [find_criterion(self._workspace, name)]
            accepted = grounded(self._workspace, criteria)
        subjects = [subject_of(criterion, self._labels) for criterion in accepted]
        if name in {None, OVERALL}:
            accepted_now = list_criteria(self._workspace, status="accepted")
            subjects.append(
                replace(subject_of(None, self._labels), whole=whole_of(self._project, accepted_now))
            )
        return subjects

    def fitted(self, subjects: Sequence[Subject]) -> ProposalReport:
        """The judges of each subject that need no model and hold up, and the one of the schema."""
        tell, seed = self._workspace.progress, self._order.seed
        outputs = list(output_table.many(self._workspace.db, sorted(self._labels.graded)).values())
        outputs += ungraded(self._workspace, seed)
        data, report = training_data_of(self._workspace, outputs, self._labels), ProposalReport([])
        made: list[tuple[Subject, str, list[JudgeProposal]]] = []
        for number, subject in enumerate(subjects):
            tell(number, len(subjects), f"fitting judges for {subject.name}")
            pointer = self._pointer(subject)
            fields = field_data_of(outputs, pointer) if pointer else data
            visible = data_about(fields, self._labels, subject.criterion_id)
            proposals = fitted_proposals.propose(visible, self._graded(visible, subject), self._for(subject))
            made.append((subject, pointer, proposals))
        kept = iter(fitted_proposals.distinct([proposed for of, _, proposed in made if of.criterion]))
        for subject, pointer, proposed in made:
            proposals = next(kept) if subject.criterion else proposed
            for proposal in proposals:
                version = self._version(subject, proposal, pointer)
                report.versions.append(version)
                report.held_out[version.judge_id] = proposal.held_out
            report.nothing.extend(lacks(subject, proposals))
        schema = self._project.settings.json_schema
        schema_wanted = self._order.kind in {None, CodeKind.stored}
        if schema and schema_wanted and any(subject.criterion is None for subject in subjects):
            report.versions.append(schemas.schema_judge(self._workspace, schema))
        tell(len(subjects), len(subjects), "done")
        return report

    def _version(self, subject: Subject, proposal: JudgeProposal, pointer: str) -> JudgeVersion:
        judge = proposal.judge
        spec, says = judge.of_field(pointer) if pointer else (dict(judge.content), judge.describe())
        from_notes = subject.notes_words if judge.learns else ""
        description = " ".join(filter(None, (says, from_notes, proposal.why)))
        draft = JudgeDraft(judge.stored, proposal.name, spec, description, fitting_splits(self._workspace))
        return draft.version(self._project, subject.criterion)

    def _for(self, subject: Subject) -> CandidateOrder:
        order = self._order
        aim, quotes = self._aim_of(subject), subject.quotes
        return CandidateOrder(subject.name, order.limit, order.kind, order.seed, aim, quotes)

    def asking(self, subject: Subject, remarks: list[Wording]) -> JudgeVersion:
        """One LLM judge, shown examples of the train split only; a remark says where they are one-sided."""
        asking = self._asking
        notes = self._labels.noted(subject.criterion_id).notes
        spec = teaching.specify(self._workspace, subject, notes, asking)
        if pointer := self._pointer(subject):
            spec |= {"field": pointer}
        name = f"{subject.name} · {asking.model}{self._marks}"
        description: str = LlmKind(spec).describe()
        if asking.shown and (one_sided := teaching.one_sided(subject, spec)):
            remarks.append(Wording("{name}: {why}", name=subject.name, why=one_sided))
            description = f"{description} {one_sided[0].upper()}{one_sided[1:]}"
        draft = JudgeDraft(LlmKind.stored, name, spec, description, ("train",))
        return draft.version(self._project, subject.criterion)

    @cached_property
    def _endpoint(self) -> Endpoint:
        return endpoint_named(self._order.endpoint) if self._order.endpoint else settings().default_endpoint

    @cached_property
    def _asking(self) -> AskingOptions:
        order, endpoint = self._order, self._endpoint
        return AskingOptions(
            endpoint.model,
            shown=SHOWN if order.examples is None else order.examples,
            probability=order.probability,
            variant=order.variant,
            endpoint=order.endpoint or "",
            address=endpoint.address,
        )

    @property
    def _marks(self) -> str:
        """What stands behind the model's name, so that judges that are asked otherwise stand beside it."""
        order = self._order
        marks = [order.endpoint or "", "" if order.variant == "plain" else order.variant]
        marks += [] if order.examples is None else [f"examples: {order.examples}"]
        return f" ({', '.join(filter(None, marks))})" if any(marks) else ""

    def written(self, subjects: Sequence[Subject], remarks: list[Wording]) -> list[JudgeVersion]:
        """Checks that a model wrote, shown grades of the train split only."""
        versions = []
        for number, subject in enumerate(subjects):
            self._workspace.progress(
                number, len(subjects), Wording("the model writes checks for {name}", name=subject.name)
            )
            ids = train_ids(self._workspace, subject.fails)
            texts = output_table.many(self._workspace.db, ids)
            writer = CheckWriter(subject, [texts[i] for i in ids], self._labels, self._pointer(subject))
            writer.write(client_for(self._endpoint))
            remarks += writer.remarks
            for check, spec in writer.checks:
                says = f"Written by {self._endpoint.model}: {CheckKind(spec).describe()}"
                draft = JudgeDraft("code", f"{subject.name} · {check.name}", spec, says, ("train",))
                versions.append(draft.version(self._project, subject.criterion))
        return versions

    def _pointer(self, subject: Subject) -> str:
        return self._project.settings.fields.get(subject.criterion.id, "") if subject.criterion else ""

    def _aim_of(self, subject: Subject) -> Aim:
        """What is asked for, else what the risk asks for where somebody said what is at risk."""
        aim = Aim(min_coverage=self._order.min_coverage, max_ffr=self._order.max_ffr)
        risk = risk_of(subject.criterion, self._project)
        if aim != HIGHEST or (risk == "medium" and not (subject.criterion and subject.criterion.risk)):
            return aim
        return Aim(min_coverage=LIMITS[risk].min_coverage, max_ffr=LIMITS[risk].max_false_failure_rate)

    def _graded(self, data: TrainingData, subject: Subject) -> GradedRows:
        rows = {output_id: row for row, output_id in enumerate(data.table.ids)}
        ids = [output_id for output_id in subject.fails if output_id in rows]
        fails = [subject.fails[output_id] for output_id in ids]
        topics = None if subject.criterion else topics_of(self._workspace, ids)
        places = np.array([rows[output_id] for output_id in ids], dtype=int)
        return GradedRows(places, np.array(fails, dtype=bool), topics)


TELLING = 12  # so many failing grades tell a useful judge from a constant answer
_OPEN = "not_measurable_yet"
_TOGETHER = "next_to_no_fails"


def lacks(subject: Subject, proposals: Sequence[JudgeProposal]) -> Iterator[Fact]:
    """That no candidate holds up, or that of one nobody can tell yet."""
    name, fails, n = Wording(subject.name), sum(subject.fails.values()), len(subject.fails)
    for proposal in proposals:
        if proposal.held_out.is_open:
            yield fact("not_measurable_yet", name=name, n=n, more=FEW - n, counts=proposal.held_out.words)
    if proposals:
        return
    if fails < LEARNED_FROM:
        yield fact("next_to_no_fails", names=[name], n=1, more=TELLING - fails)
    elif fails == n:
        yield fact("no_graded_passes", name=name, n=fails, more=TELLING)
    else:
        yield fact("nothing_holds_up", name=name, n=fails, more=max(TELLING - fails, math.ceil(fails / 2)))


def told_together(every: Sequence[Fact], helped: Collection[str]) -> list[Fact]:
    """Without those for which a model's judge is proposed; those with next to no fails in one sentence."""
    few = [lack for lack in every if lack.code == _TOGETHER]
    names = [name for lack in few for name in lack.values["names"] if name not in helped]
    found = [
        lack
        for lack in every
        if lack.code != _TOGETHER and (lack.code == _OPEN or lack.values["name"] not in helped)
    ]
    if names:
        more = max(lack.values["more"] for lack in few)
        quoted = [Wording("“{name}”", name=name) for name in names]
        found.append(fact("next_to_no_fails", names=quoted, n=len(names), more=more))
    return found

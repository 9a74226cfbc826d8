"""Learned judges made again as grades arrive, and what they look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges import explaining
from labelcore.judges.calibration import HIGHEST, Reliability
from labelcore.judges.explaining import Explanation, Weight
from labelcore.judges.fields import at_pointer
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.learned import LearnedKind, digest, told
from labelcore.judges.learned_model import too_few
from labelcore.models import Fact, Frozen, JudgeVersion, Output, Role, fact
from labelcore.operations import Effect, operation
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import Labels, fitting_labels
from labelcore.stages.judging.proposing.proposals import learned_again
from labelcore.stages.judging.proposing.subjects import Subject, note_of, subject_of, topics_of
from labelcore.store import Database, judges as judge_table, outputs as output_table, vectors
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_UNHELD = Wording("made from the grades as they are, it would be no better than a constant answer")


class Freshness(Frozen):
    """How many grades a learned judge was made from, and how many came or changed since.

    ``why_not`` says why it cannot be made again here; None where it can.
    """

    judge: str
    judge_version_id: str
    name: str
    made_from: int
    since: int
    changed: bool
    why_not: Wording | None = None

    @property
    def says(self) -> Fact:
        """The same in words."""
        if self.why_not:
            return fact("stays_as_it_is", judge=self.name, why=self.why_not)
        if not self.changed:
            return fact("no_grades_since", judge=self.name, n=self.made_from)
        code = "grades_since" if self.since else "notes_since"
        return fact(code, judge=self.name, n=self.made_from, since=self.since)


class Retraining(Frozen):
    """One learned judge before and after; ``version`` is the old one where nothing changed."""

    before: Freshness
    version: JudgeVersion
    new: bool

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        now = {"new": self.new, "judge_version_id": self.version.id, "version": self.version.version}
        return self.before.model_dump(mode="json") | now

    @property
    def says(self) -> Fact:
        """The same in words."""
        if not self.new:
            return self.before.says
        now = len(LearnedKind(self.version.spec).spec.cross_fitted)
        return self.before.says.followed_by(fact("made_anew", version=self.version.version, n=now))


class ExplainedOutput(Explanation):
    """What tells in one output, with its id."""

    output_id: str


class LearnedReport(Frozen):
    """What a learned judge looks at (in one output too where asked), and how far to believe it."""

    fresh: Freshness
    weights: tuple[Weight, ...]
    reliability: Reliability
    output: ExplainedOutput | None = None


def freshness(workspace: Workspace, versions: Sequence[JudgeVersion]) -> list[Freshness]:
    """How fresh each of the learned judges among the versions is."""
    learned = [version for version in versions if kind_of(version).learns]
    if not learned:
        return []
    labels = fitting_labels(workspace)
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    subjects: dict[str | None, Subject] = {None: subject_of(None, labels)}
    subjects |= {key: subject_of(criterion, labels) for key, criterion in criteria.items()}
    return [_freshness(workspace, version, subjects.get(version.criterion_id), labels) for version in learned]


def _freshness(
    workspace: Workspace, version: JudgeVersion, subject: Subject | None, labels: Labels
) -> Freshness:
    spec = LearnedKind(version.spec).spec
    crossed, failed = spec.cross_fitted, spec.failed
    pointer = workspace.project.settings.fields.get(version.criterion_id or "")
    moved = bool(version.fitted_on) and spec.field != pointer
    fails = subject.fails if subject else {}
    if pointer:  # a judge of one field learns from no output without it
        outputs = output_table.many(workspace.db, list(fails))
        fails = {key: bad for key, bad in fails.items() if at_pointer(outputs[key], pointer)}
    since = sum(
        output_id not in crossed or (failed is not None and bad != (output_id in failed))
        for output_id, bad in fails.items()
    )
    since += sum(output_id not in fails for output_id in crossed)
    topics = None if version.criterion_id else topics_of(workspace, list(fails))
    notes = told([note_of(labels, output_id, version.criterion_id) for output_id in fails], topics)
    made_of = digest(zip(fails, fails.values(), notes, strict=True))
    return Freshness(
        judge=version.judge_id,
        judge_version_id=version.id,
        name=version.name,
        made_from=len(crossed),
        since=since,
        changed=moved or made_of != spec.digest,
        why_not=_why_not(version, subject),
    )


def _why_not(version: JudgeVersion, subject: Subject | None) -> Wording | None:
    if not version.fitted_on:
        return Wording("it came by file")
    if subject is None:
        return Wording("its criterion is gone")
    return too_few(np.array(list(subject.fails.values()), dtype=bool))


@operation("judge retrain", role=Role.ENGINEER, effect=Effect.GRADUAL, listed_as="judges")
def retrain(
    workspace: Workspace,
    *,
    judge: Annotated[JudgeVersion | None, Field(description="Only this judge.")] = None,
) -> list[Retraining]:
    """Make learned judges again where grades changed; the others keep their version.

    Raises:
        BadInput: the judge is not a learned one, or there is none.
    """
    current = [judge] if judge else judge_table.current(workspace.db, workspace.project.id)
    versions = [version for version in current if kind_of(version).learns]
    if judge and not versions:
        raise BadInput(
            "'{name}' is a {kind} judge.",
            next_step="Only learned judges are made from grades again.",
            name=judge.name,
            kind=judge.kind,
        )
    if not versions:
        raise BadInput("There is no learned judge.", next_step="Run `labelcore judge propose`.")
    states = freshness(workspace, versions)
    pairs = zip(versions, states, strict=True)
    due = [version for version, state in pairs if state.changed and not state.why_not]
    new_by_judge: dict[str, JudgeVersion] = {}
    ids, judge_ids = {version.id for version in due}, {version.judge_id for version in due}
    aims = {version.criterion_id: LearnedKind(version.spec).spec.aim or HIGHEST for version in due}
    remade: set[str] = set()
    for criterion_id, aim in aims.items():
        again = learned_again(workspace, criterion_id, aim)
        remade |= {new.judge_id for new in again}
        new_by_judge |= {
            new.judge_id: new for new in again if new.id not in ids and new.judge_id in judge_ids
        }
    unheld = judge_ids - remade
    return [
        Retraining(
            before=state.model_copy(update={"why_not": _UNHELD}) if state.judge in unheld else state,
            version=new_by_judge.get(version.judge_id, version),
            new=version.judge_id in new_by_judge,
        )
        for version, state in zip(versions, states, strict=True)
    ]


@operation("judge explain", role=Role.MANAGER)
def explain(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    output: Annotated[Output | None, Field(description="What tells in this output.")] = None,
) -> LearnedReport:
    """Show what a learned judge looks at, and how far its probabilities can be believed.

    Raises:
        BadInput: it is not a learned judge.
    """
    learned = _learned_judge(judge)
    why_not = Wording("it was made before probabilities were calibrated, or elsewhere")
    return LearnedReport(
        fresh=freshness(workspace, [judge])[0],
        weights=tuple(explaining.weights(learned)),
        reliability=learned.spec.reliability or Reliability(n=0, fails=0, why_not=why_not),
        output=explain_output(workspace.db, judge, output) if output else None,
    )


def explain_output(db: Database, judge: JudgeVersion, output: Output) -> ExplainedOutput:
    """What tells in one output for a learned judge; the vectors of its sentences are kept."""
    explanation = explaining.explain(_learned_judge(judge), output, vectors.embedder(db))
    return ExplainedOutput(output_id=output.id, **dict(explanation))


def _learned_judge(version: JudgeVersion) -> LearnedKind:
    judge = kind_of(version)
    if isinstance(judge, LearnedKind):
        return judge
    raise BadInput(
        "'{name}' is a {kind} judge.",
        next_step="Its description and its reasons say what it looks at.",
        name=version.name,
        kind=version.kind,
    )

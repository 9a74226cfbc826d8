"""Choose the judge set, with honest figures beside the flattering ones, and record it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcore.errors import BadInput
from labelcore.judges import set_search
from labelcore.judges.candidates import Candidate, FixedCandidate, Refitting, Target
from labelcore.judges.fitted_proposals import LEARNED_FROM
from labelcore.judges.held_out import METHOD, Grades
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.learned import LearnedKind, LearnedSpec
from labelcore.judges.training_data import TrainingData
from labelcore.models import NOTHING, Criterion, Fact, JudgeVersion, Role, fact
from labelcore.operations import Effect, operation
from labelcore.stages.aligning.choice import AS_USUAL, ChoiceOptions, ChoiceReport
from labelcore.stages.aligning.enough import HeldOutJudge, held_out_judge, worth
from labelcore.stages.aligning.evidence import Evidence, evidence_of
from labelcore.stages.aligning.measuring import measure_set, set_words, votes_on
from labelcore.stages.deriving import list_criteria, wanted_coverage
from labelcore.stages.deriving.editing import LIMITS
from labelcore.stages.grading import Labels, fitting_labels, fitting_splits
from labelcore.stages.judging import active_judges, find_judge
from labelcore.stages.judging.proposing.subjects import subject_of
from labelcore.stages.judging.proposing.training import training_data_of
from labelcore.stats.selection import LARGEST
from labelcore.stats.set_wish import MUST, SHOULD, Wish
from labelcore.store import audit
from labelcore.store import judges as judge_table
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


_MOST_LEARNED = 3
_FEW = 40
_COIN = 0.5  # the most that failing outputs at random can reach


@operation("choose", role=Role.ENGINEER, effect=Effect.GRADUAL, signed=True)
def choose(workspace: Workspace, *, options: ChoiceOptions = AS_USUAL) -> ChoiceReport:
    """Choose the set of judges, cross-fitted, and record it.

    The procedure is measured by a nested split.

    Without ``min_coverage``, what the risk of the criteria asks for is held against the set.

    Raises:
        BadInput: there are no grades of both kinds, no judge with verdicts on graded outputs, or a
            judge that must be in has none.
        NotFound: there is no judge of a name in ``must_include``.
    """
    import pandas as pd

    tell = workspace.progress
    labels = _of_both_kinds(fitting_labels(workspace))
    needed = [find_judge(workspace, word) for word in options.must_include]
    versions = _worth_choosing_from(active_judges(workspace), {version.id for version in needed})
    votes = votes_on(workspace.db, versions) if versions else pd.DataFrame()
    labels = labels.only(_decided(labels, needed, votes))
    tell(0, 2, "comparing judges on outputs that they were not fitted on")
    material = _Material(workspace, versions, votes, labels)
    wish = _wish(workspace, versions, needed, options.max_ffr, options.min_coverage)
    found = material.searched(wish, options.seed, options.seconds)
    tell(1, 2, "recording the choice")
    min_coverage = options.min_coverage
    if min_coverage is None:
        min_coverage = wanted_coverage(list_criteria(workspace), workspace.project)
    asked = _Asked(options.max_ffr, min_coverage, tuple(version.name for version in needed))
    report = _record(_Chosen(material, [versions[j] for j in found.members], found, asked))
    tell(2, 2, "done")
    return report


def _of_both_kinds(labels: Labels) -> Labels:
    if not labels.passes or not labels.fails:
        missing = "failed" if labels.passes else "passed" if labels.fails else "graded"
        raise BadInput(
            f"No output has been {missing} yet, so judges cannot be told apart.",
            next_step="Grade on until there are some passes and some fails.",
        )
    return labels


def _decided(labels: Labels, needed: Sequence[JudgeVersion], votes: pd.DataFrame) -> set[str]:
    """The graded outputs that a judge has a verdict on."""
    ids = [output_id for output_id in labels.value if output_id in votes.index]
    if not ids:
        raise BadInput(
            "No judge has a verdict on a graded output.", next_step="Run `judge propose`, then `judge run`."
        )
    if not votes.loc[ids].isin(["pass", "fail"]).any(axis=None):
        raise BadInput(
            "Every judge abstains on every graded output, so none can be chosen.",
            next_step="Refine the judges, or propose others.",
        )
    _check_needed(needed, votes, ids)
    return set(ids)


@dataclass(frozen=True)
class _Material:
    """What a set is chosen from: judges, their verdicts, and people's grades."""

    workspace: Workspace
    versions: Sequence[JudgeVersion]
    votes: pd.DataFrame
    labels: Labels

    @cached_property
    def evidence(self) -> Evidence:
        """Sources and weights of the graded outputs."""
        return evidence_of(self.workspace, self.labels.value)

    def searched(self, wish: Wish, seed: int, seconds: float) -> set_search.Choice:
        """The choice on the labelled outputs, in the order of the labels."""
        human_fails = np.array([not passed for passed in self.labels.value.values()], dtype=bool)
        outputs = output_table.many(self.workspace.db, list(self.labels.value))
        graded = [outputs[output_id] for output_id in self.labels.value]
        data = training_data_of(self.workspace, graded, self.labels)
        candidates = candidates_of(self.workspace, self.versions, self.votes, data, self.labels)
        weights = self.evidence.weights if self.evidence.uneven else None
        grades = Grades.of(human_fails, data.groups, weights)
        return set_search.choose(candidates, grades, wish, seed=seed, seconds=seconds)


@dataclass(frozen=True)
class _Asked:
    """What the person asked of the set."""

    max_ffr: float
    min_coverage: float | None
    must_include: tuple[str, ...]


def _worth_choosing_from(versions: Sequence[JudgeVersion], needed: Collection[str]) -> list[JudgeVersion]:
    """All but the learned judges of rare criteria: refitting each one many times takes long."""
    learned = {
        v.id: (v.criterion_id, judge.spec) for v in versions if isinstance(judge := kind_of(v), LearnedKind)
    }
    enough = [key for key, judge in learned.items() if _enough(*judge)]
    enough.sort(key=lambda key: (learned[key][0] is not None, -len(learned[key][1].cross_fitted)))
    kept = {*enough[:_MOST_LEARNED], *needed}
    return [version for version in versions if version.id not in learned or version.id in kept]


def _enough(criterion_id: str | None, spec: LearnedSpec) -> bool:
    """The overall grade's learned judge, or one of a criterion with so many fails."""
    return criterion_id is None or spec.failed is None or len(spec.failed) >= LEARNED_FROM


def _check_needed(needed: Sequence[JudgeVersion], votes: pd.DataFrame, ids: list[str]) -> None:
    for version in needed:
        if version.id not in votes.columns or votes[version.id].reindex(ids).isna().all():
            raise BadInput(
                f"'{version.name}' must be in the set, but it has no verdict on a graded output.",
                next_step="Run it with `judge run`, or choose without it.",
            )


def _wish(
    workspace: Workspace,
    versions: Sequence[JudgeVersion],
    needed: Sequence[JudgeVersion],
    max_ffr: float,
    min_coverage: float | None,
) -> Wish:
    """Severity and limit of each judge's criterion; a judge of the whole output is a must."""
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    judged = [criteria.get(version.criterion_id or "") for version in versions]
    wanted = {version.id for version in needed}
    return Wish(
        min_coverage=min_coverage or 0.0,
        max_ffr=max_ffr,
        most=LARGEST,
        must_include=tuple(j for j, version in enumerate(versions) if version.id in wanted),
        severity=tuple(
            SHOULD if criterion and criterion.severity == "should" else MUST for criterion in judged
        ),
        criterion=tuple(criterion.name if criterion else None for criterion in judged),
        default=tuple(
            j for j, version in enumerate(versions) if kind_of(version).learns and not version.criterion_id
        ),
        limits={criterion.name: criterion.max_false_failure_rate for criterion in judged if criterion},
    )


def candidates_of(
    workspace: Workspace,
    versions: Sequence[JudgeVersion],
    votes: pd.DataFrame,
    data: TrainingData,
    labels: Labels,
) -> list[Candidate]:
    """The judges as candidates that can be fitted again on some of the data, in their order."""
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    groups: dict[str | None, Refitting] = {}  # judges of one criterion are fitted together
    found: list[Candidate] = []
    for version in versions:
        criterion = criteria.get(version.criterion_id or "")
        if version.criterion_id not in groups:
            groups[version.criterion_id] = Refitting(data, _target(criterion, data, labels))
        refitting = groups[version.criterion_id]
        again = kind_of(version).candidate(refitting) if version.fitted_on else None
        found.append(again or _fixed(version, votes, data))
    return found


def _fixed(version: JudgeVersion, votes: pd.DataFrame, data: TrainingData) -> Candidate:
    words = votes[version.id].reindex(list(data.table.ids))
    return FixedCandidate((words == "fail").to_numpy(dtype=bool))


def _target(criterion: Criterion | None, data: TrainingData, labels: Labels) -> Target:
    """The criterion's grades on the data; outputs that say nothing about it are not known."""
    fails = subject_of(criterion, labels).fails
    ids = data.table.ids
    return Target(
        fails=np.array([fails.get(i, False) for i in ids], dtype=bool),
        known=np.array([i in fails for i in ids], dtype=bool),
    )


@dataclass(frozen=True)
class _Chosen:
    """The chosen judges, with what they were chosen from and for."""

    material: _Material
    members: Sequence[JudgeVersion]
    found: set_search.Choice
    asked: _Asked

    def in_sample(self) -> dict[str, Any]:
        """What the set does on the outputs that it was chosen on."""
        labels = self.material.labels
        words = set_words(self.material.votes, [version.id for version in self.members])
        measured = measure_set(self.members, words, labels, evidence=self.material.evidence)
        return {
            "coverage": measured.coverage.value,
            "coverage_low": measured.coverage.low,
            "coverage_high": measured.coverage.high,
            "false_failure_rate": measured.false_failure_rate.value,
            "false_failure_rate_low": measured.false_failure_rate.low,
            "false_failure_rate_high": measured.false_failure_rate.high,
            "alignment": measured.alignment,
            "n": measured.counts.n,
            "weighted": measured.document()["weighted"],
        }

    def held_out(self) -> dict[str, Any]:
        """The held-out figures with the grades that they rest on, and what these are worth."""
        evidence, project = self.material.evidence, self.material.workspace.project
        _, fails = worth(evidence, np.zeros(len(evidence.ids), dtype=bool))
        return self.found.held_out.model_dump() | {
            "method": METHOD,
            "n": self.found.held_out.outputs,
            "n_fails": len(self.material.labels.fails),
            "interval_of": "what this set does on fresh outputs",
            "effective_fails": fails,
            "wanted": self.asked.min_coverage or LIMITS[project.risk].min_coverage,
        }

    def each(self) -> list[HeldOutJudge]:
        """The members one by one, by their cross-fitted votes."""
        workspace, labels = self.material.workspace, self.material.labels
        criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
        return [
            held_out_judge(
                workspace,
                version.name,
                version.id,
                criteria.get(version.criterion_id or ""),
                dict(zip(labels.value, self.found.failed[:, at].tolist(), strict=True)),
                labels,
            )
            for at, version in enumerate(self.members)
        ]

    def warnings(
        self, in_sample: dict[str, Any], held_out: dict[str, Any], splits: Sequence[str]
    ) -> list[Fact]:
        """What a reader must know beside the figures."""
        program = self.found.program
        written = [self.found.cut_short, *(program.unmet if program else ())]
        return [
            *(fact("as_written", words=words) for words in written if words),
            *self._of_grades(splits),
            *self._of_figures(in_sample, held_out),
            *_unknown(self.members, self.material.votes, self.material.labels),
        ]

    def _of_grades(self, splits: Sequence[str]) -> Iterator[Fact]:
        labels = self.material.labels
        if len(labels.value) < _FEW:
            yield fact("few_grades", n=len(labels.value), fails=len(labels.fails))
        if "test" in splits:
            yield fact("no_sealed_test")

    def _of_figures(self, in_sample: dict[str, Any], held_out: dict[str, Any]) -> Iterator[Fact]:
        if not self.members:
            yield fact("empty_set")
        low, wrong = held_out["low"], in_sample["false_failure_rate"]
        if self.members and low is not None and low <= _COIN:
            yield fact("no_better_than_a_coin", coin=_COIN)
        if wrong is not None and wrong > self.asked.max_ffr:
            yield fact("false_failures", limit=self.asked.max_ffr, rate=wrong)
        coverage, wanted = held_out["coverage"], self.asked.min_coverage
        if wanted is not None and coverage is None:
            yield fact("coverage_unknown", wanted=wanted)
        elif wanted is not None and coverage < wanted:
            yield fact("coverage_low", rate=coverage, wanted=wanted)


def _record(chosen: _Chosen) -> ChoiceReport:
    workspace, labels, asked = chosen.material.workspace, chosen.material.labels, chosen.asked
    held_out, in_sample = chosen.held_out(), chosen.in_sample()
    optimism = None
    if in_sample["alignment"] is not None and held_out["alignment"] is not None:
        optimism = in_sample["alignment"] - held_out["alignment"]
    splits, program = fitting_splits(workspace), chosen.found.program
    gap = program.gap if program else None
    figures = {
        "in_sample": in_sample,
        "held_out": held_out,
        "n_grades": len(labels.value),
        "members": [member.model_dump(mode="json") for member in chosen.each()],
    }
    ids = [version.id for version in chosen.members]
    parameters = asdict(asked) | {"fitted_on": list(splits), "gap": gap}
    db, project_id = workspace.db, workspace.project.id
    choice = judge_table.save_choice(db, project_id, ids, parameters, figures, workspace.person)
    audit.note(db, project_id, workspace.person, "chose set", choice, judges=ids)
    return ChoiceReport(
        choice=choice,
        judges=tuple(version.name for version in chosen.members),
        judge_version_ids=tuple(ids),
        n_grades=len(labels.value),
        n_fails=len(labels.fails),
        in_sample=in_sample,
        held_out=held_out,
        optimism=optimism,
        warnings=tuple(chosen.warnings(in_sample, held_out, splits)),
        gap=gap,
        **asdict(asked),
    )


def _unknown(members: Sequence[JudgeVersion], votes: pd.DataFrame, labels: Labels) -> Iterator[Fact]:
    """Cells without a pass or fail neither catch nor fail an output: said, never counted as 0."""
    for version in members:
        words = votes[version.id].reindex(list(labels.value))
        abstained, missing = int((words == "abstain").sum()), int(words.isna().sum())
        if abstained or missing:
            again = fact("run_it") if missing else NOTHING
            yield fact(
                "undecided", again, judge=version.name, abstained=abstained, missing=missing, n=len(words)
            )

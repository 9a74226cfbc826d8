"""Choose the judge set, with honest figures beside the flattering ones, and record it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges import set_search
from labelcore.judges.candidates import Candidate, FixedCandidate, RefitTargets, Target
from labelcore.judges.features import TrainingData
from labelcore.judges.fitted_proposals import LEARNED_FROM
from labelcore.judges.held_out import METHOD, Grades
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.learned import LearnedKind
from labelcore.models import NOTHING, Fact, Frozen, JudgeVersion, Role, fact
from labelcore.operations import Effect, Options, operation
from labelcore.stages.aligning.evidence import (
    HeldOutJudge,
    LabelledOutputs,
    evidence_of,
    held_out_judge,
    worth,
)
from labelcore.stages.aligning.measuring import measure_set, set_words, votes_on
from labelcore.stages.aligning.report import flat
from labelcore.stages.deriving.editing import LIMITS, list_criteria, wanted_coverage
from labelcore.stages.grading import Labels, fitting_labels, fitting_splits
from labelcore.stages.judging import active_judges, find_judge
from labelcore.stages.judging.proposing.subjects import data_about, subject_of, topics_of, training_data_of
from labelcore.stats.selection import LARGEST, MUST, SHOULD, Wish
from labelcore.store import audit, judges as judge_table, outputs as output_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


_MOST_LEARNED = 3
_FEW = 40
_COIN = 0.5  # the most that failing outputs at random can reach


class ChoiceOptions(Options):
    """What the set must keep to. ``seconds``: what there was no time for is among the warnings."""

    max_ffr: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.5, description="Highest false failure rate."
    )
    min_coverage: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Lowest coverage."
    )
    must_include: Annotated[tuple[str, ...], Field(max_length=20)] = Field(
        default=(), description="A judge that must be in, by name or id; repeatable."
    )
    seed: int = Field(default=0, ge=0, lt=2**63)
    seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=set_search.SECONDS,
        description="Ceiling for the choice with its held-out figures; what there was no time for is said.",
    )


AS_USUAL = ChoiceOptions()


class ChoiceReport(Frozen):
    """The chosen set with its in-sample and held-out figures.

    ``gap``: how much better another set could be at most, as the solver proves; None: not asked exactly.
    """

    choice: str
    judges: tuple[str, ...]
    judge_version_ids: tuple[str, ...]
    n_grades: int
    n_fails: int
    in_sample: dict[str, Any]
    held_out: dict[str, Any]
    optimism: float | None
    max_ffr: float
    warnings: tuple[Fact, ...]
    min_coverage: float | None = None
    must_include: tuple[str, ...] = ()
    gap: float | None = None


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
    choice = material.searched(_wish(workspace, versions, needed, options), options.seed, options.seconds)
    tell(1, 2, "recording the choice")
    demands: dict[str, Any] = {"must_include": tuple(version.name for version in needed)}
    if options.min_coverage is None:
        demands["min_coverage"] = wanted_coverage(list_criteria(workspace), workspace.project)
    members = [versions[j] for j in choice.members]
    report = _record(_Chosen(material, members, choice, options.model_copy(update=demands)))
    tell(2, 2, "done")
    return report


def _of_both_kinds(labels: Labels) -> Labels:
    if n := labels.only_on_criteria:
        raise BadInput(
            "A set of judges is chosen by grades of the whole, and no output has one (on criteria: {n:,}).",
            next_step="Grade some outputs as a whole; `labelcore align` measures each judge without them.",
            n=n,
        )
    if not labels.passes or not labels.fails:
        missing = Wording("failed" if labels.passes else "passed" if labels.fails else "graded")
        raise BadInput(
            "No output has been {missing} yet, so judges cannot be told apart.",
            next_step="Grade on until there are some passes and some fails.",
            missing=missing,
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
    for version in needed:
        if version.id not in votes.columns or votes[version.id].reindex(ids).isna().all():
            raise BadInput(
                "'{name}' must be in the set, but it has no verdict on a graded output.",
                next_step="Run it with `judge run`, or choose without it.",
                name=version.name,
            )
    return set(ids)


@dataclass(frozen=True)
class _Material:
    """What a set is chosen from: judges, their verdicts, and people's grades."""

    workspace: Workspace
    versions: Sequence[JudgeVersion]
    votes: pd.DataFrame
    labels: Labels

    @cached_property
    def evidence(self) -> LabelledOutputs:
        """Sources and weights of the graded outputs."""
        return evidence_of(self.workspace, self.labels.value)

    def searched(self, wish: Wish, seed: int, seconds: float) -> set_search.Choice:
        """The choice on the labelled outputs, in the order of the labels."""
        human_fails = np.array([not passed for passed in self.labels.value.values()], dtype=bool)
        outputs = output_table.many(self.workspace.db, list(self.labels.value))
        outputs_graded = [outputs[output_id] for output_id in self.labels.value]
        data = training_data_of(self.workspace, outputs_graded, self.labels)
        candidates = candidates_of(self.workspace, self.versions, self.votes, data, self.labels)
        weights = self.evidence.weights if self.evidence.uneven else None
        grades = Grades.of(human_fails, data.groups, weights)
        return set_search.choose(candidates, grades, wish, seed=seed, seconds=seconds)


def _worth_choosing_from(versions: Sequence[JudgeVersion], needed: Collection[str]) -> list[JudgeVersion]:
    """All but the learned judges of rare criteria: refitting each one many times takes long."""
    learned = {
        v.id: (v.criterion_id, judge.spec) for v in versions if isinstance(judge := kind_of(v), LearnedKind)
    }
    enough = [
        key
        for key, (criterion_id, spec) in learned.items()
        if criterion_id is None or spec.failed is None or len(spec.failed) >= LEARNED_FROM
    ]
    enough.sort(key=lambda key: (learned[key][0] is not None, -len(learned[key][1].cross_fitted)))
    ids = {*enough[:_MOST_LEARNED], *needed}
    return [version for version in versions if version.id not in learned or version.id in ids]


def _wish(
    workspace: Workspace,
    versions: Sequence[JudgeVersion],
    needed: Sequence[JudgeVersion],
    options: ChoiceOptions,
) -> Wish:
    """Severity and limit of each judge's criterion; a judge of the whole output is a must."""
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    criteria_of = [criteria.get(version.criterion_id or "") for version in versions]
    ids = {version.id for version in needed}
    whole = [kind_of(version).learns and not version.criterion_id for version in versions]
    return Wish(
        min_coverage=options.min_coverage or 0.0,
        max_ffr=options.max_ffr,
        most=LARGEST,
        must_include=tuple(j for j, version in enumerate(versions) if version.id in ids),
        severity=tuple(SHOULD if item and item.severity == "should" else MUST for item in criteria_of),
        criterion=tuple(item.name if item else None for item in criteria_of),
        default=tuple(j for j, learns in enumerate(whole) if learns),
        limits={item.name: item.max_false_failure_rate for item in criteria_of if item},
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
    ids = list(data.table.ids)
    groups: dict[str | None, RefitTargets] = {}  # judges of one criterion are fitted together
    candidates: list[Candidate] = []
    for version in versions:
        key = version.criterion_id
        if key not in groups:
            fails = subject_of(criteria.get(key or ""), labels).fails
            failing = np.array([fails.get(i, False) for i in ids], dtype=bool)
            in_criterion = np.array(
                [i in fails for i in ids], dtype=bool
            )  # others say nothing about the criterion
            topics = None if key else topics_of(workspace, ids)
            about = data_about(data, labels, key)
            groups[key] = RefitTargets(about, Target(failing, in_criterion, topics))
        again = kind_of(version).candidate(groups[key]) if version.fitted_on else None
        failed = (votes[version.id].reindex(ids) == "fail").to_numpy(dtype=bool)
        candidates.append(again or FixedCandidate(failed))
    return candidates


@dataclass(frozen=True)
class _Chosen:
    """The chosen judges, with what they were chosen from and for."""

    material: _Material
    members: Sequence[JudgeVersion]
    found: set_search.Choice
    asked: ChoiceOptions

    def in_sample(self) -> dict[str, Any]:
        """What the set does on the outputs that it was chosen on."""
        labels = self.material.labels
        words = set_words(self.material.votes, [version.id for version in self.members])
        figures = measure_set(self.members, words, labels, evidence=self.material.evidence)
        return {
            **flat("coverage", figures.coverage),
            **flat("false_failure_rate", figures.false_failure_rate),
            "alignment": figures.alignment,
            "n": figures.counts.n,
            "weighted": figures.document()["weighted"],
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
        votes = [dict(zip(labels.value, failed.tolist(), strict=True)) for failed in self.found.failed.T]
        return [
            held_out_judge(workspace, version, criteria.get(version.criterion_id or ""), failed, labels)
            for version, failed in zip(self.members, votes, strict=True)
        ]

    def warnings(
        self, in_sample: dict[str, Any], held_out: dict[str, Any], splits: Sequence[str]
    ) -> Iterator[Fact]:
        """What a reader must know beside the figures."""
        labels, program = self.material.labels, self.found.program
        written = [self.found.cut_short, *(program.unmet if program else ())]
        yield from (fact("as_written", words=words) for words in written if words)
        if len(labels.value) < _FEW:
            yield fact("few_grades", n=len(labels.value), fails=len(labels.fails))
        if "test" in splits:
            yield fact("no_sealed_test")
        yield from self._of_figures(in_sample, held_out)
        yield from self._undecided()

    def _of_figures(self, in_sample: dict[str, Any], held_out: dict[str, Any]) -> Iterator[Fact]:
        if not self.members:
            yield fact("empty_set")
        low, wrong = held_out["low"], in_sample["false_failure_rate"]
        if self.members and low is not None and low <= _COIN:
            yield fact("no_better_than_a_coin", coin=_COIN)
        if wrong is not None and wrong > self.asked.max_ffr:
            yield fact("false_failures", limit=self.asked.max_ffr, rate=wrong)
        coverage, demand = held_out["coverage"], self.asked.min_coverage
        if demand is not None and coverage is None:
            yield fact("coverage_unknown", wanted=demand)
        elif demand is not None and coverage < demand:
            yield fact("coverage_low", rate=coverage, wanted=demand)

    def _undecided(self) -> Iterator[Fact]:
        """Cells without a pass or fail neither catch nor fail an output: told, never counted as 0."""
        for version in self.members:
            words = self.material.votes[version.id].reindex(list(self.material.labels.value))
            cells = {"abstained": int((words == "abstain").sum()), "missing": int(words.isna().sum())}
            if any(cells.values()):
                again = fact("run_it") if cells["missing"] else NOTHING
                if kind_of(version).chosen_by_users:
                    again = fact("of_users")
                yield fact("undecided", again, judge=version.name, **cells, n=len(words))


def _record(chosen: _Chosen) -> ChoiceReport:
    workspace, labels = chosen.material.workspace, chosen.material.labels
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
    demands = chosen.asked.model_dump(include={"max_ffr", "min_coverage", "must_include"})
    parameters = demands | {"fitted_on": list(splits), "gap": gap}
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
        **demands,
    )

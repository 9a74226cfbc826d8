"""Aligning: judges against grades, and the choice of the best set."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from labelcore.judges.kinds import kind_of
from labelcore.models import Fact, Frozen, JudgeVersion, Output, Role, fact
from labelcore.operations import operation
from labelcore.stages.aligning.ceiling import ceiling
from labelcore.stages.aligning.evidence import LabelledOutputs, evidence_of
from labelcore.stages.aligning.measuring import (
    chosen_judges,
    complement,
    figures_on,
    measure_judge,
    measure_set,
    pass_rates,
    set_words,
    tnr_on,
    words_on,
)
from labelcore.stages.aligning.moments import Moment, at_moment, basis
from labelcore.stages.aligning.report import Alarms, AlignmentReport, JudgeAlignment
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import (
    Labels,
    fitting_labels,
    human_labels,
    looks_at_test,
    open_test,
    sealed_splits,
    state_of_test,
)
from labelcore.stages.judging import active_judges, find_judge
from labelcore.stats.agreement import Agreement, agreement
from labelcore.stats.rate import not_measurable
from labelcore.store import (
    grades as grade_table,
    judges as judge_table,
    outputs as output_table,
    splits as split_table,
    verdicts as verdict_table,
)
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

Split = Literal["train", "dev", "test", "all"]
_LAST_LOOKS = 3
NO_SET = fact("no_set")
"""A warning to which each front end adds how it chooses one."""
Cell = Literal["true_pass", "false_pass", "true_fail", "false_fail"]


class Disagreement(Frozen):
    """One output behind a count: people's grade with notes, and the judge's verdict with reason."""

    output: Output
    human_pass: bool
    notes: tuple[str, ...]
    verdict: str
    reason: str
    probability: float | None


class SealedView(Frozen):
    """The sealed test as somebody saw it last, beside the grades outside it as they are now.

    ``report`` is of that moment; ``outside``: the judges of the present chosen set.
    """

    author: str
    at: datetime
    report: AlignmentReport
    outside: tuple[JudgeAlignment, ...]


@operation("align", role=Role.MANAGER, signed=True)
def align(
    workspace: Workspace,
    *,
    split: Annotated[Split, Field(description="dev, test, train or all")] = "all",
    judge: Annotated[str | None, Field(description="Only this judge.")] = None,
    set: Annotated[  # noqa: A002 - the contract's word
        Literal["chosen"] | None, Field(description="chosen: only the chosen set.")
    ] = None,
    as_of: Annotated[
        Moment | None,
        Field(
            description="The report as it was then: 2026-11-20T12:00, or a day, of which its end counts; "
            "your own time where no offset is given."
        ),
    ] = None,
) -> AlignmentReport:
    """Measure judges and the chosen set against people's grades, now or as of an earlier moment.

    Looking at the sealed test split is logged, and counted where it shows figures that nobody has
    seen, also as of an earlier moment. ``as_of`` gives the report that was made then, whatever
    happened since.

    Raises:
        NotFound: there is no such judge, or the project did not exist yet at that moment.
        BadInput: the moment is still to come.
    """
    with at_moment(workspace, as_of) as then:
        report = _report(
            then,
            split,
            judge,
            chosen=set == "chosen",
            look=lambda seen: open_test(workspace, purpose="align", seen=seen),
        )
    return report.model_copy(update={"as_of": as_of})


def _report(
    workspace: Workspace,
    split: Split,
    judge: str | None,
    *,
    chosen: bool,
    look: Callable[[list[str]], object],
) -> AlignmentReport:
    everything = human_labels(workspace)
    sealed = "test" in sealed_splits(workspace, everything)
    labels = _of_split(workspace, everything, split)
    if split == "test" and sealed:
        look(_shown(workspace, labels))
    choice, members = chosen_set(workspace), chosen_judges(workspace)
    versions = members if chosen else active_judges(workspace)
    versions = [find_judge(workspace, judge)] if judge else versions
    used = list({version.id: version for version in [*versions, *members]}.values())
    votes = words_on(workspace.db, used, labels.graded)
    evidence = evidence_of(workspace, labels.value)
    figures = _measured(workspace, versions, votes, labels, evidence, split)
    ids = [version.id for version in members]
    words = set_words(votes, ids) if members else None
    choice_figures = choice["figures"] if choice else None
    measured_set = (
        None if words is None else measure_set(members, words, labels, choice_figures, evidence=evidence)
    )
    return AlignmentReport(
        split=split,
        n_grades=len(labels.graded),
        judges=figures,
        chosen=measured_set,
        pass_rate=pass_rates(workspace.db, evidence, words, ids, why_not=labels.why_no_rate),
        agreement=_agreement(labels),
        openings=looks_at_test(workspace),
        ceiling=ceiling(workspace, labels),
        warnings=(
            *_warnings(labels, figures, split, sealed=sealed, has_set=bool(members)),
            *_changed(workspace, labels),
        ),
        basis=basis(workspace, used),
    )


def _agreement(labels: Labels) -> Agreement:
    between = agreement(labels.by_annotator)
    whole = not labels.only_on_criteria
    return between if whole else between.model_copy(update={"why_not": labels.why_no_rate})


def last_look(workspace: Workspace) -> SealedView | None:
    """What the last look at the present sealed test showed; reading it again is no look.

    None where nobody has looked, or where what was seen cannot be told any more.
    """
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    openings = split_table.openings(workspace.db, workspace.project.id, "test")
    if "test" not in sealed_splits(workspace):
        return None
    for opening in [look for look in openings if look.round == dealt.round][: -_LAST_LOOKS - 1 : -1]:
        with at_moment(workspace, opening.at) as then:
            labels = _of_split(then, human_labels(then), "test")
            if state_of_test(_shown(then, labels)) != opening.state:
                continue  # an earlier moment was looked at, or it is from before states were kept
            report = _report(then, "test", None, chosen=False, look=lambda _: None)
        report = report.model_copy(update={"as_of": opening.at})
        members, labels = chosen_judges(workspace), fitting_labels(workspace)
        votes = words_on(workspace.db, members, labels.graded)
        evidence = evidence_of(workspace, labels.value)
        outside = _measured(workspace, members, votes, labels, evidence, "all")
        return SealedView(author=opening.author, at=opening.at, report=report, outside=outside)
    return None


def _measured(
    workspace: Workspace,
    versions: list[JudgeVersion],
    votes: pd.DataFrame,
    labels: Labels,
    evidence: LabelledOutputs,
    split: Split,
) -> tuple[JudgeAlignment, ...]:
    """Each judge against the grades of its criterion where people gave enough, else overall."""
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    figures_by_judge = figures_on(evidence, votes.reindex(evidence.ids))
    alignments = []
    for version in versions:
        criterion = criteria.get(version.criterion_id or "")
        part, mine, figures = labels.about(version.criterion_id), evidence, figures_by_judge.get(version.id)
        if part is not labels:
            mine = evidence_of(workspace, part.value)
            figures = figures_on(mine, votes.reindex(mine.ids)[[version.id]])[version.id]
        aligned = measure_judge(
            version, votes[version.id], part, criterion, split, drawn=figures, evidence=mine
        )
        if criterion and part is not labels:
            aligned = aligned.model_copy(update={"against": criterion.name})
        if kind_of(version).chosen_by_users:
            aligned = with_alarms(aligned, mine, votes[version.id])
        alignments.append(aligned)
    return tuple(alignments)


def _of_split(workspace: Workspace, labels: Labels, split: Split) -> Labels:
    if split == "all":
        return labels
    ids = {*labels.graded, *labels.conflicts, *labels.unsure}
    groups = output_table.groups_of(workspace.db, sorted(ids))
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    return labels.only({k for k, group in groups.items() if dealt.of(group) == split})


def _shown(workspace: Workspace, labels: Labels) -> list[str]:
    """What decides every figure on these labels, so that the same figures are the same look."""
    versions, chosen = active_judges(workspace), chosen_judges(workspace)
    judges, members = sorted(judge.id for judge in versions), [judge.id for judge in chosen]
    measured = {judge.criterion_id for judge in [*versions, *chosen]} & labels.measured
    parts = {key: grades for key, grades in labels.on.items() if key in measured}
    ids = list(dict.fromkeys(itertools.chain(labels.value, *parts.values())))
    table = verdict_table.values(workspace.db, sorted({*judges, *members}), output_ids=ids)
    answers = table.groupby("judge_version_id")["value"].value_counts()
    return [
        *(f"{output_id}={passed}" for output_id, passed in labels.value.items()),
        *(f"{key}: {on}={passed}" for key, grades in parts.items() for on, passed in grades.items()),
        *(f"{answer}" for answer in answers.items()),
        *judges,
        *(f"in set {version_id}" for version_id in members),
    ]


def _warnings(
    labels: Labels, judges: tuple[JudgeAlignment, ...], split: Split, *, sealed: bool, has_set: bool
) -> Iterator[Fact]:
    if not labels.value:
        n = labels.only_on_criteria
        yield fact("only_on_criteria", n=n) if n else fact("no_labels")
    elif not labels.fails:
        yield fact("no_fails")
    elif not labels.passes:
        yield fact("no_passes")
    if not judges:
        yield fact("no_judges")
    if not has_set and not labels.only_on_criteria:
        yield NO_SET
    if labels.conflicts:
        yield fact("ties", n=len(labels.conflicts))
    if split == "test" and not sealed:
        yield fact("test_not_sealed")
    if split == "all" and sealed:
        yield fact("mostly_fitted")


def _changed(workspace: Workspace, labels: Labels) -> Iterator[Fact]:
    ids = grade_table.changed_minds(workspace.db, workspace.project.id)
    if n := len({*labels.value, *labels.conflicts}.intersection(ids)):
        yield fact("changed_minds", n=n)


def behind(
    workspace: Workspace,
    judge_version_id: str,
    cell: Cell,
    *,
    split: Split = "all",
    as_of: datetime | None = None,
) -> list[Disagreement]:
    """The outputs behind one of a judge's four counts, now or as of an earlier moment.

    ``human_pass`` says what people gave where the count is from: the output or the judge's criterion.
    """
    with at_moment(workspace, as_of) as then:
        return _behind(then, judge_version_id, cell, split)


def _behind(workspace: Workspace, judge_version_id: str, cell: Cell, split: Split) -> list[Disagreement]:
    labels = _of_split(workspace, human_labels(workspace), split)
    judge = judge_table.many(workspace.db, [judge_version_id]).get(judge_version_id)
    if judge:
        labels = labels.about(judge.criterion_id).noted(judge.criterion_id)
    want_pass = cell in {"true_pass", "false_fail"}
    verdict = "pass" if cell in {"true_pass", "false_pass"} else "fail"
    ids = [output_id for output_id, passed in labels.value.items() if passed is want_pass]
    verdicts = verdict_table.of_outputs(workspace.db, ids, [judge_version_id])
    matching = [verdict_here for verdict_here in verdicts if verdict_here.decision.value == verdict]
    outputs = output_table.many(workspace.db, [verdict_here.output_id for verdict_here in matching])
    return [
        Disagreement(
            output=outputs[verdict_here.output_id],
            human_pass=want_pass,
            verdict=verdict,
            notes=labels.notes.get(verdict_here.output_id, ()),
            reason=verdict_here.decision.reason,
            probability=verdict_here.decision.probability,
        )
        for verdict_here in matching
    ]


def chosen_set(workspace: Workspace) -> dict[str, Any] | None:
    """The newest chosen set with its figures, if one was chosen."""
    return judge_table.chosen(workspace.db, workspace.project.id)


def with_alarms(aligned: JudgeAlignment, evidence: LabelledOutputs, words: pd.Series) -> JudgeAlignment:
    """The alignment of a judge whose verdicts users gave, with what its alarms are worth.

    Where users said nothing there is no alarm, so each graded output counts.
    """
    alarms = _alarms(evidence, words.reindex(evidence.ids))
    warnings = tuple(_told(aligned.judge, alarms, evidence))
    return aligned.model_copy(update={"alarms": alarms, "warnings": (*warnings, *aligned.warnings)})


def _alarms(evidence: LabelledOutputs, words: pd.Series) -> Alarms:
    import pandas as pd

    alarm = (words == "fail").to_numpy(dtype=bool)
    raised = pd.Series(np.where(alarm, "fail", "pass"), index=evidence.ids, dtype=object)
    people = pd.Series(np.where(evidence.passes, "pass", "fail"), index=evidence.ids, dtype=object)
    finds = not_measurable("there are no outputs that people failed")
    if not evidence.passes.all():
        finds = tnr_on(evidence, raised)
    false = not_measurable("no graded output has an alarm")
    if alarm.any():  # the same question with the two sides exchanged
        false = complement(tnr_on(replace(evidence, passes=~alarm), people))
    spoken = int(words.isin(["pass", "fail"]).sum())
    return Alarms(finds=finds, false=false, spoken=spoken, n=len(words))


def _told(judge: str, alarms: Alarms, evidence: LabelledOutputs) -> Iterator[Fact]:
    unknown = [rate.why_not for rate in (alarms.finds, alarms.false) if rate.value is None]
    if unknown:
        yield fact("alarms_unknown", judge=judge, why=unknown[0])
    else:
        yield fact("alarms", judge=judge, finds=alarms.finds, wrong=alarms.false)
    yield fact("alarms_reach", spoken=alarms.spoken, n=alarms.n)
    if evidence.weights is None:
        yield fact("alarms_undrawn")

"""How well criteria that came by file do here, beside what they did where they come from."""

from __future__ import annotations

from typing import Literal

from labelcore.judges.kinds import RESERVED
from labelcore.models import NOTHING, OVERALL, Criterion, Fact, Frozen, JudgeVersion, Role, fact
from labelcore.operations import operation
from labelcore.stages.aligning.measuring import measure_judge, votes_on
from labelcore.stages.aligning.report import JudgeAlignment
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import Labels, human_labels
from labelcore.stages.sharing.saving import Figures
from labelcore.stats.rate import Rate, difference, not_measurable
from labelcore.store import judges as judge_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

NEEDED_PASSES = NEEDED_FAILS = 10
"""From 10 outputs on, a share's 95 % interval is at most 53 points wide; fewer tell nothing apart."""
MARGIN = 0.1
"""A fall by less than this share is called no fall."""

State = Literal["not yet aligned here", "aligned here"]
Result = Literal["holds", "worse", "not clear", "nothing to compare with"]


class JudgeTransfer(Frozen):
    """One judge here and there. ``tpr`` and ``tnr`` rest on grades that never shaped it.

    ``passes`` and ``fails`` count the outputs that people passed and failed here and that the judge
    decided; ``tpr_change`` and ``tnr_change`` are here minus there, in [-1, 1].
    """

    judge: str
    judge_version_id: str
    kind: str
    state: State
    passes: int
    fails: int
    tpr: Rate
    tnr: Rate
    there: Figures
    tpr_change: Rate
    tnr_change: Rate
    result: Result | None
    says: Fact = NOTHING


class Transfer(Frozen):
    """A criterion that came by file, or the overall grade (None): aligned once one of its judges is."""

    criterion_id: str | None
    criterion: str
    state: State
    judges: tuple[JudgeTransfer, ...]
    says: Fact


@operation("library transfer", role=Role.MANAGER, listed_as="criteria")
def transfer(workspace: Workspace) -> list[Transfer]:
    """Show how well what came by file does on this project's grades.

    Every accepted or proposed criterion from the library, and the overall grade where judges of it came.
    Grades are those of outputs as a whole, of all splits, as in the figures of the file; of the criterion
    where no output has one.
    """
    import pandas as pd

    came: list[Criterion | None] = [
        criterion
        for criterion in list_criteria(workspace)
        if criterion.status in {"proposed", "accepted"} and criterion.origin == "library"
    ]
    current = judge_table.current(workspace.db, workspace.project.id)
    versions = [version for version in current if RESERVED in version.spec]
    came += [None] * any(version.criterion_id is None for version in versions)
    votes = votes_on(workspace.db, versions) if versions else pd.DataFrame()
    everything, found = human_labels(workspace), []
    for criterion in came:
        criterion_id = criterion.id if criterion else None
        labels = everything.shared_for(criterion_id)
        judges = [
            _judge(version, measure_judge(version, votes[version.id], labels, criterion, "all"))
            for version in versions
            if version.criterion_id == criterion_id
        ]
        found.append(_criterion(criterion, judges, labels))
    return found


def _criterion(criterion: Criterion | None, judges: list[JudgeTransfer], labels: Labels) -> Transfer:
    name = criterion.name if criterion else OVERALL
    results = [judge.result for judge in judges if judge.state == "aligned here"]
    holding, worse = results.count("holds"), results.count("worse")
    counts = {"holding": holding, "worse": worse, "open": len(results) - holding - worse}
    aligned_words = fact("transfer_aligned", criterion=name, n=len(results), **counts)
    return Transfer(
        criterion_id=criterion.id if criterion else None,
        criterion=name,
        judges=tuple(judges),
        state="aligned here" if results else "not yet aligned here",
        says=aligned_words if results else _waiting_words(name, judges, labels),
    )


def _waiting_words(name: str, judges: list[JudgeTransfer], labels: Labels) -> Fact:
    if not judges:
        return fact("transfer_no_judge", criterion=name)
    passes, fails = len(labels.passes), len(labels.fails)
    if passes >= NEEDED_PASSES and fails >= NEEDED_FAILS:
        return fact("transfer_undecided", criterion=name)
    needed = {"needed_passes": NEEDED_PASSES, "needed_fails": NEEDED_FAILS}
    return fact("transfer_few_grades", criterion=name, passes=passes, fails=fails, **needed)


def _judge(judge: JudgeVersion, alignment: JudgeAlignment) -> JudgeTransfer:
    there = Figures.model_validate(judge.spec[RESERVED]["figures"])
    passes, fails = alignment.counts.human_passes, alignment.counts.human_fails
    enough = passes >= NEEDED_PASSES and fails >= NEEDED_FAILS
    too_few = not_measurable(
        Wording(
            "it decided {passes} outputs that people passed here and {fails} that they failed; "
            "{needed_passes} and {needed_fails} are needed",
            passes=passes,
            fails=fails,
            needed_passes=NEEDED_PASSES,
            needed_fails=NEEDED_FAILS,
        )
    )
    tpr, tnr = (alignment.tpr, alignment.tnr) if enough else (too_few, too_few)
    changes = (difference(tpr, there.tpr), difference(tnr, there.tnr))
    result = _result(*changes, there) if enough else None
    transfer = JudgeTransfer(
        judge=judge.name,
        judge_version_id=judge.id,
        kind=judge.kind,
        passes=passes,
        fails=fails,
        state="aligned here" if enough else "not yet aligned here",
        tpr=tpr,
        tnr=tnr,
        there=there,
        tpr_change=changes[0],
        tnr_change=changes[1],
        result=result,
    )
    return transfer.model_copy(update={"says": _words(transfer)})


def _result(tpr: Rate, tnr: Rate, there: Figures) -> Result:
    """Worse where an interval of the change lies below 0; holds where both lie above the margin."""
    if there.tpr.value is None or there.tnr.value is None:
        return "nothing to compare with"
    lows = [rate.low for rate in (tpr, tnr) if rate.low is not None]
    highs = [rate.high for rate in (tpr, tnr) if rate.high is not None]
    if min(highs) < 0:
        return "worse"
    return "holds" if min(lows) > -MARGIN else "not clear"


def _words(judge: JudgeTransfer) -> Fact:
    if judge.result is None:
        return fact("transfer_unknown", judge=judge.judge, why=judge.tpr.why_not)
    there = judge.there
    return fact(
        "transferred_fitted" if there.in_sample else "transferred",
        _conclusion(judge.result, judge.tpr_change, judge.tnr_change),
        judge=judge.judge,
        tpr=_share(judge.tpr),
        tnr=_share(judge.tnr),
        tpr_there=_share(there.tpr),
        tnr_there=_share(there.tnr),
    )


def _share(rate: Rate) -> Rate | Fact:
    return fact("no_share", why=rate.why_not) if rate.value is None else rate


def _conclusion(result: Result, tpr: Rate, tnr: Rate) -> Fact:
    if result == "nothing to compare with":
        return fact("no_figures_there")
    if result == "holds":
        return fact("does_as_there", margin=MARGIN)
    if result == "worse":
        fewer = [change.high is not None and change.high < 0 for change in (tpr, tnr)]
        return fact("worse_at_both" if all(fewer) else "passes_fewer" if fewer[0] else "catches_fewer")
    deepest = -min(change.low for change in (tpr, tnr) if change.low is not None)
    return fact("fall_possible", fall=deepest)

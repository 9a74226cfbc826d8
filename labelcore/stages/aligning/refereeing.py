"""The referee: candidates for one criterion on the same graded outputs, and the cheapest good one.

Who was fitted to these grades is fitted again without each output's group, so that nobody is measured on what
it has seen. Who cannot be fitted again (a cascade, a written check) is in-sample, and never more than perhaps
good enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from labelcore.arrays import Floats, Ints
from labelcore.errors import BadInput
from labelcore.judges.candidates import Candidate, FoldedRows
from labelcore.judges.cross_fitting import folds_by_group
from labelcore.judges.kinds import kind_of
from labelcore.models import OVERALL, Criterion, Decision, Fact, Frozen, JudgeVersion, Output, Role, fact
from labelcore.operations import operation
from labelcore.stages.aligning.choosing_set import candidates_of
from labelcore.stages.aligning.evidence import LabelledOutputs, Truth, evidence_of, sources_of, truth_of
from labelcore.stages.aligning.measuring import votes_on
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import Labels, fitting_labels
from labelcore.stages.judging import active_judges
from labelcore.stages.judging.keeping.binding import renamed
from labelcore.stages.judging.proposing import cascades
from labelcore.stages.judging.proposing.subjects import training_data_of
from labelcore.stages.judging.running.cascades import judges_of
from labelcore.stages.judging.testing.repeating import flips
from labelcore.stats import counts as figures
from labelcore.stats.paired import PairedDifference, compare
from labelcore.stats.rate import Rate, not_measurable
from labelcore.stats.resampling import tpr_and_tnr
from labelcore.stats.threads import one_thread
from labelcore.store import Database, outputs as output_table, verdicts as verdict_table
from labelcore.store.verdicts import Cost, costs
from labelcore.workspace import Workspace

LEAST_TNR, MOST_FFR = 0.6, 0.25
"""What "good enough" asks where neither the criterion nor the person says more."""
_FOLDS = 5
_FEWEST = 0.8  # a judge with verdicts on fewer of the graded outputs would shrink the race for all
_AS_NUMBER = {"pass": 1.0, "fail": 0.0}

Share = Annotated[float, Field(ge=0, le=1)]
Price = tuple[float | None, float | None]
"""US dollars for 1,000 verdicts, and milliseconds for one; None where they are not known."""
Good = Literal["yes", "perhaps", "no", "not measurable"]


class Contender(Frozen):
    """One candidate in the race.

    ``how``: "cross-fitted" where models that had not seen an output decided it, "in-sample" where these
    grades shaped it all the same, else "as it is". ``good``: "yes" where the intervals of TPR and TNR lie
    above the limits, "perhaps" where only the values do, or in-sample. ``beaten_by``: one no worse in TPR,
    TNR and cost, and better in one. Cost in US dollars for 1,000 verdicts, latency in milliseconds (median);
    None where they are not known; ``unpriced``: its model was asked, and no price is set.
    """

    judge: str
    judge_version_id: str
    kind: str
    how: str
    n: int
    abstained: int
    tpr: Rate
    tnr: Rate
    balanced_accuracy: float | None
    cost_per_thousand: float | None
    latency_ms: float | None
    flip_rate: Rate
    beaten_by: str
    good: Good
    unpriced: bool = False

    @property
    def cost(self) -> Fact:
        """What 1,000 of its verdicts cost."""
        if self.cost_per_thousand is None:
            return fact("no_price" if self.unpriced else "cost_unknown")
        return fact("cost", cost=self.cost_per_thousand) if self.cost_per_thousand else fact("no_cost")


class Race(Frozen):
    """All candidates of one criterion, the best first, and the grades that they are measured ``against``.

    ``renamed``: who was answered by another model than it asks for. ``left_out``: who could not run and why.
    ``cheapest``: the name of the cheapest good enough one, "" for none.
    """

    criterion: str
    against: Fact
    n: int
    least_tpr: float
    least_tnr: float
    contenders: tuple[Contender, ...]
    left_out: tuple[Fact, ...]
    cheapest: str
    says: Fact
    renamed: tuple[Fact, ...] = ()


class JudgeDifference(Frozen):
    """An output on which two judges differ, with what people said and each judge's reason."""

    output: Output
    human_pass: bool
    first: str
    second: str
    first_reason: str
    second_reason: str

    def document(self) -> dict[str, Any]:
        """Its JSON form, the output by its id."""
        return self.model_dump(exclude={"output"}) | {"output_id": self.output.id}


class JudgeDifferences(Frozen):
    """Where two judges, by their names, differ on graded outputs, and which is right more often.

    ``paired.only_first`` counts the outputs on which only the first is; ``against``: the grades that say so.
    """

    first: str
    second: str
    paired: PairedDifference
    against: Fact
    differences: tuple[JudgeDifference, ...]

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        differences = [difference.document() for difference in self.differences]
        return {"paired": self.paired, "against": self.against, "differences": differences}


@operation("judge race", role=Role.MANAGER)
def race(
    workspace: Workspace,
    *,
    criterion: Annotated[str | None, Field(description="A criterion; by default the overall grade.")] = None,
    min_tnr: Annotated[Share | None, Field(description="The least TNR that is good enough.")] = None,
    max_ffr: Annotated[
        Share | None, Field(description="The highest false failure rate; by default the criterion's.")
    ] = None,
    seed: Annotated[int, Field(ge=0, lt=2**63, description="The same seed deals the same folds.")] = 0,
) -> Race:
    """Race the judges of a criterion, held out, and name the cheapest that is good enough.

    Raises:
        NotFound: there is no such criterion.
        BadInput: it has no judge, or no graded output with verdicts.
    """
    decided = None if criterion in {None, OVERALL} else find_criterion(workspace, str(criterion))
    versions = _deciding(workspace, decided)
    labels = fitting_labels(workspace)
    truth = truth_of(decided, labels)
    tell = workspace.progress
    tell(0, 2, "judging each output by judges that had not seen it")
    with one_thread():
        ids, answers, how, left_out = _words(workspace, versions, labels, truth.fails, seed)
    tell(1, 2, "comparing")
    ffr = decided.max_false_failure_rate if decided else MOST_FFR
    limits = 1 - (ffr if max_ffr is None else max_ffr), LEAST_TNR if min_tnr is None else min_tnr
    evidence = evidence_of(workspace, {key: not truth.fails[key] for key in ids})
    ranked = _ranked(_contenders(workspace, versions, answers, how, evidence, limits))
    by_cost = sorted(ranked, key=lambda contender: (_price(contender), contender.latency_ms or 0.0))
    cheapest = next((contender for contender in by_cost if contender.good == "yes"), None)
    tell(2, 2, "done")
    return Race(
        criterion=decided.name if decided else OVERALL,
        against=truth.against,
        n=len(ids),
        least_tpr=limits[0],
        least_tnr=limits[1],
        contenders=tuple(ranked),
        left_out=tuple(left_out),
        cheapest=cheapest.judge if cheapest else "",
        says=_outcome(ranked, cheapest, limits),
        renamed=tuple(renamed(workspace.db, versions).values()),
    )


def _deciding(workspace: Workspace, criterion: Criterion | None) -> list[JudgeVersion]:
    """The judges of a criterion, or of the overall grade. BadInput: there are none."""
    criterion_id = criterion.id if criterion else None
    judges = [version for version in active_judges(workspace) if version.criterion_id == criterion_id]
    if not judges:
        raise BadInput("No judge decides this.", next_step="Propose judges, then run them.")
    return judges


def _words(
    workspace: Workspace, versions: Sequence[JudgeVersion], labels: Labels, fails: dict[str, bool], seed: int
) -> tuple[list[str], Floats, list[str], list[Fact]]:
    """The outputs of the race, each judge's answers (1 pass, 0 fail, nan abstained), how each came about (""
    for who is left out), and why some are.
    """
    outputs = output_table.many(workspace.db, sorted(labels.graded))
    data = training_data_of(workspace, list(outputs.values()), labels)
    votes = votes_on(workspace.db, versions)
    candidates = candidates_of(workspace, versions, votes, data, labels)
    in_truth = np.array([key in fails for key in data.table.ids], dtype=bool)
    if not in_truth.any():
        raise BadInput("No graded output says anything about it.", next_step="Grade more outputs.")
    fold = folds_by_group(data.groups, _FOLDS, seed)
    answers = np.full((len(data.groups), len(versions)), np.nan)
    decided = np.ones_like(answers, dtype=bool)
    how, left_out = [], []
    for at, (version, candidate) in enumerate(zip(versions, candidates, strict=True)):
        if candidate.fitted:
            answers[:, at] = _out_of_fold(candidate, fold)
            how.append("cross-fitted")
            continue
        words_of = votes[version.id].reindex(list(data.table.ids))
        answers[:, at] = words_of.map(_AS_NUMBER).to_numpy(dtype=np.float64)
        decided[:, at] = words_of.notna().to_numpy()
        n_seen = int(decided[in_truth, at].sum())
        how.append(kind_of(version).shaped if version.fitted_on else "as it is")
        if n_seen < _FEWEST * in_truth.sum():
            how[-1] = ""
            left_out.append(fact("decided_too_few", judge=version.name, seen=n_seen, n=int(in_truth.sum())))
    racing = [at for at, way in enumerate(how) if way]
    shared = in_truth & decided[:, racing].all(axis=1)
    ids = [key for key, decides in zip(data.table.ids, shared, strict=True) if decides]
    return ids, answers[shared], how, left_out


def _out_of_fold(candidate: Candidate, folds: Ints) -> Floats:
    votes = candidate.out_of_fold([candidate], FoldedRows(np.arange(len(folds)), folds))
    assert votes is not None  # noqa: S101 - there is no deadline
    answers = np.where(votes[:, 0], 0.0, 1.0)
    silent = candidate.silent()
    if silent is not None:  # where there is nothing to measure it abstains
        answers[silent] = np.nan
    return answers


def _contenders(
    workspace: Workspace,
    versions: Sequence[JudgeVersion],
    answers: Floats,
    how: Sequence[str],
    evidence: LabelledOutputs,
    limits: tuple[float, float],
) -> list[Contender]:
    costs_now = costs(workspace.db, workspace.project.id)
    racing = [at for at, way in enumerate(how) if way]
    contenders = []
    rates = tpr_and_tnr(answers[:, racing], evidence.passes, evidence.groups)
    for at, (tpr, tnr) in zip(racing, rates, strict=True):
        version, counts = versions[at], figures.count(answers[:, at], evidence.passes)
        cost, latency = price_of(workspace, version, costs_now)
        contender = Contender(
            judge=version.name,
            judge_version_id=version.id,
            kind=version.kind,
            how=how[at],
            n=counts.n,
            abstained=counts.abstained,
            tpr=tpr,
            tnr=tnr,
            balanced_accuracy=figures.balanced_accuracy(counts),
            cost_per_thousand=cost,
            unpriced=unpriced(version, costs_now),
            latency_ms=latency,
            flip_rate=flip_rate(workspace, version),
            beaten_by="",
            good=_good(tpr, tnr, limits, in_sample=how[at] == "in-sample"),
        )
        contenders.append(contender)
    return contenders


def unpriced(version: JudgeVersion, spent: dict[str, Cost]) -> bool:
    """Whether a judge's model was asked and no price is set for it."""
    cost = spent.get(version.id)
    return cost is not None and cost.per_thousand is None and kind_of(version).needs_model


def price_of(workspace: Workspace, version: JudgeVersion, spent: dict[str, Cost]) -> Price:
    """What 1,000 verdicts cost and one lasts, by what was ``spent``; a cascade pays for what it asks."""
    kind = kind_of(version)
    if kind.composed:
        cascade = cascades.report(workspace, version)
        first, then = (price_of(workspace, judge, spent)[0] for judge in judges_of(workspace.db, version))
        share = cascade.asked / cascade.outputs if cascade.outputs else 0.0
        return (None if first is None or then is None else first + share * then), None
    cost = spent.get(version.id)
    if cost is None or not (kind.runs or cost.per_thousand):
        return (0.0 if kind.decides_here or kind.free else None), cost.latency_ms if cost else None
    return cost.per_thousand, cost.latency_ms


def flip_rate(workspace: Workspace, version: JudgeVersion) -> Rate:
    """How often the judge answers otherwise when it is asked again, or why that is not known."""
    if steady := kind_of(version).steady:
        return not_measurable(steady)
    rates = flips(workspace, version)
    return rates[0].rate if rates else not_measurable("it was never asked twice")


def _good(tpr: Rate, tnr: Rate, limits: tuple[float, float], *, in_sample: bool) -> Good:
    if tpr.value is None or tnr.value is None:
        return "not measurable"
    if (tpr.low or 0.0) >= limits[0] and (tnr.low or 0.0) >= limits[1]:  # no interval: not surely
        return "perhaps" if in_sample else "yes"
    return "perhaps" if tpr.value >= limits[0] and tnr.value >= limits[1] else "no"


def _ranked(contenders: Sequence[Contender]) -> list[Contender]:
    """The best balanced accuracy first, each with who beats it."""
    ranked = sorted(contenders, key=lambda contender: -(contender.balanced_accuracy or 0))
    beaten = [next((other.judge for other in ranked if _beats(other, loser)), "") for loser in ranked]
    return [
        contender.model_copy(update={"beaten_by": winner})
        for contender, winner in zip(ranked, beaten, strict=True)
    ]


def _beats(contender: Contender, other: Contender) -> bool:
    if None in {contender.tpr.value, contender.tnr.value, other.tpr.value, other.tnr.value}:
        return False
    if (contender.cost_per_thousand is None) != (other.cost_per_thousand is None):
        return False
    mine, others = (
        (each.tpr.value or 0.0, each.tnr.value or 0.0, -_price(each)) for each in (contender, other)
    )
    return mine != others and all(a >= b for a, b in zip(mine, others, strict=True))


def _price(contender: Contender) -> float:
    """What it costs; what is not known counts as dearest."""
    return np.inf if contender.cost_per_thousand is None else contender.cost_per_thousand


def _outcome(ranked: Sequence[Contender], cheapest: Contender | None, limits: tuple[float, float]) -> Fact:
    if not ranked:
        return fact("nobody_raced")
    demands = fact("wanted_rates", tpr=limits[0], tnr=limits[1])
    if cheapest:
        return fact("cheapest", wanted=demands, judge=cheapest.judge, cost=cheapest.cost)
    if all(contender.good == "not measurable" for contender in ranked):
        why = next(rate.why_not for rate in (ranked[0].tpr, ranked[0].tnr) if rate.value is None)
        return fact("good_unknown", wanted=demands, why=why)
    perhaps = [contender.judge for contender in ranked if contender.good == "perhaps"]
    return (
        fact("perhaps_good", wanted=demands, judges=perhaps[:3])
        if perhaps
        else fact("none_good", wanted=demands)
    )


@operation("judge differences", role=Role.MANAGER)
def differences(workspace: Workspace, first: JudgeVersion, second: JudgeVersion) -> JudgeDifferences:
    """List the graded outputs on which two judges differ, and who is right more often.

    The sealed test is left out.

    Raises:
        BadInput: they do not decide the same criterion.
    """
    if first.criterion_id != second.criterion_id:
        raise BadInput("These judges decide different criteria.", next_step="Compare two of one criterion.")
    criterion = find_criterion(workspace, first.criterion_id) if first.criterion_id else None
    truth = truth_of(criterion, fitting_labels(workspace))
    left, right = (_decisions(workspace.db, version, truth) for version in (first, second))
    both = [key for key in truth.fails if key in left and key in right]
    human = {key: "fail" if failed else "pass" for key, failed in truth.fails.items()}
    mine, others = (
        np.array([answers[key].value == human[key] for key in both], dtype=bool) for answers in (left, right)
    )
    paired = compare(mine, others, sources_of(workspace.db, both))
    differ = [key for key in both if left[key].value != right[key].value]
    outputs = output_table.many(workspace.db, differ)
    rows = [
        JudgeDifference(
            output=outputs[key],
            human_pass=not truth.fails[key],
            first=left[key].value,
            second=right[key].value,
            first_reason=left[key].reason,
            second_reason=right[key].reason,
        )
        for key in differ
    ]
    return JudgeDifferences(
        first=first.name, second=second.name, paired=paired, against=truth.against, differences=tuple(rows)
    )


def _decisions(db: Database, version: JudgeVersion, truth: Truth) -> dict[str, Decision]:
    verdicts = verdict_table.of_outputs(db, list(truth.fails), [version.id])
    return {verdict.output_id: verdict.decision for verdict in verdicts}

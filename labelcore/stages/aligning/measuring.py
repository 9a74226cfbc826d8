"""Measure judges and the chosen set against people's grades."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcore.arrays import Floats
from labelcore.judges.kinds import kind_of
from labelcore.models import OVERALL, Criterion, Fact, JudgeVersion, fact
from labelcore.stages.aligning.evidence import HeldOutJudge, LabelledOutputs
from labelcore.stages.aligning.report import JudgeAlignment, PassRates, SetAlignment
from labelcore.stages.grading import Labels
from labelcore.stats import counts as figures, prevalence
from labelcore.stats.prevalence import Graded, PoolVerdicts
from labelcore.stats.rate import Rate, not_measurable
from labelcore.stats.resampling import figures_over, over_sources, tpr_and_tnr
from labelcore.store import Database, confusion, judges as judge_table, verdicts as verdict_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


_FEW = 10
_WORDS = np.array(["abstain", "fail", "pass"], dtype=object)
_PLAIN = ("ppv", "npv", "kappa", "mcc", "balanced_accuracy", "ac1")
_WITH_INTERVALS = ("tpr", "tnr", "kappa", "mcc", "balanced_accuracy")


def chosen_judges(workspace: Workspace) -> list[JudgeVersion]:
    """The judges of the chosen set, in its order; none where none is chosen."""
    choice = judge_table.chosen(workspace.db, workspace.project.id)
    return judges_of(workspace.db, choice["judge_version_ids"] if choice else [])


def judges_of(db: Database, ids: Sequence[str]) -> list[JudgeVersion]:
    """The judge versions of these ids, in their order."""
    judges = judge_table.many(db, ids)
    return [judges[version_id] for version_id in ids if version_id in judges]


def votes_on(db: Database, versions: Sequence[JudgeVersion]) -> pd.DataFrame:
    """Verdicts on all outputs, in words: a row for each output, a column for each judge version."""
    table = verdict_table.values(db, [version.id for version in versions])
    wide = table.pivot(index="output_id", columns="judge_version_id", values="value")
    ordered: pd.DataFrame = wide.reindex(columns=[version.id for version in versions])
    return ordered


def words_on(db: Database, versions: Sequence[JudgeVersion], ids: Sequence[str]) -> pd.DataFrame:
    """The same on some outputs only, None where there is none: one join, for pools of any size."""
    import pandas as pd

    names = [version.id for version in versions]
    cells = confusion.matrix(db, ids, names)
    words = np.where(np.isnan(cells), None, _WORDS[np.nan_to_num(cells).astype(int) + 1])
    return pd.DataFrame(words, index=pd.Index(list(ids), dtype=object), columns=names, dtype=object)


def figures_on(evidence: LabelledOutputs, words: pd.DataFrame) -> dict[str, dict[str, Rate]]:
    """Each judge's figures with intervals, over sources where outputs share them."""
    figures_of = dict[str, dict[str, Rate]]()
    if not evidence.ids:
        return figures_of
    for part, columns in _decided(evidence, words):
        verdicts = _numbers(columns)
        rates = figures_over(verdicts, part.passes, part.groups, _WITH_INTERVALS)
        figures_of |= zip(columns.columns, rates, strict=True)
    return figures_of


def _decided(
    evidence: LabelledOutputs, words: pd.DataFrame
) -> Iterator[tuple[LabelledOutputs, pd.DataFrame]]:
    """Judges that have verdicts on the same outputs, with these outputs alone; abstentions are verdicts.

    ``words``: a row for each output of the evidence, in its order.
    """
    there = words.notna().to_numpy()
    alike = defaultdict(list)
    for at, inside in enumerate(there.T):
        alike[inside.tobytes()].append(at)
    for places in alike.values():
        inside = there[:, places[0]]
        yield evidence.only(inside), words.loc[inside].iloc[:, places]


def _numbers(words: pd.Series | pd.DataFrame) -> Floats:
    return np.where(words == "pass", 1.0, np.where(words == "fail", 0.0, np.nan))


def measure_judge(
    version: JudgeVersion,
    words: pd.Series,
    labels: Labels,
    criterion: Criterion | None,
    split: str,
    *,
    drawn: dict[str, Rate] | None = None,
    evidence: LabelledOutputs | None = None,
) -> JudgeAlignment:
    """One judge's counts and figures on the labelled outputs that it has verdicts for.

    ``drawn``: its figures with intervals (`figures_on`).
    """
    answers = words.reindex(list(labels.value)).dropna()
    answered = answers.index.to_list()
    human = np.array([labels.value[output_id] for output_id in answered], dtype=bool)
    counts = figures.count(_numbers(answers), human)
    cited = {item.output_id for item in criterion.evidence} if criterion else set(labels.fails)
    cited_fails = [key for key in answered if key in cited and not labels.value[key]]
    missing = len(labels.value) - len(answers)
    tpr, tnr = _rates(counts, words, drawn, evidence)
    return JudgeAlignment(
        judge=version.name,
        judge_version_id=version.id,
        kind=version.kind,
        criterion=criterion.name if criterion else OVERALL,
        description=version.description,
        counts=counts,
        missing=missing,
        tpr=tpr,
        tnr=tnr,
        **{name: getattr(figures, name)(counts) for name in _PLAIN},
        intervals=drawn or {},
        weighted=_weighted(evidence, words) if evidence else {},
        baseline=figures.constant_answer(counts),
        criterion_fails=len(cited_fails),
        criterion_caught=int((answers[cited_fails] == "fail").sum()),
        warnings=tuple(_doubts(counts, missing, version, split)),
    )


def _rates(
    counts: figures.Counts, words: pd.Series, drawn: dict[str, Rate] | None, evidence: LabelledOutputs | None
) -> tuple[Rate, Rate]:
    """TPR and TNR, over sources where decided outputs share them; ``drawn``: as of `figures_on`."""
    by_source = dict[str, Rate]()
    if drawn and evidence is not None and evidence.groups is not None:
        decided = evidence.only(words.reindex(evidence.ids).notna().to_numpy())
        by_source = {} if decided.groups is None else drawn
    tpr = over_sources(figures.tpr(counts), by_source.get("tpr"))
    return tpr, over_sources(figures.tnr(counts), by_source.get("tnr"))


def measured_on(evidence: LabelledOutputs, words: pd.DataFrame) -> list[tuple[Rate, Rate]]:
    """TPR and TNR of each judge, a column of ``words`` in the order of the evidence."""
    rates_of = dict[str, tuple[Rate, Rate]]()
    for part, columns in _decided(evidence, words):
        rates = tpr_and_tnr(_numbers(columns), part.passes, part.groups)
        rates_of |= zip(columns.columns, rates, strict=True)
    return [rates_of[name] for name in words.columns]


def _weighted(evidence: LabelledOutputs, words: pd.Series) -> dict[str, Rate]:
    """TPR and TNR as they would be on the whole pool, where outputs had different chances."""
    if not evidence.uneven or evidence.weights is None:
        return {}
    verdicts = _numbers(words.reindex(evidence.ids))
    of_pass, of_fail = evidence.graded(verdicts).by_grade()
    decided = ~np.isnan(verdicts)
    weighted = {}
    for name, share, inside, right in (
        ("tpr", of_pass, evidence.passes & decided, verdicts == 1),
        ("tnr", of_fail, ~evidence.passes & decided, verdicts == 0),
    ):
        weighted[name] = not_measurable("there are no outputs of this grade that it decided")
        if inside.any():
            value = float(np.average(right[inside], weights=evidence.weights[inside]))
            low, high = (float(end) for end in share.interval())
            interval = {"value": value, "low": min(value, low), "high": max(value, high)}
            weighted[name] = Rate(
                **interval, n=int(inside.sum()), method="weighted by the chance of being drawn"
            )
    return weighted


def tnr_on(evidence: LabelledOutputs, words: pd.Series) -> Rate:
    """The share of failed outputs that verdicts in words fail, in the order of the evidence.

    Weighed where the chances of the draw differ, over sources where outputs share them.
    """
    if weighted := _weighted(evidence, words):
        return weighted["tnr"]
    return measured_on(evidence, words.to_frame("verdict"))[0][1]


def _doubts(counts: figures.Counts, missing: int, version: JudgeVersion, split: str) -> Iterator[Fact]:
    for rate in (figures.tpr(counts), figures.tnr(counts)):
        if rate.why_not:
            yield fact("not_measurable", why=rate.why_not)
    if 0 < counts.human_fails < _FEW:
        yield fact("few_fails", n=counts.human_fails)
    if missing:
        yield fact("verdicts_missing", n=missing)
    if counts.abstained:
        yield fact("abstained", n=counts.abstained)
    if kind_of(version).shaped == "in-sample" and shaped_by(version, split):
        yield fact("in_sample")
    mcc = figures.mcc(counts)
    if mcc is not None and mcc < -0.2 and counts.n >= 20:
        yield fact("inverted")
    if counts.n and counts.true_fail + counts.false_fail in {0, counts.n}:
        yield fact("constant")


def shaped_by(version: JudgeVersion, split: str) -> bool:
    """Whether grades of this split, or any for "all", shaped the judge."""
    return bool(version.fitted_on) if split == "all" else split in version.fitted_on


def set_words(votes: pd.DataFrame, ids: Sequence[str]) -> pd.Series:
    """The set's verdict where all its judges have one: fail where any fails, abstain where all abstain."""
    import pandas as pd

    decided = votes[list(ids)].dropna(how="any")
    words = np.full(len(decided), "pass", dtype=object)
    if ids:
        words[(decided == "abstain").all(axis=1).to_numpy()] = "abstain"
    words[(decided == "fail").any(axis=1).to_numpy()] = "fail"
    return pd.Series(words, index=decided.index, dtype=object)


def measure_set(
    versions: Sequence[JudgeVersion],
    words: pd.Series,
    labels: Labels,
    known: Mapping[str, Any] | None = None,
    *,
    evidence: LabelledOutputs | None = None,
) -> SetAlignment:
    """The chosen set's figures on the labelled outputs; where all its judges abstain it catches nothing.

    If they abstain everywhere nothing can be said. ``known``: the figures that were stored with the choice.
    """
    there = set(words.index)
    verdicts = words[[output_id for output_id in labels.value if output_id in there]]
    silent, answers = bool((verdicts == "abstain").all()), verdicts.replace("abstain", "pass")
    human = np.array([labels.value[output_id] for output_id in answers.index], dtype=bool)
    counts = figures.count(_numbers(answers), human)
    cov, ffr = _set_rates(counts, answers, evidence)
    weighted = {}
    if evidence and (rates := _weighted(evidence, answers)):
        none = not_measurable("there are no outputs that people passed")
        weighted = {"coverage": rates["tnr"], "false_failure_rate": complement(rates["tpr"], none)}
    if len(answers) and silent:
        cov = ffr = not_measurable("the set abstains on every graded output", counts.n)
        weighted = {}
    reasons = [fact("not_measurable", why=rate.why_not) for rate in (cov, ffr) if rate.why_not]
    stored = known or {}
    return SetAlignment(
        judges=tuple(version.name for version in versions),
        judge_version_ids=tuple(version.id for version in versions),
        counts=counts,
        coverage=cov,
        false_failure_rate=ffr,
        alignment=figures.evalgen_alignment(cov.value, ffr.value),
        held_out=stored.get("held_out"),
        warnings=tuple(reasons),
        in_sample=(stored.get("in_sample") or {}).get("alignment"),
        members=tuple(HeldOutJudge(**member) for member in stored.get("members", ())),
        weighted=weighted,
    )


def _set_rates(
    counts: figures.Counts, words: pd.Series, evidence: LabelledOutputs | None
) -> tuple[Rate, Rate]:
    """Coverage and false failure rate, over sources where outputs share them."""
    passes, cov = figures.tpr(counts), figures.coverage(counts)
    if evidence is not None and counts.n:
        passes, cov = measured_on(evidence, words.reindex(evidence.ids).to_frame("set"))[0]
    return cov, complement(passes, figures.false_failure_rate(counts))


def complement(passes: Rate, plain: Rate | None = None) -> Rate:
    """1 - a rate with its interval; ``plain`` says why there is none."""
    if passes.value is None:
        return plain or passes
    low = None if passes.high is None else 1 - passes.high
    high = None if passes.low is None else 1 - passes.low
    return passes.model_copy(update={"value": 1 - passes.value, "low": low, "high": high})


def pass_rates(
    db: Database,
    evidence: LabelledOutputs,
    words: pd.Series | None,
    member_ids: Sequence[str],
    *,
    why_not: Wording,
) -> PassRates:
    """People's pass rate, the set's, and the set's corrected for its errors.

    ``words``: the set's verdicts on the labelled outputs; None where no set is chosen. ``why_not``: people's
    pass rate where there is no labelled output.
    """
    verdicts = np.full(len(evidence.ids), np.nan) if words is None else _numbers(words.reindex(evidence.ids))
    grades = evidence.graded(verdicts)
    rate = prevalence.people_only(grades) if evidence.ids else not_measurable(why_not)
    people = {"human": rate, "human_sampling": sampling_of(evidence)}
    if words is None:
        nothing = not_measurable("no judge set is chosen yet")
        return PassRates(**people, judge=nothing, corrected=nothing, assumption="")
    pool = PoolVerdicts(*confusion.pool_of_set(db, member_ids))
    others = {name: correction(grades, pool, name) for name in prevalence.METHODS}
    name = correction_of(evidence)
    if name == "Rogan-Gladen":  # the others need a sample of the pool
        unknown = not_measurable("the graded outputs were not drawn with known probabilities", grades.n)
        others = dict.fromkeys(others, unknown) | {name: others[name]}
        if pool.abstains and any(kind_of(judge).chosen_by_users for judge in judges_of(db, member_ids)):
            others[name] = not_measurable("users chose which outputs have feedback", grades.n)
    return PassRates(
        **people,
        judge=prevalence.as_is(pool),
        corrected=others[name],
        assumption=prevalence.ASSUMPTIONS[name],
        methods=others,
        effective=prevalence.effective_grades(grades) if evidence.uneven else None,
    )


def correction(graded: Graded, pool: PoolVerdicts, method: str) -> Rate:
    """The pool's pass rate by a method; one that assumes more than the draw only where it says more."""
    rate = prevalence.corrected(graded, pool, method)
    return (
        rate if method == "post-stratified" else prevalence.unless_worse(rate, prevalence.people_only(graded))
    )


def sampling_of(evidence: LabelledOutputs) -> Fact:
    """How the graded outputs were drawn."""
    n, undrawn = len(evidence.ids), evidence.undrawn
    if evidence.weights is None:
        return fact("partly_undrawn", n=n, undrawn=undrawn) if 0 < undrawn < n else fact("undrawn")
    if bool((evidence.weights == 1).all()):
        return fact("everything")
    return fact("drawn_beside", n=n, undrawn=undrawn) if undrawn else fact("drawn")


def correction_of(evidence: LabelledOutputs) -> str:
    """The correction that these grades allow: the best one only where they are a known sample."""
    return "Rogan-Gladen" if evidence.weights is None else "post-stratified"


def set_verdicts(workspace: Workspace, ids: Sequence[str]) -> tuple[list[str], Floats]:
    """The ids of the chosen set's judges, and its verdicts on these outputs, shape (n,).

    1 pass, 0 fail, nan where it abstains or has not seen the output, or where no set is chosen.
    """
    judges = chosen_judges(workspace)
    members = [judge.id for judge in judges]
    if not members:
        return [], np.full(len(ids), np.nan)
    return members, _numbers(set_words(words_on(workspace.db, judges, ids), members).reindex(list(ids)))

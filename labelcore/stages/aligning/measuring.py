"""Measure judges and the chosen set against people's grades."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from labelcore.models import OVERALL, Criterion, JudgeVersion, Project
from labelcore.stages.aligning.report import JudgeAlignment, PassRates, SetAlignment
from labelcore.stages.grading import Labels
from labelcore.stats import counts as figures
from labelcore.stats import prevalence
from labelcore.stats.rate import not_measurable, wilson
from labelcore.store import Database
from labelcore.store import samples as sample_table
from labelcore.store import verdicts as verdict_table

_FEW = 10
_AS_NUMBER = {"pass": 1.0, "fail": 0.0, "abstain": np.nan}


def votes_on(db: Database, versions: Sequence[JudgeVersion]) -> pd.DataFrame:
    """Verdicts of all outputs: one row an output, one column a judge version; 1 pass, 0 fail.

    An abstention is nan in the frame's cells, as is a missing verdict; see ``decided_on``.
    """
    table = verdict_table.values(db, [own.id for own in versions])
    wide = table.pivot(index="output_id", columns="judge_version_id", values="value")
    ordered: pd.DataFrame = wide.reindex(columns=[own.id for own in versions])
    return ordered


def _numbers(words: pd.Series) -> figures.Floats:
    return np.asarray(words.map(_AS_NUMBER), dtype=np.float64)


def measure_judge(
    version: JudgeVersion, words: pd.Series, labels: Labels, criterion: Criterion | None,
    split: str, sealed: bool,  # noqa: FBT001 - passed on
) -> JudgeAlignment:  # fmt: skip
    """One judge's counts and figures on the labelled outputs that it has verdicts for."""
    seen = words[[own for own in labels.value if own in words.index]].dropna()
    human = np.array([labels.value[own] for own in seen.index], dtype=bool)
    counts = figures.count(_numbers(seen), human)
    cited = {item.output_id for item in criterion.evidence} if criterion else set(labels.fails)
    own_fails = [own for own in seen.index if own in cited and not labels.value[own]]
    missing = len(labels.value) - len(seen)
    return JudgeAlignment(
        judge=version.name, judge_version_id=version.id, kind=version.kind,
        criterion=criterion.name if criterion else OVERALL, description=version.description,
        counts=counts, missing=missing, tpr=figures.tpr(counts), tnr=figures.tnr(counts),
        ppv=figures.ppv(counts), npv=figures.npv(counts), kappa=figures.kappa(counts),
        mcc=figures.mcc(counts), balanced_accuracy=figures.balanced_accuracy(counts),
        baseline=figures.constant_answer(counts), criterion_fails=len(own_fails),
        criterion_caught=int((seen[own_fails] == "fail").sum()),
        warnings=tuple(_doubts(counts, missing, version, split, sealed=sealed)),
    )  # fmt: skip


def _doubts(
    counts: figures.Counts, missing: int, version: JudgeVersion, split: str, *, sealed: bool
) -> list[str]:
    rates = (figures.tpr(counts), figures.tnr(counts))
    said = [f"Not measurable: {rate.why_not}." for rate in rates if rate.why_not]
    if 0 < counts.human_fails < _FEW:
        said.append(f"TNR rests on {counts.human_fails} failed outputs: its interval is wide.")
    if missing:
        said.append(f"{missing} graded outputs have no verdict yet: run the judge.")
    if counts.abstained:
        said.append(f"It abstained on {counts.abstained} graded outputs.")
    held_out = sealed and split == "test"
    if version.kind == "code" and version.fitted_on and not held_out:
        said.append("In-sample: it was fitted on grades of these outputs.")
    mcc = figures.mcc(counts)
    if mcc is not None and mcc < -0.2 and counts.n >= 20:
        said.append("It is inverted: it fails what people pass. Consider the opposite check.")
    if counts.n and counts.true_fail + counts.false_fail in {0, counts.n}:
        said.append("It gives the same answer everywhere.")
    return said


def set_words(votes: pd.DataFrame, ids: Sequence[str]) -> pd.Series:
    """The set's verdict on every output that all its judges have seen: fail where any fails."""
    own = votes[list(ids)].dropna(how="any")
    fails = (own == "fail").any(axis=1)
    return fails.map({True: "fail", False: "pass"})


def measure_set(
    versions: Sequence[JudgeVersion], words: pd.Series, labels: Labels, held_out: dict[str, object] | None
) -> SetAlignment:  # fmt: skip
    """The chosen set's figures on the labelled outputs."""
    seen = words[[own for own in labels.value if own in words.index]]
    human = np.array([labels.value[own] for own in seen.index], dtype=bool)
    counts = figures.count(_numbers(seen), human)
    cov, ffr = figures.coverage(counts), figures.false_failure_rate(counts)
    reasons = [f"Not measurable: {rate.why_not}." for rate in (cov, ffr) if rate.why_not]
    return SetAlignment(
        judges=tuple(own.name for own in versions),
        judge_version_ids=tuple(own.id for own in versions), counts=counts, coverage=cov,
        false_failure_rate=ffr, alignment=figures.evalgen_alignment(cov.value, ffr.value),
        held_out=held_out, warnings=tuple(reasons),
    )  # fmt: skip


def pass_rates(
    db: Database, project: Project, labels: Labels, words: pd.Series | None, counts: figures.Counts | None
) -> PassRates:  # fmt: skip
    """People's pass rate, the set's, and the set's corrected for its errors."""
    known = _probabilities(db, project, list(labels.value))
    passes = np.array(list(labels.value.values()), dtype=bool)
    if known is not None:
        human = prevalence.weighted_pass_rate(passes, known)
        sampling = "drawn with known probabilities"
    else:
        human = wilson(int(passes.sum()), len(passes), what="graded outputs")
        sampling = "not drawn with known probabilities (imported or hand-picked), so they may not stand for all"
    if words is None or counts is None:
        nothing = not_measurable("no judge set is chosen yet")
        return PassRates(human=human, human_sampling=sampling, judge=nothing, corrected=nothing, assumption="")  # fmt: skip
    judged_pass = int((words == "pass").sum())
    judge = wilson(judged_pass, len(words), what="judged outputs")
    uniform = known is not None and float(known.std()) < 1e-9
    method = prevalence.post_stratified if uniform else prevalence.rogan_gladen
    corrected = method(counts, judged_pass, len(words) - judged_pass)
    name = "post-stratified" if uniform else "Rogan-Gladen"
    return PassRates(
        human=human, human_sampling=sampling, judge=judge, corrected=corrected,
        assumption=prevalence.ASSUMPTIONS[name],
    )  # fmt: skip


def _probabilities(db: Database, project: Project, ids: Sequence[str]) -> np.ndarray | None:
    """Inclusion probabilities of the graded outputs, if every one was drawn with a known one."""
    known = sample_table.probabilities(db, project.id)
    if not ids or any(own not in known for own in ids):
        return None
    return np.array([known[own] for own in ids], dtype=float)

"""Figures as sentences, because people look before they read tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from labelcore.models import OVERALL
from labelcore.stages.aligning import NO_SET, AlignmentReport, ChoiceReport, JudgeAlignment, SetAlignment
from labelcore.stats.counts import Counts
from labelcore.stats.rate import in_words

rate_words = in_words
_LITTLE = 0.02


def number_words(value: float | None) -> str:
    """A figure with two decimals, or "not measurable"."""
    return "not measurable" if value is None else f"{value:.2f}"


def catches(counts: Counts) -> str:
    """What a judge or set does, in plain words."""
    bad = (
        f"of {counts.human_fails} bad outputs it catches {counts.true_fail}"
        if counts.human_fails
        else "it has decided no output that people failed, so what it catches is not measurable"
    )
    good = (
        f"of {counts.human_passes} good ones it wrongly fails {counts.false_fail}"
        if counts.human_passes
        else "it has decided no output that people passed, so what it wrongly fails is not measurable"
    )
    return f"{bad}; {good}"


def set_sentence(alignment: SetAlignment) -> str:
    """The chosen set in one sentence."""
    if not alignment.judges:
        return "The chosen set is empty: no judge is better than none."
    return f"The chosen set ({', '.join(alignment.judges)}): {catches(alignment.counts)}."


def judge_sentence(alignment: JudgeAlignment) -> str:
    """One judge in one sentence."""
    return f"{alignment.judge}: {catches(alignment.counts)}."


def alignment_lines(report: AlignmentReport) -> tuple[str, ...]:
    """An alignment report for a terminal."""
    rates = report.pass_rate
    lines = [f"{report.n_grades:,} graded outputs, split '{report.split}'.", *basis_lines(report)]
    lines += with_how_to_choose(report.warnings, "`labelcore choose`")
    if report.chosen:
        lines.append(set_sentence(report.chosen))
        lines.append(
            f"  alignment on this split {number_words(report.chosen.alignment)}; "
            f"on outputs not seen before {_held_out(report.chosen.held_out)}"
        )
        if drawn := report.chosen.weighted:
            lines.append(
                f"  On all outputs, undoing the draw: coverage {rate_words(drawn['coverage'])}; "
                f"false failure rate {rate_words(drawn['false_failure_rate'])}"
            )
        lines += [f"  Good enough yet? {member.says}" for member in report.chosen.members]
        if wanted := max((member.to_grade for member in report.chosen.members), default=0):
            lines.append(
                f"  `labelcore sample --rule mixture --n {wanted}` draws the outputs that help "
                "most; grade them, then choose again."
            )
    for judge in report.judges:
        lines.append(judge_sentence(judge))
        if judge.against != OVERALL:
            lines.append(f"  Measured against people's grades of “{judge.against}” itself.")
        lines.append(
            f"  TPR {rate_words(judge.tpr)}; TNR {rate_words(judge.tnr)}; kappa "
            f"{number_words(judge.kappa)}, MCC {number_words(judge.mcc)}"
        )
        if judge.weighted:
            lines.append(
                f"  On all outputs, undoing the draw: TPR {rate_words(judge.weighted['tpr'])}; TNR "
                f"{rate_words(judge.weighted['tnr'])}"
            )
        lines += [f"  ! {warning}" for warning in judge.warnings]
    lines.append(
        f"Pass rate by people: {rate_words(rates.human)}; the graded outputs are {rates.human_sampling}."
    )
    lines.append(f"Pass rate by the chosen set: {rate_words(rates.judge)}")
    how = f", by {rates.corrected.method}, if {rates.assumption}" if rates.corrected.value is not None else ""
    lines.append(f"Corrected for its errors: {rate_words(rates.corrected)}{how}")
    if report.ceiling:
        lines.append(report.ceiling.says)
    alpha = report.agreement
    lines.append(
        f"Agreement between people: alpha {number_words(alpha.alpha)} on {alpha.n_outputs} outputs."
        if alpha.alpha is not None
        else f"Agreement between people is not measurable: {alpha.why_not}."
    )
    return tuple(lines)


def basis_lines(report: AlignmentReport) -> tuple[str, ...]:
    """The moment and the versions that a report rests on."""
    basis = report.basis
    criteria = (
        ", ".join(f"{criterion.name} v{criterion.version}" for criterion in basis.criteria) or "no criterion"
    )
    judges = ", ".join(f"{judge.name} v{judge.version} ({judge.judge_version_id})" for judge in basis.judges)
    newest = f", the newest from {_clock(basis.newest_grade)}" if basis.newest_grade else ""
    chosen = f"{basis.choice} of {_clock(basis.chosen_at)}" if basis.chosen_at else "none"
    shown = f"As of {_clock(report.as_of)}." if report.as_of else "As of now."
    return (
        f"{shown} It rests on {basis.grades:,} grades{newest}; chosen set: {chosen}.",
        f"Criteria: {criteria}.",
        f"Judges: {judges or 'none'}.",
    )


def _clock(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S %Z}" if moment else ""


def choice_lines(report: ChoiceReport) -> tuple[str, ...]:
    """A choice for a terminal."""
    shown = ", ".join(report.judges) or "no judge"
    lines = [
        f"Chose {shown} from {report.n_grades} grades ({report.n_fails} fails).",
        (
            f"In-sample alignment {number_words(report.in_sample['alignment'])}; held out "
            f"{_held_out(report.held_out)}"
        ),
    ]
    if (drawn := report.held_out.get("weighted")) and drawn["alignment"]["value"] is not None:
        lines.append(f"On all outputs, undoing the draw, held out {_held_out(_flat(drawn['alignment']))}")
    if report.optimism is not None:
        lines.append(optimism_words(report.optimism))
    if report.gap is not None:
        lines.append(gap_words(report.gap))
    return (*lines, *report.warnings)


def with_how_to_choose(warnings: Sequence[str], how: str) -> list[str]:
    """The warnings, with what picks a set where none is chosen."""
    return [
        f"{warning.removesuffix('.')}: {how} picks one." if warning == NO_SET else warning
        for warning in warnings
    ]


def optimism_words(optimism: float) -> str:
    """What choosing and fitting on the same grades did to the in-sample figure."""
    if optimism <= _LITTLE:
        return f"The in-sample figure hardly flatters ({optimism:+.2f})."
    return (
        f"The in-sample figure flatters by {optimism:+.2f}: judges were fitted and chosen on these "
        "grades. Expect the held-out figure."
    )


def gap_words(gap: float) -> str:
    """How sure the solver is."""
    if gap == 0:
        return "No other set has fewer false failures and judges at this coverage (proven on these grades)."
    return (
        f"Another set may have up to {gap:.0%} fewer false failures and judges; the time for a proof ran out."
    )


def _flat(rate: dict[str, Any]) -> dict[str, Any]:
    return rate | {"alignment": rate["value"]}


def _held_out(figures: dict[str, Any] | None) -> str:
    if not figures or figures["alignment"] is None:
        why = (figures or {}).get("why_not")
        return f"not measurable: {why}." if why else "not measurable."
    value, low, high = figures["alignment"], figures["low"], figures["high"]
    if low is None or high is None:
        return f"{value:.2f} ({figures.get('why_not') or 'no interval from so few grades'})."
    return f"{value:.2f} ({low:.2f} to {high:.2f})."

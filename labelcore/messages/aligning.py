"""An alignment and the choice of a set in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from labelcore.messages.catalogue import say
from labelcore.messages.figures import number_words, rate_words
from labelcore.messages.telling import listed, sentence, sentences
from labelcore.models import OVERALL, Fact, fact

if TYPE_CHECKING:  # sentences need the reports' shapes, not the stages that make them
    from labelcore.stages.aligning.choosing_set import ChoiceReport
    from labelcore.stages.aligning.report import AlignmentReport, JudgeAlignment, PassRates, SetAlignment
    from labelcore.stats.counts import Counts

WORDS = {
    "not_measurable": "Not measurable: {why}.",
    "few_fails": "TNR rests on {n} failed outputs: its interval is wide.",
    "verdicts_missing": "{n} graded outputs have no verdict yet: run the judge.",
    "abstained": "It abstained on {n} graded outputs.",
    "in_sample": "In-sample: it was fitted on grades of these outputs.",
    "inverted": "It is inverted: it fails what people pass. Consider the opposite check.",
    "constant": "It gives the same answer everywhere.",
    "no_labels": "No output of this split has a pass or a fail yet: grade some.",
    "no_fails": "People failed none of these outputs, so TNR and coverage are not measurable.",
    "no_passes": "People passed none of these outputs, so TPR is not measurable.",
    "no_judges": "There are no judges yet: propose some, then run them.",
    "no_set": "No set is chosen yet.",
    "no_set_but": "No set is chosen yet: {how} picks one.",
    "ties": "{n} outputs have as many passes as fails; they count nowhere.",
    "test_not_sealed": (
        "The test split is not sealed yet (too few grades), so judges may have been fitted on it: "
        "trust the cross-fitted figures instead."
    ),
    "mostly_fitted": "Most of these grades shaped the judges; the test split was kept apart.",
    "changed_minds": (
        "1 output was both passed and failed by one person: the newest grade counts.",
        "{n:,} outputs were both passed and failed by one person: the newest grade counts.",
    ),
    "drawn": "drawn with known probabilities",
    "everything": "drawn with known probabilities: they are all that there are",
    "undrawn": (
        "not drawn with known probabilities (imported or hand-picked), so they may not stand for all"
    ),
    "partly_undrawn": (
        "not drawn with known probabilities in {undrawn:,} of {n:,} cases (imported or hand-picked), "
        "so they may not stand for all"
    ),
    "few_grades": (
        "With {n} grades ({fails} fails) little can be known: look at the held-out interval, and grade on."
    ),
    "no_sealed_test": "No test split is sealed yet: held-out figures come from refitting on other outputs.",
    "empty_set": "No judge is better than none: the set is empty.",
    "no_better_than_a_coin": (
        "Held out, the set is not clearly better than a coin (alignment {coin:.2f}): "
        "do not rely on it; grade more, write notes, or add what outputs answer as input."
    ),
    "false_failures": ("No useful set keeps the false failure rate at {limit:.0%}; this one has {rate:.0%}."),
    "coverage_unknown": "The held-out coverage is not measurable; {wanted:.0%} was asked for.",
    "coverage_low": "The held-out coverage is {rate:.0%}; {wanted:.0%} was asked for.",
    "undecided": (
        "{judge} abstained on {abstained} and has no verdict on {missing} of {n} graded outputs: "
        "there it neither catches nor wrongly fails."
    ),
    "run_it": "Run it, then choose again.",
    "enough_unknown": "Not measurable: there are no failed outputs yet.",
    "enough": (
        "Good enough: at least {bound:.0%} (wanted {wanted:.0%}), and looking again does not weaken that."
    ),
    "not_at_this_rate": "Not at this rate: {now}; more grades alone will not get there.",
    "too_near": (
        "Not at this rate: {now}; it is so near to that limit that thousands more failed outputs would be "
        "needed."
    ),
    "not_yet": "Not yet: {now}; about {more:,} more failed outputs if the rate stays.",
    "so_far": (
        "so far {caught} of {fails} failed outputs, so at least {bound:.0%} of all such with 95% confidence "
        "(wanted {wanted:.0%})"
    ),
    "worth_less": (
        "({counted:,} failed outputs, which share sources or were drawn unevenly, are worth {worth:,}.)"
    ),
    "of_judge": "{judge}: {answer}",
    "share": "{share:.0%}",
    "no_share": "not measurable ({why})",
    "no_ceiling": "There are no grades yet to set a judge beside.",
    "ceiling": (
        "People agree with each other: {between}; with themselves: {themselves}. Always giving the more "
        "frequent grade is right on {constant:.0%}: a judge must beat that."
    ),
}
_LITTLE = 0.02


def catches(counts: Counts) -> str:
    """What a judge or set does, in plain words."""
    bad = (
        say("of {n} bad outputs it catches {caught}", n=counts.human_fails, caught=counts.true_fail)
        if counts.human_fails
        else say("it has decided no output that people failed, so what it catches is not measurable")
    )
    good = (
        say("of {n} good ones it wrongly fails {wrong}", n=counts.human_passes, wrong=counts.false_fail)
        if counts.human_passes
        else say("it has decided no output that people passed, so what it wrongly fails is not measurable")
    )
    return say("{bad}; {good}", bad=bad, good=good)


def set_sentence(alignment: SetAlignment) -> str:
    """The chosen set in one sentence."""
    if not alignment.judges:
        return say("The chosen set is empty: no judge is better than none.")
    judges = listed(alignment.judges)
    return say("The chosen set ({judges}): {catches}.", judges=judges, catches=catches(alignment.counts))


def judge_sentence(alignment: JudgeAlignment) -> str:
    """One judge in one sentence."""
    return say("{judge}: {catches}.", judge=alignment.judge, catches=catches(alignment.counts))


def alignment_lines(report: AlignmentReport) -> tuple[str, ...]:
    """An alignment report for a terminal."""
    return (
        say("{n:,} graded outputs, split '{split}'.", n=report.n_grades, split=report.split),
        *basis_lines(report),
        *with_how_to_choose(report.warnings, "`labelcore choose`"),
        *(_set_lines(report.chosen) if report.chosen else ()),
        *(line for judge in report.judges for line in _judge_lines(judge)),
        *_pass_rate_lines(report.pass_rate),
        *([sentence(report.ceiling.says)] if report.ceiling else ()),
        _agreement_line(report),
    )


def _set_lines(chosen: SetAlignment) -> Iterator[str]:
    yield set_sentence(chosen)
    yield "  " + say(
        "alignment on this split {here}; on outputs not seen before {unseen}",
        here=number_words(chosen.alignment),
        unseen=_held_out(chosen.held_out),
    )
    if chosen.weighted:
        yield "  " + weighted_words(chosen)
    for member in chosen.members:
        yield "  " + say("Good enough yet? {answer}", answer=sentence(member.says))
    if wanted := max((member.to_grade for member in chosen.members), default=0):
        yield "  " + say(
            "`labelcore sample --rule mixture --n {n}` draws the outputs that help most; grade them, then "
            "choose again.",
            n=wanted,
        )


def weighted_words(chosen: SetAlignment) -> str:
    """The set's rates on the whole pool, where outputs had different chances."""
    return say(
        "On all outputs, undoing the draw: coverage {coverage}; false failure rate {wrong}",
        coverage=rate_words(chosen.weighted["coverage"]),
        wrong=rate_words(chosen.weighted["false_failure_rate"]),
    )


def _judge_lines(judge: JudgeAlignment) -> Iterator[str]:
    yield judge_sentence(judge)
    if judge.against != OVERALL:
        yield "  " + say("Measured against people's grades of “{criterion}” itself.", criterion=judge.against)
    yield "  " + say(
        "TPR {tpr}; TNR {tnr}; kappa {kappa}, MCC {mcc}",
        tpr=rate_words(judge.tpr),
        tnr=rate_words(judge.tnr),
        kappa=number_words(judge.kappa),
        mcc=number_words(judge.mcc),
    )
    if judge.weighted:
        yield "  " + say(
            "On all outputs, undoing the draw: TPR {tpr}; TNR {tnr}",
            tpr=rate_words(judge.weighted["tpr"]),
            tnr=rate_words(judge.weighted["tnr"]),
        )
    yield from (f"  ! {warning}" for warning in sentences(judge.warnings))


def _pass_rate_lines(rates: PassRates) -> Iterator[str]:
    yield say(
        "Pass rate by people: {rate}; the graded outputs are {sampling}.",
        rate=rate_words(rates.human),
        sampling=sentence(rates.human_sampling),
    )
    yield say("Pass rate by the chosen set: {rate}", rate=rate_words(rates.judge))
    corrected = rate_words(rates.corrected)
    if rates.corrected.value is None:
        yield say("Corrected for its errors: {rate}", rate=corrected)
    else:
        yield say(
            "Corrected for its errors: {rate}, by {method}, if {assumption}",
            rate=corrected,
            method=rates.corrected.method,
            assumption=say(rates.assumption),
        )


def sampling_words(rates: PassRates) -> str:
    """How the graded outputs were drawn, and what the correction rests on."""
    words = say("The graded outputs are {sampling}.", sampling=sentence(rates.human_sampling))
    if rates.corrected.value is None:
        return words
    assumption, method = say(rates.assumption), rates.corrected.method
    return say(
        "{drawn} Corrected by {method}, if {assumption}.", drawn=words, method=method, assumption=assumption
    )


def _agreement_line(report: AlignmentReport) -> str:
    known = report.agreement
    if known.alpha is None:
        why = say(known.why_not or "")
        return say("Agreement between people is not measurable: {why}.", why=why)
    return say(
        "Agreement between people: alpha {alpha} on {n} outputs.",
        alpha=number_words(known.alpha),
        n=known.n_outputs,
    )


def basis_lines(report: AlignmentReport) -> tuple[str, ...]:
    """The moment and the versions that a report rests on."""
    basis = report.basis
    criteria = listed(f"{used.name} v{used.version}" for used in basis.criteria)
    judges = listed(f"{used.name} v{used.version} ({used.judge_version_id})" for used in basis.judges)
    shown = say("As of {at}.", at=_clock(report.as_of)) if report.as_of else say("As of now.")
    grades = (
        say("{n:,} grades, the newest from {at}", n=basis.grades, at=_clock(basis.newest_grade))
        if basis.newest_grade
        else say("{n:,} grades", n=basis.grades)
    )
    chosen = say("{choice} of {at}", choice=basis.choice, at=_clock(basis.chosen_at))
    return (
        say(
            "{as_of} It rests on {grades}; chosen set: {chosen}.",
            as_of=shown,
            grades=grades,
            chosen=chosen if basis.chosen_at else say("none"),
        ),
        say("Criteria: {names}.", names=criteria or say("no criterion")),
        say("Judges: {names}.", names=judges or say("none")),
    )


def _clock(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S %Z}" if moment else ""


def choice_lines(report: ChoiceReport) -> tuple[str, ...]:
    """A choice for a terminal."""
    return (
        say(
            "Chose {judges} from {n} grades ({fails} fails).",
            judges=listed(report.judges) or say("no judge"),
            n=report.n_grades,
            fails=report.n_fails,
        ),
        say(
            "In-sample alignment {here}; held out {unseen}",
            here=number_words(report.in_sample["alignment"]),
            unseen=_held_out(report.held_out),
        ),
        *_choice_details(report),
        *sentences(report.warnings),
    )


def _choice_details(report: ChoiceReport) -> Iterator[str]:
    drawn = report.held_out.get("weighted")
    if drawn and drawn["alignment"]["value"] is not None:
        rate = drawn["alignment"]
        figures = rate | {"alignment": rate["value"]}
        yield say("On all outputs, undoing the draw, held out {unseen}", unseen=_held_out(figures))
    if report.optimism is not None:
        yield optimism_words(report.optimism)
    if report.gap is not None:
        yield gap_words(report.gap)


def with_how_to_choose(warnings: Iterable[Fact], how: str) -> tuple[str, ...]:
    """The warnings, with what picks a set where none is chosen."""
    return sentences(
        fact("no_set_but", how=how) if warning.code == "no_set" else warning for warning in warnings
    )


def optimism_words(optimism: float) -> str:
    """What choosing and fitting on the same grades did to the in-sample figure."""
    if optimism <= _LITTLE:
        return say("The in-sample figure hardly flatters ({optimism:+.2f}).", optimism=optimism)
    return say(
        "The in-sample figure flatters by {optimism:+.2f}: judges were fitted and chosen on these grades. "
        "Expect the held-out figure.",
        optimism=optimism,
    )


def gap_words(gap: float) -> str:
    """How sure the solver is."""
    if gap == 0:
        return say(
            "No other set has fewer false failures and judges at this coverage (proven on these grades)."
        )
    return say(
        "Another set may have up to {gap:.0%} fewer false failures and judges; the time for a proof ran out.",
        gap=gap,
    )


def _held_out(figures: dict[str, Any] | None) -> str:
    why = say((figures or {}).get("why_not") or "")
    if not figures or figures["alignment"] is None:
        return say("not measurable: {why}.", why=why) if why else say("not measurable.")
    value, low, high = figures["alignment"], figures["low"], figures["high"]
    if low is None or high is None:
        why = why or say("no interval from so few grades")
        return say("{value:.2f} ({why}).", value=value, why=why)
    return say("{value:.2f} ({low:.2f} to {high:.2f}).", value=value, low=low, high=high)

"""An alignment, the choice of a set, and races of judges, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from labelcore.messages.catalogue import judge_words, say
from labelcore.messages.figures import rate_words
from labelcore.messages.telling import listed, sentence, sentences
from labelcore.models import Fact, fact
from labelcore.text.showing import clock

if TYPE_CHECKING:  # sentences need the reports' shapes, not the stages that make them
    from labelcore.stages.aligning.report import AlignmentReport, JudgeAlignment, PassRates, SetAlignment
    from labelcore.stats.counts import Counts

WORDS = {
    "not_measurable": "Not measurable: {why}.",
    "few_fails": "TNR rests on {n} failed outputs: its interval is wide.",
    "verdicts_missing": "{n} graded outputs have no verdict yet: run the judge.",
    "abstained": "It abstained on {n} graded outputs.",
    "in_sample": "In-sample: it was fitted on grades of these outputs.",
    "inverted": "It is the wrong way round: it fails what people pass. Consider the opposite check.",
    "constant": "It gives the same answer everywhere.",
    "alarms": "{judge} finds {finds} of the bad outputs, and {wrong} of its alarms are false.",
    "alarms_unknown": "What share of the bad outputs {judge} finds is not measurable: {why}.",
    "alarms_reach": (
        "Users gave feedback on {spoken:,} of {n:,} graded outputs, and they chose "
        "which: that is not a random draw, so TPR and TNR say nothing about outputs "
        "without feedback."
    ),
    "alarms_undrawn": (
        "The graded outputs were not drawn with known probabilities: what is found among all may differ."
    ),
    "no_labels": "No output of this split has a pass or a fail yet: grade some.",
    "only_on_criteria": (
        "No output of this split is graded as a whole; 1 is graded on criteria. Judges of criteria are "
        "measured against its grades; nothing that is said of the whole is measurable.",
        "No output of this split is graded as a whole; {n:,} are graded on criteria. Judges of criteria are "
        "measured against their grades; nothing that is said of the whole is measurable.",
    ),
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
    "drawn_beside": (
        "drawn with known probabilities, but for {undrawn:,} of {n:,} that were graded before the draw and "
        "stand for themselves only"
    ),
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
    "of_users": "It is user feedback: it knows nothing about new outputs until users of the product react.",
    "enough_unknown": "Not measurable: there are no failed outputs yet.",
    "enough": (
        "Good enough: at least {bound:.0%} (wanted {wanted:.0%}), and looking again does not weaken that."
    ),
    "not_at_this_rate": "Not at this rate: {now}. More grades alone will not get there.",
    "too_near": (
        "Not at this rate: {now}. That is so near to what is wanted that it would take thousands more failed "
        "outputs to tell."
    ),
    "not_yet": "Not yet: {now}. It takes about {more:,} more failed outputs if the rate stays.",
    "so_far": (
        "{caught} of {fails} failed outputs were found so far, so with 95% certainty at least {bound:.0%} of "
        "all such are found, and {wanted:.0%} are wanted"
    ),
    "worth_less": (
        "({counted:,} failed outputs tell as much as {worth:,} independent ones: some "
        "share a source or were drawn unevenly.)"
    ),
    "of_judge": "{judge}: {answer}",
    "share": "{share:.0%}",
    "no_share": "not measurable ({why})",
    "no_ceiling": "There are no grades yet to set a judge beside.",
    "no_ceiling_of_whole": "There are no grades of outputs as a whole to set a judge beside.",
    "ceiling": (
        "People agree with each other: {between}; with themselves: {themselves}. Always giving the more "
        "frequent grade is right on {constant:.0%}: a judge must beat that."
    ),
    "against_output": "the grades of the whole output",
    "against_criterion": "the grades of “{criterion}” itself",
    "against_evidence": (
        "its evidence among the failed outputs, the passed ones, and the grades of “{criterion}” itself, "
        "which are fewer than {needed}"
    ),
    "decided_too_few": "{judge}: it has decided {seen} of {n} graded outputs.",
    "cost": "US$ {cost:.3f} for 1,000",
    "no_cost": "no cost",
    "no_price": "no price set",
    "cost_unknown": "its cost is not known",
    "wanted_rates": "TPR of {tpr:.0%} and TNR of {tnr:.0%}",
    "cheapest": ("The cheapest that is good enough (wanted: {wanted}, whole intervals) is {judge}: {cost}."),
    "nobody_raced": "No judge could race: none has decided enough of the graded outputs. Run them first.",
    "good_unknown": "Whether any is good enough (wanted: {wanted}) is not measurable: {why}.",
    "perhaps_good": (
        "None is surely good enough (wanted: {wanted}); by their values {judges} may be: grade more to know."
    ),
    "helps_run": "a run of its judges",
    "helps_fails": ("one more failing grade", "{n:,} more failing grades"),
    "helps_passes": ("one more passing grade", "{n:,} more passing grades"),
    "helps_model": "a language model, or a check of your own",
    "helps_wording": "a clearer criterion, or a check of your own",
    "none_good": "None is good enough (wanted: {wanted}): refine the judges or the criterion.",
}


def catches(counts: Counts) -> str:
    """What a judge or set does, in plain words."""
    bad = say("it has decided no output that people failed, so what it catches is not measurable")
    good = say("it has decided no output that people passed, so what it wrongly fails is not measurable")
    if counts.human_fails:
        bad = say("of {n} bad outputs it catches {caught}", n=counts.human_fails, caught=counts.true_fail)
    if counts.human_passes:
        wrong = counts.false_fail
        good = say("of {n} good ones it wrongly fails {wrong}", n=counts.human_passes, wrong=wrong)
    return say("{bad}; {good}", bad=bad, good=good)


def judge_sentence(alignment: JudgeAlignment) -> str:
    """One judge in one sentence."""
    return say("{judge}: {catches}.", judge=judge_words(alignment.judge), catches=catches(alignment.counts))


def weighted_words(alignment: SetAlignment) -> str:
    """The set's rates on the whole pool, where outputs had different chances."""
    return say(
        "On all outputs, undoing the draw: coverage {coverage}; false failure rate {wrong}",
        coverage=rate_words(alignment.weighted["coverage"]),
        wrong=rate_words(alignment.weighted["false_failure_rate"]),
    )


def rate_names() -> tuple[str, str, str]:
    """What the three pass rates of an alignment rest on."""
    return say("People's grades"), say("Judges as they are"), say("Corrected for the judges' errors")


def sampling_words(rates: PassRates) -> str:
    """How the graded outputs were drawn, and what the correction rests on."""
    words = say("The graded outputs are {sampling}.", sampling=sentence(rates.human_sampling))
    if rates.corrected.value is None:
        return words
    assumption, method = say(rates.assumption), say(rates.corrected.method)
    return say(
        "{drawn} Corrected by {method}, if {assumption}.", drawn=words, method=method, assumption=assumption
    )


def basis_lines(report: AlignmentReport) -> tuple[str, ...]:
    """The moment and the versions that a report rests on."""
    basis = report.basis
    criteria = listed(f"{say(used.name)} v{used.version}" for used in basis.criteria)
    judges = listed(
        f"{judge_words(used.name)} v{used.version} ({used.judge_version_id})" for used in basis.judges
    )
    moment, grades, choice = say("As of now."), say("{n:,} grades", n=basis.grades), say("none")
    if report.as_of:
        moment = say("As of {at}.", at=clock(report.as_of, seconds=True))
    if basis.newest_grade:
        newest = clock(basis.newest_grade, seconds=True)
        grades = say("{n:,} grades, the newest from {at}", n=basis.grades, at=newest)
    if basis.chosen_at:
        choice = say("{choice} of {at}", choice=basis.choice, at=clock(basis.chosen_at, seconds=True))
    resting = {"as_of": moment, "grades": grades, "chosen": choice}
    return (
        say("{as_of} It rests on {grades}; chosen set: {chosen}.", **resting),
        say("Criteria: {names}.", names=criteria or say("no criterion")),
        say("Judges: {names}.", names=judges or say("none")),
    )


def with_how_to_choose(warnings: Iterable[Fact], how: str) -> tuple[str, ...]:
    """The warnings, with what picks a set where none is chosen."""
    return sentences(
        fact("no_set_but", how=how) if warning.code == "no_set" else warning for warning in warnings
    )

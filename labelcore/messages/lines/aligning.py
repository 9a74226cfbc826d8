"""What aligning says: figures, the choice, races, leaks, judges along the versions of a criterion."""

from collections.abc import Iterator, Sequence
from typing import Any

from labelcore.messages.aligning import (
    basis_lines,
    catches,
    judge_sentence,
    weighted_words,
    with_how_to_choose,
)
from labelcore.messages.catalogue import counted, judge_words, say
from labelcore.messages.figures import number_words, rate_words
from labelcore.messages.results import lines
from labelcore.messages.telling import listed, sentence, sentences
from labelcore.models import OVERALL
from labelcore.stages.aligning.by_version import VersionAlignment
from labelcore.stages.aligning.choosing_set import ChoiceReport
from labelcore.stages.aligning.leaking import Leak, Leakage
from labelcore.stages.aligning.refereeing import Contender, JudgeDifference, JudgeDifferences, Race
from labelcore.stages.aligning.report import AlignmentReport, JudgeAlignment, PassRates, SetAlignment
from labelcore.stages.aligning.side_by_side import JudgeRow, JudgeTable, UnjudgedCriterion

_SHOWN = 20
_LITTLE = 0.02


@lines("splits leaks")
def leaks(report: Leakage) -> Iterator[str]:
    yield leakage_words(report)
    yield from map(leak_words, report.leaks[:_SHOWN])


def leakage_words(report: Leakage) -> str:
    """What was looked for, and how much was found."""
    if not report.total:
        return say("No leak between the splits among {n:,} graded outputs.", n=report.looked_at)
    leaks = say("{total:,} leaks between the splits among {n:,} graded outputs", report, n=report.looked_at)
    if report.test_share:
        touched = {"leaks": leaks, "share": report.test_share}
        leaks = say("{leaks}; {share:.0%} of the test's graded outputs are touched", **touched)
    return say("{leaks}. Import such outputs with a group that keeps them together.", leaks=leaks)


def leak_words(leak: Leak) -> str:
    """One leak as a sentence."""
    first = {"first": leak.output_id, "split": leak.split}
    if leak.kind == "example":
        return say("{judge} is shown {first} of {split} as an example.", judge=leak.judge, **first)
    both = first | {"second": leak.other_id, "other": leak.other_split, "similarity": leak.similarity}
    if leak.kind == "output":
        return say(
            "The texts of {first} ({split}) and {second} ({other}) are {similarity:.0%} alike.", **both
        )
    return say("The inputs of {first} ({split}) and {second} ({other}) are {similarity:.0%} alike.", **both)


@lines("align")
def alignment_lines(report: AlignmentReport) -> Iterator[str]:
    yield say("{n:,} graded outputs, split '{split}'.", n=report.n_grades, split=report.split)
    yield from basis_lines(report)
    yield from with_how_to_choose(report.warnings, "`labelcore choose`")
    if report.chosen:
        yield from _set_lines(report.chosen)
    for judge in report.judges:
        yield from _judge_lines(judge)
    yield from _pass_rate_lines(report.pass_rate)
    if report.ceiling:
        yield sentence(report.ceiling.says)
    agreement = report.agreement
    if agreement.alpha is None:
        yield say("Agreement between people is not measurable: {why}.", why=say(agreement.why_not or ""))
    else:
        alpha, n = number_words(agreement.alpha), agreement.n_outputs
        yield say("Agreement between people: alpha {alpha} on {n} outputs.", alpha=alpha, n=n)


def _set_lines(alignment: SetAlignment) -> Iterator[str]:
    if alignment.judges:
        names = {"judges": listed(map(judge_words, alignment.judges)), "catches": catches(alignment.counts)}
        yield say("The chosen set ({judges}): {catches}.", **names)
    else:
        yield say("The chosen set is empty: no judge is better than none.")
    yield "  " + say(
        "alignment on this split {here}; on outputs not seen before {unseen}",
        here=number_words(alignment.alignment),
        unseen=_held_out(alignment.held_out),
    )
    if alignment.weighted:
        yield "  " + weighted_words(alignment)
    for member in alignment.members:
        yield "  " + say("Good enough yet? {answer}", answer=sentence(member.says))
    if missing := max((member.to_grade for member in alignment.members), default=0):
        yield "  " + say(
            "`labelcore sample --rule mixture --n {n}` draws the outputs that help most; grade them, then "
            "choose again.",
            n=missing,
        )


def _judge_lines(judge: JudgeAlignment) -> Iterator[str]:
    yield judge_sentence(judge)
    if judge.against != OVERALL:
        yield "  " + say("Measured against people's grades of “{criterion}” itself.", criterion=judge.against)
    yield "  " + say(
        "TPR {tpr}; TNR {tnr}; kappa {kappa}, MCC {mcc}",
        judge,
        kappa=number_words(judge.kappa),
        mcc=number_words(judge.mcc),
    )
    if judge.weighted:
        rates = {name: rate_words(judge.weighted[name]) for name in ("tpr", "tnr")}
        yield "  " + say("On all outputs, undoing the draw: TPR {tpr}; TNR {tnr}", **rates)
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
            method=say(rates.corrected.method),
            assumption=say(rates.assumption),
        )


@lines("choose")
def choice_lines(report: ChoiceReport) -> Iterator[str]:
    yield say(
        "Chose {judges} from {n} grades ({fails} fails).",
        judges=listed(map(judge_words, report.judges)) or say("no judge"),
        n=report.n_grades,
        fails=report.n_fails,
    )
    yield say(
        "In-sample alignment {here}; held out {unseen}",
        here=number_words(report.in_sample["alignment"]),
        unseen=_held_out(report.held_out),
    )
    weighted = report.held_out.get("weighted")
    if weighted and weighted["alignment"]["value"] is not None:
        figures = weighted["alignment"] | {"alignment": weighted["alignment"]["value"]}
        yield say("On all outputs, undoing the draw, held out {unseen}", unseen=_held_out(figures))
    if report.optimism is not None and report.optimism <= _LITTLE:
        yield say("The in-sample figure hardly flatters ({optimism:+.2f}).", optimism=report.optimism)
    elif report.optimism is not None:
        yield say(
            "The in-sample figure flatters by {optimism:+.2f}: judges were fitted and chosen on these "
            "grades. Expect the held-out figure.",
            optimism=report.optimism,
        )
    if report.gap == 0:
        yield say(
            "No other set has fewer false failures and judges at this coverage (proven on these grades)."
        )
    elif report.gap is not None:
        yield say(
            "Another set may have up to {gap:.0%} fewer false failures and judges; the time for a proof "
            "ran out.",
            gap=report.gap,
        )
    yield from sentences(report.warnings)


def _held_out(figures: dict[str, Any] | None) -> str:
    why = say((figures or {}).get("why_not") or "")
    if not figures or figures["alignment"] is None:
        return say("not measurable: {why}.", why=why) if why else say("not measurable.")
    value, low, high = figures["alignment"], figures["low"], figures["high"]
    if low is None or high is None:
        why = why or say("no interval from so few grades")
        return say("{value:.2f} ({why}).", value=value, why=why)
    return say("{value:.2f} ({low:.2f} to {high:.2f}).", value=value, low=low, high=high)


@lines("criteria timeline")
def timeline(versions: list[VersionAlignment]) -> Iterator[str]:
    for version in versions:
        meaning = say(" (meaning changed)") if version.changed else ""
        in_sample = say(", in-sample") if version.in_sample else ""
        yield say(
            "v{criterion_version}{changed} {judge}{in_sample}: TPR {tpr}; TNR {tnr}",
            version,
            changed=meaning,
            in_sample=in_sample,
        )
    if not versions:
        yield say("No judge of this criterion has decided a graded output yet.")


@lines("judge race")
def race(report: Race) -> Iterator[str]:
    yield say(
        "{criterion}: {judges} judges on the same {n} graded outputs, against {against}.",
        criterion=say(report.criterion),
        judges=len(report.contenders),
        n=report.n,
        against=sentence(report.against),
    )
    yield sentence(report.says)
    yield from map(_contender_line, report.contenders)
    yield from sentences((*report.left_out, *report.renamed))


def _contender_line(contender: Contender) -> str:
    line = say(
        "{judge} ({kind}, {how}): TPR {tpr}, TNR {tnr}, {cost}; good enough: {good}",
        contender,
        kind=say(contender.kind),
        how=say(contender.how),
        cost=sentence(contender.cost),
        good=say(contender.good),
    )
    if contender.beaten_by:
        line = say(
            "{line}; {judge} is no worse in anything", line=line, judge=judge_words(contender.beaten_by)
        )
    return f"  {line}"


@lines("judge table")
def judge_table(report: JudgeTable) -> Iterator[str]:
    if not report.rows:
        yield say("There are no judges yet: accept criteria, then propose judges.")
        return
    yield in_use_words(report)
    yield from map(_judge_line, report.shown)
    yield from unheld_words(report.unheld)
    if more := len(report.rows) - len(report.shown):
        yield say("… {more} more (--json shows all).", more=more)


def unheld_words(gaps: Sequence[UnjudgedCriterion]) -> Iterator[str]:
    """For which criteria no judge holds up; those that the same would help in one sentence."""
    helped: dict[str, list[UnjudgedCriterion]] = {}
    for gap in gaps:
        helped.setdefault(gap.helps.code, []).append(gap)
    for same in helped.values():
        wanted = [gap.helps.values.get("n", 0) for gap in same]
        values = {
            "names": listed(say("“{name}”", name=say(gap.criterion)) for gap in same),
            "helps": sentence(same[wanted.index(max(wanted))].helps),
        }
        if len(same) == 1:
            yield say("No judge holds up for {names} yet. What would help: {helps}.", **values)
        elif len(set(wanted)) > 1:
            yield say("No judge holds up yet for {names}. What would help each: up to {helps}.", **values)
        else:
            yield say("No judge holds up yet for {names}. What would help each: {helps}.", **values)


def in_use_words(report: JudgeTable) -> str:
    """How many judges are in use, and what they do together on outputs that they had not seen."""
    if report.unseen is None or not report.in_use:
        if not report.choosable:
            return say("No judge is in use: a set is chosen by grades of the whole, and there are none.")
        return (
            say("No judge is in use yet: choose the set.")
            if report.rows and all(row.ran for row in report.rows)
            else say("No judge is in use yet: run the judges, then choose the set.")
        )
    caught, wrong = map(rate_words, report.unseen)
    return counted(
        "1 in use: on outputs it had not seen, it finds {caught} of the bad ones and wrongly "
        "fails {wrong} of the good ones.",
        "{n} in use: on outputs they had not seen, they find {caught} of the bad ones and "
        "wrongly fail {wrong} of the good ones.",
        n=report.in_use,
        caught=caught,
        wrong=wrong,
    )


def _judge_line(row: JudgeRow) -> str:
    name = judge_words(row.judge)
    return "  " + say(
        "{judge} ({state}): finds {catches}, false alarms {wrong}",
        judge=say("{judge}, version {n}", judge=name, n=row.version) if row.replaced else name,
        state=say(row.state),
        catches=rate_words(row.catches),
        wrong=rate_words(row.false_alarms),
    )


def finds_words(row: JudgeRow) -> str:
    """How well a judge does, in a sentence."""
    return say(
        "Bad outputs found: {catches}; good ones wrongly failed: {wrong}."
        if None in (row.catches.value, row.false_alarms.value)
        else "Finds {catches} of the bad outputs; wrongly fails {wrong} of the good ones.",
        catches=rate_words(row.catches),
        wrong=rate_words(row.false_alarms),
    )


@lines("judge differences")
def differences(report: JudgeDifferences) -> Iterator[str]:
    paired = report.paired
    yield say(
        "They differ on {differ} of {n} graded outputs: only {first} is right on {first_right}, only "
        "{second} on {second_right}. {second}: {verdict}. Right is what agrees with {against}.",
        differ=len(report.differences),
        n=paired.n,
        first=judge_words(report.first),
        second=judge_words(report.second),
        first_right=paired.only_first,
        second_right=paired.only_second,
        verdict=say(paired.says),
        against=sentence(report.against),
    )
    yield from map(_difference_line, report.differences)


def _difference_line(difference: JudgeDifference) -> str:
    words = {"id": difference.output.id, "first": say(difference.first), "second": say(difference.second)}
    if difference.human_pass:
        return "  " + say("{id}: {first} / {second}, people passed it", **words)
    return "  " + say("{id}: {first} / {second}, people failed it", **words)

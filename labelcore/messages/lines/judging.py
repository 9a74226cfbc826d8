"""What is told of judges: made, run and tested."""

import json
from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import counted, hardness_words, judge_words, paragraph, say
from labelcore.messages.figures import money_words, rate_words, spent_words
from labelcore.messages.lines import bringing as bringing, endpoints as endpoints, probing as probing
from labelcore.messages.lines.refining.prompts import why_words
from labelcore.messages.results import lines
from labelcore.messages.running import advice_words, failure_words, pending_words, trouble_counts
from labelcore.messages.telling import clauses, sentence, sentences
from labelcore.messages.verdicts import description_words
from labelcore.models import JudgeVersion, Run
from labelcore.stages.judging.keeping.schemas import SchemaState
from labelcore.stages.judging.keeping.summaries import EarlierVersion, JudgeDetail, JudgeSummary
from labelcore.stages.judging.proposing.cascades import CascadeReport, HandOver
from labelcore.stages.judging.proposing.checks import CheckTrial, Contract, KeptCheck
from labelcore.stages.judging.proposing.retraining import LearnedReport, Retraining
from labelcore.stages.judging.running.estimating import Estimate
from labelcore.stages.judging.running.live_run import span_words
from labelcore.stages.judging.running.orders import StoppedRuns
from labelcore.stages.judging.testing.hardness import HardnessAhead
from labelcore.stages.judging.testing.hardness_report import ChangedTexts, HardnessReport, HardnessRow
from labelcore.stages.judging.testing.repeating import Flips, RepeatReport
from labelcore.stages.judging.testing.suspecting import JudgesOverview, ProposedJudges
from labelcore.text.showing import clock

_SHOWN = 10


@lines("judge propose")
def proposed(report: ProposedJudges) -> Iterator[str]:
    yield say("Proposed {judges}.", judges=counted("{n:,} judge", "{n:,} judges", n=len(report.judges)))
    for judge in report.judges:
        words = description_words(judge)
        if (counts := report.held_out.get(judge.judge_id)) and counts.words not in words:
            words = paragraph(words, say(counts.words))
        yield f"  {_line(judge.name, judge.kind)}{words}"
    for suspect in report.suspects:
        yield f"  ! {sentence((suspect.says, suspect.advice))}"
    yield from sentences(report.nothing)
    yield from map(say, report.warnings)


def _line(judge: str, kind: str) -> str:
    return say("{judge} ({kind}): ", judge=judge_words(judge), kind=say(kind))


def _summary(judge: JudgeSummary) -> str:
    stale = say(" [stale: {why}]", why=clauses(judge.stale_because)) if judge.stale else ""
    back = say(" [version {version} of {newest}]", judge) if judge.version < judge.newest else ""
    return f"{_line(judge.name, judge.kind)}{description_words(judge.shown)}{stale}{back}"


@lines("judge list")
def listed(report: JudgesOverview) -> Iterator[str]:
    yield from map(_summary, report.judges)
    for suspect in report.suspects:
        yield f"! {sentence((suspect.says, suspect.advice))}"
    yield from sentences(learned.says for learned in report.learned if learned.changed)
    yield from (f"! {sentence(change)}" for change in report.renamed)
    if not report.judges:
        yield say("There are no judges yet: run `labelcore judge propose`.")


@lines("judge show")
def shown(report: JudgeDetail) -> Iterator[str]:
    judge = report.summary
    yield _summary(judge)
    yield say(
        "Verdicts: {passes:,} pass, {fails:,} fail, {abstains:,} abstain; {errors:,} outputs without one.",
        **judge.model_dump(include={"passes", "fails", "abstains", "errors"}),
    )
    yield from map(_earlier, report.versions if len(report.versions) > 1 else ())
    yield say("`--json` shows what it is made of.")


def _earlier(row: EarlierVersion) -> str:
    when, why = clock(row.at), why_words(row.why) or description_words(row.shown)
    return say("Version {version}, {at}: {why}", row, at=when, why=why)


@lines("judge refresh")
def refreshed(judges: Sequence[JudgeVersion]) -> Iterator[str]:
    yield (
        counted("1 judge is made anew; run it.", "{n:,} judges are made anew; run them.", n=len(judges))
        if judges
        else say("No LLM judge is stale.")
    )
    yield from (
        say("  {name}: version {version}", name=judge_words(judge.name), version=judge.version)
        for judge in judges
    )


@lines("judge flip", "judge panel")
def made(judge: JudgeVersion) -> Iterator[str]:
    yield say("{name}: {told}", name=judge_words(judge.name), told=description_words(judge))


@lines("judge contract")
def contract(report: Contract) -> Iterator[str]:
    yield from (*report.contract.splitlines(), "")
    if report.process_without_network:
        yield say(
            "Checks run in an interpreter without files, network or environment, in limited processes "
            "that have no network interface."
        )
    else:
        yield say(
            "Checks run in an interpreter without files, network or environment, in limited processes. "
            "This system does not let those be cut off from the network as well."
        )


@lines("judge try")
def tried(trial: CheckTrial) -> Iterator[str]:
    yield trial.summary
    for attempt in trial.tried[:_SHOWN]:
        decision = attempt.decision
        words = f"{say(decision.value)}: {say(decision.reason)}" if decision else attempt.error
        yield f"  {attempt.output.id}: {words}"
    if (more := len(trial.tried) - _SHOWN) > 0:
        yield say("  … {more} more (--json shows all).", more=more)


@lines("judge add")
def added(check: KeptCheck) -> Iterator[str]:
    yield say(
        "Kept as '{name}', version {version}.",
        name=judge_words(check.judge.name),
        version=check.judge.version,
    )
    yield from tried(check.trial)


@lines("judge retrain")
def retrained(rows: Sequence[Retraining]) -> Iterator[str]:
    yield from sentences(judge.says for judge in rows)
    if any(judge.new for judge in rows):
        yield say("Run the new versions: `labelcore judge run --kind learned`.")


@lines("judge explain")
def explained(report: LearnedReport) -> Iterator[str]:
    yield from sentences((report.fresh.says, report.reliability.says))
    yield say("What makes a fail more or less likely, in log odds:")
    yield from (f"  {weight.weight:+.2f}  {say(weight.what)}" for weight in report.weights)
    if report.output:
        yield say("In this output:")
        yield from (f"  {tell.weight:+.2f}  {say(tell.what)}" for tell in report.output.tells)
        yield from (f"  {part.pull:+.2f}  “{part.text}”" for part in report.output.parts)


@lines("judge cascade", "judge cascade report")
def cascade(report: CascadeReport) -> Iterator[str]:
    yield say(
        "{name}, at most {error:.0%} wrong at each step ({confidence:.0%} confidence):",
        report,
        name=judge_words(report.name),
    )
    for step in report.steps:
        share = f" ({step.outputs / report.outputs:.0%})" if report.outputs else ""
        yield say(
            "  {who} decides {rule}: {outputs:,} of {report_outputs:,} outputs{share}; wrong on "
            "graded ones: {error}.",
            step,
            who=judge_words(step.who),
            rule=say(step.rule),
            report_outputs=report.outputs,
            share=share,
        )
    both = report.all_decided
    yield say("  Both together: {outputs:,} outputs; wrong on graded ones: {error}.", both)
    yield say(
        "  Left to people: {people:,}, {ungraded:,} of them without a grade.",
        people=report.people,
        ungraded=len(report.ungraded),
    )
    money = "" if not report.saved_usd else say(", US$ {saved_usd:.4f}", saved_usd=report.saved_usd)
    if report.asked:
        calls = say("{saved_calls:,} of {outputs:,} calls of the second judge", report)
        yield say("  {calls} are saved{money}.", calls=calls, money=money)
    else:
        yield say("  The second judge is asked nowhere.")
    yield from sentences(report.warnings)


@lines("judge ask-people")
def handed_over(report: HandOver) -> Iterator[str]:
    yield say(
        "{output_ids} outputs come first in the queue: what {name} leaves to people.",
        output_ids=len(report.output_ids),
        name=judge_words(report.name),
    )


@lines("schema show")
def schema(report: SchemaState) -> Iterator[str]:
    if report.schema_ is not None:
        yield json.dumps(report.schema_, ensure_ascii=False, indent=2)
    yield from schema_state(report)


@lines("schema set", "schema clear", "schema field")
def schema_state(report: SchemaState) -> Iterator[str]:
    if report.schema_ is None:
        yield say("There is no schema: `labelcore schema set FILE` gives one.")
    else:
        yield say(
            "{fits:,} of {tried:,} outputs fit the schema; the judge is '{judge}'.",
            report,
            judge=judge_words(report.judge or ""),
        )
    for criterion_id, pointer in report.fields.items():
        yield say(
            "Criterion {criterion_id} is about the field {pointer}.",
            criterion_id=criterion_id,
            pointer=pointer,
        )


@lines("judge run", "judge batch")
def run(report: Run) -> Iterator[str]:
    yield (
        say(
            "{verdicts_new:,} new verdicts, {verdicts_cached:,} known already, {errors:,} errors "
            "in {seconds:.1f} s; {requests:,} model calls, {answers_cached:,} answers known, {money}. "
            "{message}",
            report,
            money=spent_words(report),
            message=say(report.message),
        )
    ).strip()
    yield from failure_words(report)
    yield from advice_words(report)
    if report.pending and report.ended_by:
        yield pending_words(report)


@lines("judge estimate")
def estimate(report: Estimate) -> Iterator[str]:
    yield from (estimate_words(report), *map(say, report.based_on))


def estimate_words(report: Estimate) -> str:
    """What a run takes, as a sentence."""
    if report.trouble:
        return say(report.trouble)
    if not report.decisions:
        return say("Every output is judged: there is nothing to run.")
    figures = {"decisions": report.decisions, "span": _span_of(report)}
    words = say("{decisions:,} decisions without model calls, {span}", **figures)
    if report.calls:
        words = say(
            "{decisions:,} decisions with {calls:,} model calls, {tokens:,} tokens, {money}, {span}",
            calls=report.calls,
            tokens=report.tokens_in + report.tokens_out,
            money=money_words(report.cost_usd),
            **figures,
        )
    if not report.known:
        return say("{words}.", words=words)
    return say("{words}; {known:,} are known already.", words=words, known=report.known)


def _span_of(found: Estimate) -> str:
    if found.seconds is None:
        return say("a time not known yet")
    return say("about {span}", span=span_words(found.seconds))


def run_words(run: Run) -> str:
    """How a run stands or went: decisions, time, calls, money, and what did not come."""
    total = run.total or len(run.judge_version_ids) * run.n_outputs - run.verdicts_cached
    figures = {"done": run.verdicts_new + run.errors, "total": total, "span": span_words(run.seconds)}
    words = {
        "running": say("Running: {done:,} of {total:,} in {span}", **figures),
        "stopped": say("Stopped: {done:,} of {total:,} in {span}", **figures),
        "finished": say("Finished: {done:,} of {total:,} in {span}", **figures),
        "failed": say("Failed: {done:,} of {total:,} in {span}", **figures),
    }[run.state]
    if run.state == "running" and run.seconds_left is not None:
        words = say("{words}, about {span} left", words=words, span=span_words(run.seconds_left))
    costs = say(
        "{n:,} model calls, {cached:,} known already, {money}",
        n=run.requests,
        cached=run.answers_cached,
        money=spent_words(run),
    )
    parts = [words, costs] if run.requests or run.answers_cached else [words]
    if run.state == "running" and (len(run.pending) > 1 or run.seconds_left is None):
        parts.append(pending_words(run))
    for label, kinds in ((say("no verdict"), run.error_kinds), (say("asked again"), run.faults)):
        if kinds:
            parts.append(say("{name}: {told}", name=label, told=trouble_counts(kinds)))
    return clauses(filter(None, parts))


@lines("judge stop")
def stopped(report: StoppedRuns) -> Iterator[str]:
    if report.stopped:
        yield say(
            "Asked {stopped} runs to stop; `labelcore judge run` goes on later.", stopped=len(report.stopped)
        )
    else:
        yield say("No run is under way.")


@lines("judge harden", "judge hardness")
def hardness(report: HardnessReport | HardnessAhead | ChangedTexts) -> Iterator[str]:
    if isinstance(report, HardnessAhead):
        yield say("{decisions:,} decisions would be asked.", decisions=report.decisions)
    elif isinstance(report, ChangedTexts):
        for text in report.results:
            result = text.result
            values = f"{say(result.before_value)} -> {say(result.after_value)}"
            yield f"{result.output_id}: {values}. {result.after_reason}"
        if not report.results:
            yield say("Nothing was tested by that name.")
    else:
        yield from _hardness(report)


def _hardness(report: HardnessReport) -> Iterator[str]:
    figures = say(
        "{results:,} results, {errors:,} errors, {money}", report, money=money_words(report.cost_usd)
    )
    yield say("{judge}: {figures}.", report, figures=figures)
    yield from (*sentences(report.warnings), *map(_row, report.rows))


def _row(row: HardnessRow) -> str:
    values = {
        "family": hardness_words(row.family),
        "test": hardness_words(row.test),
        "rate": rate_words(row.rate),
    }
    if row.rate.value is None:
        return say("{family}, {test}: {rate}.", **values)
    values["confirmed"] = say("; {n} confirmed", n=row.confirmed) if row.confirmed else ""
    return {
        "changed": say("{family}, {test}: {rate} of verdicts change{confirmed}.", **values),
        "talked into pass": say(
            "{family}, {test}: {rate} of failed outputs are talked into a pass{confirmed}.", **values
        ),
        "caught": say("{family}, {test}: {rate} of planted defects are failed{confirmed}.", **values),
    }[row.asks]


@lines("judge repeat")
def repeated(report: RepeatReport) -> Iterator[str]:
    figures = say(
        "{verdicts_new:,} new verdicts, {errors:,} errors, {money}",
        report,
        money=money_words(report.cost_usd),
    )
    values = {"state": say(report.state), "figures": figures, "message": say(report.message)}
    yield say("{state}: {figures}. {message}", **values).strip()
    yield from map(_rate, report.flips)


@lines("judge flips")
def flips(rows: Sequence[Flips]) -> Iterator[str]:
    for judge in rows:
        yield _rate(judge)
        yield from (f"  {flip.output_id}: {', '.join(map(say, flip.values))}" for flip in judge.flipped)
    if not rows:
        yield say("No judge was asked twice: `labelcore judge repeat JUDGE` does that.")


def _rate(judge: Flips) -> str:
    rate = rate_words(judge.rate)
    return say("{judge}: differs on {rate} of outputs when asked up to {times} times.", judge, rate=rate)

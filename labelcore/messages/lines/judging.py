"""What is told of judges: made, run and tested."""

import json
from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import say
from labelcore.messages.figures import amount, rate_words
from labelcore.messages.lines import bringing as bringing, endpoints as endpoints
from labelcore.messages.results import lines
from labelcore.messages.running import advice_words, failure_words, pending_words, trouble_counts
from labelcore.messages.telling import sentence, sentences
from labelcore.messages.verdicts import description_words
from labelcore.models import JudgeVersion, ProbeOpinion, Run
from labelcore.stages.judging.keeping.schemas import SchemaState
from labelcore.stages.judging.keeping.summaries import JudgeDetail
from labelcore.stages.judging.proposing.cascades import CascadeReport, HandedOver
from labelcore.stages.judging.proposing.checks import Contract, KeptCheck, Trial
from labelcore.stages.judging.proposing.retraining import LearnedReport, Retrained
from labelcore.stages.judging.running.estimating import Estimate
from labelcore.stages.judging.running.live_run import span_words
from labelcore.stages.judging.running.orders import StoppedRuns
from labelcore.stages.judging.testing.hardness import HardnessAhead
from labelcore.stages.judging.testing.hardness_report import ChangedTexts, HardnessReport, HardnessRow
from labelcore.stages.judging.testing.overview import JudgesOverview, ProposedJudges
from labelcore.stages.judging.testing.probe_cases import Probe, ProbesMade
from labelcore.stages.judging.testing.probing import Detection, ProbesExported, ProbeTest
from labelcore.stages.judging.testing.repeating import Flips, Repeated

_SHOWN = 10
_CLOSING = {
    "changed": "of verdicts change",
    "talked into pass": "of failed outputs are talked into a pass",
    "caught": "of planted defects are failed",
}
_OPINIONS = {
    "confirmed": "counts as a failure",
    "rejected": "counts as no failure",
    "undone": "has one opinion less",
}


@lines("judge propose")
def proposed(found: ProposedJudges) -> Iterator[str]:
    yield f"Proposed {amount(len(found.judges), 'judge')}."
    for judge in found.judges:
        yield f"  {judge.name} ({judge.kind}): {description_words(judge)}"
    for suspect in found.suspects:
        yield f"  ! {sentence((suspect.says, suspect.advice))}"
    yield from sentences(found.nothing)
    yield from map(say, found.warnings)


@lines("judge list")
def listed(found: JudgesOverview) -> Iterator[str]:
    for judge in found.judges:
        stale = f" [stale: {'; '.join(judge.stale_because)}]" if judge.stale else ""
        back = f" [version {judge.version} of {judge.newest}]" if judge.version < judge.newest else ""
        yield f"{judge.name} ({judge.kind}): {description_words(judge.shown)}{stale}{back}"
    for suspect in found.suspects:
        yield f"! {sentence((suspect.says, suspect.advice))}"
    yield from sentences(learned.says for learned in found.learned if learned.changed)
    yield from (f"! {sentence(told)}" for told in found.renamed)
    if not found.judges:
        yield "There are no judges yet: run `labelcore judge propose`."


@lines("judge show")
def shown(found: JudgeDetail) -> Iterator[str]:
    yield from (f"{name}: {value}" for name, value in found.model_dump(mode="json").items())


@lines("judge refresh")
def refreshed(judges: Sequence[JudgeVersion]) -> Iterator[str]:
    yield f"{len(judges)} judges are made anew; run them." if judges else "No LLM judge is stale."
    yield from (f"  {judge.name}: version {judge.version}" for judge in judges)


@lines("judge flip", "judge panel")
def made(judge: JudgeVersion) -> Iterator[str]:
    yield f"{judge.name}: {description_words(judge)}"


@lines("judge contract")
def contract(found: Contract) -> Iterator[str]:
    yield from (*found.contract.splitlines(), "")
    words = "Checks run in an interpreter without files, network or environment, in limited processes"
    if found.process_without_network:
        yield f"{words} that have no network interface."
    else:
        yield f"{words}. This system does not let those be cut off from the network as well."


@lines("judge try")
def tried(trial: Trial) -> Iterator[str]:
    yield trial.summary
    for attempt in trial.tried[:_SHOWN]:
        decision = attempt.decision
        yield (
            f"  {attempt.output.id}: {f'{decision.value}: {decision.reason}' if decision else attempt.error}"
        )
    if (more := len(trial.tried) - _SHOWN) > 0:
        yield f"  … {more} more (--json shows all)."


@lines("judge add")
def added(kept: KeptCheck) -> Iterator[str]:
    yield f"Kept as '{kept.judge.name}', version {kept.judge.version}."
    yield from tried(kept.trial)


@lines("judge retrain")
def retrained(found: Sequence[Retrained]) -> Iterator[str]:
    yield from sentences(judge.says for judge in found)
    if any(judge.new for judge in found):
        yield "Run the new versions: `labelcore judge run --kind learned`."


@lines("judge explain")
def explained(report: LearnedReport) -> Iterator[str]:
    yield from sentences((report.fresh.says, report.reliability.says))
    yield "In log odds of a fail it weighs:"
    yield from (f"  {weight.weight:+.2f}  {weight.what}" for weight in report.weights)
    if report.output:
        yield "In this output:"
        yield from (f"  {tell.weight:+.2f}  {tell.what}" for tell in report.output.tells)
        yield from (f"  {part.pull:+.2f}  “{part.text}”" for part in report.output.parts)


@lines("judge cascade", "judge cascade report")
def cascade(report: CascadeReport) -> Iterator[str]:
    yield (
        f"{report.name}, at most {report.error:.0%} wrong at each step ({report.confidence:.0%} confidence):"
    )
    for step in report.steps:
        share = f" ({step.outputs / report.outputs:.0%})" if report.outputs else ""
        yield (
            f"  {step.who} decides {step.rule}: {step.outputs:,} of {report.outputs:,} "
            f"outputs{share}; wrong on graded ones: {rate_words(step.error)}."
        )
    both = report.all_decided
    yield f"  Both together: {both.outputs:,} outputs; wrong on graded ones: {rate_words(both.error)}."
    yield f"  Left to people: {report.people:,}, {len(report.ungraded):,} of them without a grade."
    money = "" if report.saved_usd is None else f", US$ {report.saved_usd:.4f}"
    if report.asked:
        calls = f"{report.saved_calls:,} of {report.outputs:,} calls of the second judge"
        yield f"  {calls} are saved{money}."
    else:
        yield "  The second judge is asked nowhere."
    yield from sentences(report.warnings)


@lines("judge ask-people")
def handed_over(found: HandedOver) -> Iterator[str]:
    yield f"{len(found.output_ids)} outputs that {found.name} leaves to people come first in the queue."


@lines("schema show")
def schema(found: SchemaState) -> Iterator[str]:
    if found.schema_ is not None:
        yield json.dumps(found.schema_, ensure_ascii=False, indent=2)
    yield from schema_state(found)


@lines("schema set", "schema clear", "schema field")
def schema_state(found: SchemaState) -> Iterator[str]:
    if found.schema_ is None:
        yield "There is no schema: `labelcore schema set FILE` gives one."
    else:
        yield f"{found.fits:,} of {found.tried:,} outputs fit the schema; the judge is '{found.judge}'."
    for criterion_id, pointer in found.fields.items():
        yield f"Criterion {criterion_id} is about the field {pointer}."


@lines("judge run", "judge batch")
def run(done: Run) -> Iterator[str]:
    yield (
        f"{done.verdicts_new:,} new verdicts, {done.verdicts_cached:,} known already, "
        f"{done.errors:,} errors in {done.seconds:.1f} s; {done.requests:,} model calls, "
        f"{done.answers_cached:,} answers known, US$ {done.cost_usd:.4f}. {done.message}"
    ).strip()
    yield from failure_words(done)
    yield from advice_words(done)
    if done.pending and done.ended_by:
        yield pending_words(done)


@lines("judge estimate")
def estimate(found: Estimate) -> Iterator[str]:
    yield from (estimate_words(found), *found.based_on)


def estimate_words(found: Estimate) -> str:
    """What a run takes, as a sentence."""
    if found.trouble:
        return say(found.trouble)
    if not found.decisions:
        return say("Every output is judged: there is nothing to run.")
    told = {"decisions": found.decisions, "span": span_words(found.seconds), "known": found.known}
    if not found.calls:
        return say(
            "{decisions:,} decisions without model calls, about {span}; {known:,} are known already.", **told
        )
    return say(
        "{decisions:,} decisions with {calls:,} model calls, {tokens:,} tokens, US$ {cost:,.4f}, about "
        "{span}; {known:,} are known already.",
        calls=found.calls,
        tokens=found.tokens_in + found.tokens_out,
        cost=found.cost_usd,
        **told,
    )


def run_words(run: Run) -> str:
    """How a run stands or went: decisions, time, calls, money, and what did not come."""
    total = run.total or len(run.judge_version_ids) * run.n_outputs - run.verdicts_cached
    told = {"done": run.verdicts_new + run.errors, "total": total, "span": span_words(run.seconds)}
    words = {
        "running": say("Running: {done:,} of {total:,} in {span}", **told),
        "stopped": say("Stopped: {done:,} of {total:,} in {span}", **told),
        "finished": say("Finished: {done:,} of {total:,} in {span}", **told),
        "failed": say("Failed: {done:,} of {total:,} in {span}", **told),
    }[run.state]
    if run.state == "running" and run.seconds_left is not None:
        words = say("{words}, about {span} left", words=words, span=span_words(run.seconds_left))
    spent = say(
        "{n:,} model calls, {cached:,} known already, US$ {cost:.4f}",
        n=run.requests,
        cached=run.answers_cached,
        cost=run.cost_usd,
    )
    words = f"{words}; {spent}" if run.requests or run.answers_cached else words
    if run.state == "running" and (len(run.pending) > 1 or run.seconds_left is None):
        words = "; ".join(filter(None, (words, pending_words(run))))
    for label, kinds in ((say("no verdict"), run.error_kinds), (say("asked again"), run.faults)):
        words = f"{words}; {label}: {trouble_counts(kinds)}" if kinds else words
    return words


@lines("judge stop")
def stopped(found: StoppedRuns) -> Iterator[str]:
    if found.stopped:
        yield f"Asked {len(found.stopped)} runs to stop; `labelcore judge run` goes on later."
    else:
        yield "No run is under way."


@lines("judge harden", "judge hardness")
def hardness(found: HardnessReport | HardnessAhead | ChangedTexts) -> Iterator[str]:
    if isinstance(found, HardnessAhead):
        yield f"{found.decisions:,} decisions would be asked."
    elif isinstance(found, ChangedTexts):
        for text in found.results:
            result = text.result
            values = f"{result.before_value} -> {result.after_value}"
            yield f"{result.output_id}: {values}. {result.after_reason}"
        if not found.results:
            yield "Nothing was tested by that name."
    else:
        figures = f"{found.results:,} results, {found.errors:,} errors, US$ {found.cost_usd:.4f}"
        yield from (f"{found.judge}: {figures}.", *sentences(found.warnings), *map(_row, found.rows))


def _row(row: HardnessRow) -> str:
    if row.rate.value is None:
        return f"{row.family}, {row.test}: {rate_words(row.rate)}."
    confirmed = f"; {row.confirmed} confirmed" if row.confirmed else ""
    return f"{row.family}, {row.test}: {rate_words(row.rate)} {_CLOSING[row.asks]}{confirmed}."


@lines("judge repeat")
def repeated(done: Repeated) -> Iterator[str]:
    figures = f"{done.verdicts_new:,} new verdicts, {done.errors:,} errors, US$ {done.cost_usd:.4f}"
    yield f"{done.state}: {figures}. {done.message}".strip()
    yield from map(_rate, done.flips)


@lines("judge flips")
def flips(found: Sequence[Flips]) -> Iterator[str]:
    for judge in found:
        yield _rate(judge)
        yield from (f"  {flip.output_id}: {', '.join(flip.values)}" for flip in judge.flipped)
    if not found:
        yield "No judge was asked twice: `labelcore judge repeat JUDGE` does that."


def _rate(judge: Flips) -> str:
    rate = rate_words(judge.rate)
    return f"{judge.judge}: differs on {rate} of outputs when asked up to {judge.times} times."


@lines("probe make")
def probes_made(made: ProbesMade) -> Iterator[str]:
    about = made.criterion
    yield f"{len(made.new)} new probes of {about.name} (v{about.version}); {made.known} were there."
    yield from (f"{defect}: {why}." for defect, why in made.too_few.items())


@lines("probe list")
def probes(found: Sequence[Probe]) -> Iterator[str]:
    yield from map(_probe, found)
    if not found:
        yield "There is no such probe: `labelcore probe make CRITERION` makes some."


def _probe(probe: Probe) -> str:
    author = f" by {probe.opinion.annotator}" if probe.opinion else ""
    note = f" ({probe.opinion.note})" if probe.opinion and probe.opinion.note else ""
    aside = f"; not used: {probe.left_out}" if probe.left_out else ""
    return f"[{probe.state}{author}{note}] {probe.case.defect}: “{probe.case.where}” {probe.case.id}{aside}"


@lines("probe say")
def opinion(given: ProbeOpinion) -> Iterator[str]:
    yield f"{given.probe_id} {_OPINIONS[given.value]} from now on."


@lines("probe test")
def probe_test(found: ProbeTest) -> Iterator[str]:
    yield f"Probes of {found.criterion.name} (v{found.criterion.version})."
    yield from (*sentences(found.warnings), *map(_detection, found.detections))
    for overall in found.overall:
        yield (
            f"{overall.judge}, all defects: {rate_words(overall.rate)} of the confirmed ones. "
            "These are planted defects, not failures that occurred by themselves."
        )


def _detection(detection: Detection) -> str:
    aside = ""
    if detection.source_not_passed:
        aside += f"; {detection.source_not_passed} left out because it does not pass their source"
    if detection.errors:
        aside += f"; {detection.errors} without a verdict"
    begin, rate = f"{detection.judge}, {detection.defect}: ", rate_words(detection.rate)
    if detection.rate.value is None:
        return f"{begin}{rate}{aside}."
    return f"{begin}catches {rate} of the {detection.of} ones{aside}."


@lines("probe export")
def exported(found: ProbesExported) -> Iterator[str]:
    yield f"{found.probes} probes are in {found.out}."

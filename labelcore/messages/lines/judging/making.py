"""What is told of judges as they are made: proposals, checks, learned judges, cascades, and the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from labelcore.messages.figures import rate_words
from labelcore.messages.results import lines
from labelcore.messages.telling import sentences
from labelcore.models import JudgeVersion
from labelcore.stages.judging.keeping.schemas import SchemaState
from labelcore.stages.judging.keeping.summaries import JudgeDetail
from labelcore.stages.judging.proposing.cascades import CascadeReport, HandedOver
from labelcore.stages.judging.proposing.checks import Contract, KeptCheck, Trial
from labelcore.stages.judging.proposing.retraining import LearnedReport, Retrained
from labelcore.stages.judging.testing.overview import JudgesOverview, ProposedJudges
from labelcore.workspace import Workspace

_SHOWN = 10


@lines("judge propose")
def proposed(_workspace: Workspace, found: ProposedJudges) -> Iterator[str]:
    """Each new judge, and what is wrong with it."""
    yield f"Proposed {len(found.judges)} judges."
    for judge in found.judges:
        yield f"  {judge.name} ({judge.kind}): {judge.description}"
    for suspect in found.suspects:
        yield f"  ! {suspect.says} {suspect.advice}"
    yield from found.warnings


@lines("judge list")
def listed(_workspace: Workspace, found: JudgesOverview) -> Iterator[str]:
    """One line for each, then those that look wrong or are behind."""
    for judge in found.judges:
        stale = f" [stale: {'; '.join(judge.stale_because)}]" if judge.stale else ""
        yield f"{judge.name} ({judge.kind}): {judge.description}{stale}"
    for suspect in found.suspects:
        yield f"! {suspect.says} {suspect.advice}"
    yield from (learned.says for learned in found.learned if learned.changed)
    if not found.judges:
        yield "There are no judges yet: run `labelcore judge propose`."


@lines("judge show")
def shown(_workspace: Workspace, found: JudgeDetail) -> Iterator[str]:
    """Everything that is known of it."""
    yield from (f"{name}: {value}" for name, value in found.model_dump(mode="json").items())


@lines("judge refresh")
def refreshed(_workspace: Workspace, judges: Sequence[JudgeVersion]) -> Iterator[str]:
    """The new versions."""
    yield f"{len(judges)} judges are made anew; run them." if judges else "No LLM judge is stale."
    yield from (f"  {judge.name}: version {judge.version}" for judge in judges)


@lines("judge flip", "judge panel")
def made(_workspace: Workspace, judge: JudgeVersion) -> Iterator[str]:
    """What the new judge does."""
    yield f"{judge.name}: {judge.description}"


@lines("judge contract")
def contract(_workspace: Workspace, found: Contract) -> Iterator[str]:
    """What a check may use, and what keeps it in on this machine."""
    yield from (*found.contract.splitlines(), "")
    words = "Checks run in an interpreter without files, network or environment, in limited processes"
    if found.process_without_network:
        yield f"{words} that have no network interface."
    else:
        yield f"{words}. This system does not let those be cut off from the network as well."


@lines("judge try")
def tried(_workspace: Workspace, trial: Trial) -> Iterator[str]:
    """The counts, and what the check says of some outputs."""
    yield trial.summary
    for attempt in trial.tried[:_SHOWN]:
        decision = attempt.decision
        yield (
            f"  {attempt.output.id}: {f'{decision.value}: {decision.reason}' if decision else attempt.error}"
        )
    if (more := len(trial.tried) - _SHOWN) > 0:
        yield f"  … {more} more (--json shows all)."


@lines("judge add")
def added(workspace: Workspace, kept: KeptCheck) -> Iterator[str]:
    """The new judge, and how it did."""
    yield f"Kept as '{kept.judge.name}', version {kept.judge.version}."
    yield from tried(workspace, kept.trial)


@lines("judge retrain")
def retrained(_workspace: Workspace, found: Sequence[Retrained]) -> Iterator[str]:
    """Each judge before and after."""
    yield from (judge.says for judge in found)
    if any(judge.new for judge in found):
        yield "Run the new versions: `labelcore judge run --kind learned`."


@lines("judge explain")
def explained(_workspace: Workspace, report: LearnedReport) -> Iterator[str]:
    """What it looks at, and what tells in the output that was asked about."""
    yield from (report.fresh.says, report.reliability.says, "In log odds of a fail it weighs:")
    yield from (f"  {weight.weight:+.2f}  {weight.what}" for weight in report.weights)
    if report.output:
        yield "In this output:"
        yield from (f"  {tell.weight:+.2f}  {tell.what}" for tell in report.output.tells)
        yield from (f"  {part.pull:+.2f}  “{part.text}”" for part in report.output.parts)


@lines("judge cascade", "judge cascade report")
def cascade(_workspace: Workspace, report: CascadeReport) -> Iterator[str]:
    """Who decides how much, with which error, and what is saved."""
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
def handed_over(_workspace: Workspace, found: HandedOver) -> Iterator[str]:
    """How many come first now."""
    yield f"{len(found.output_ids)} outputs that {found.name} leaves to people come first in the queue."


@lines("schema show")
def schema(workspace: Workspace, found: SchemaState) -> Iterator[str]:
    """The schema itself, and what fits it."""
    if found.schema_ is not None:
        yield json.dumps(found.schema_, ensure_ascii=False, indent=2)
    yield from schema_state(workspace, found)


@lines("schema set", "schema clear", "schema field")
def schema_state(_workspace: Workspace, found: SchemaState) -> Iterator[str]:
    """What fits the schema, and the fields of criteria."""
    if found.schema_ is None:
        yield "There is no schema: `labelcore schema set FILE` gives one."
    else:
        yield f"{found.fits:,} of {found.tried:,} outputs fit the schema; the judge is '{found.judge}'."
    for criterion_id, pointer in found.fields.items():
        yield f"Criterion {criterion_id} is about the field {pointer}."

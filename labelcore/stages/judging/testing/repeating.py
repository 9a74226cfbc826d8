"""How steady LLM judges are: the same asked again, and the share of outputs whose verdicts differ."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.kinds import kind_of
from labelcore.models import Frozen, JudgeVersion, Output, Role, RunState
from labelcore.operations import Effect, operation
from labelcore.stages.judging.running.execution import run
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.stats.drawing import hash_order
from labelcore.stats.rate import Rate, proportion
from labelcore.store import (
    Database,
    judges as judge_table,
    outputs as output_table,
    verdicts as verdict_table,
)
from labelcore.workspace import Workspace

MOST_TIMES, MOST_OUTPUTS = 20, 1_000


class UnsteadyOutput(Frozen):
    """An output on which a judge does not always say the same, with what it said each time."""

    output_id: str
    values: tuple[str, ...]
    reasons: tuple[str, ...]


class Flips(Frozen):
    """How often a judge changes its mind: ``rate`` is the share of outputs with differing verdicts.

    It grows with ``times``, the most repeats that an output has, so judges are compared at the same.
    """

    judge: str
    judge_version_id: str
    times: int
    rate: Rate
    flipped: tuple[UnsteadyOutput, ...]


class RepeatReport(Frozen):
    """A run that asked a judge again, by its id, and what is known of its steadiness now."""

    run: str
    state: RunState
    verdicts_new: int
    errors: int
    cost_usd: float | None
    message: str
    flips: tuple[Flips, ...]

    @property
    def exit_code(self) -> int:
        """1 where a verdict that was asked for did not come."""
        return int(self.errors > 0 or self.state != "finished")


@operation("judge repeat", role=Role.ENGINEER, effect=Effect.GRADUAL)
def repeat(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    times: Annotated[
        int, Field(ge=2, le=MOST_TIMES, description="How often each output is judged in all.")
    ] = 3,
    limit: Annotated[int, Field(ge=1, le=MOST_OUTPUTS, description="On how many outputs.")] = 50,
) -> RepeatReport:
    """Ask an LLM judge again, to see how often it changes its mind.

    The outputs are drawn once for ever, and the verdicts that are there stay. At temperature 0 a model
    may still differ, and that is what is measured: each repeat is the same question, asked anew.

    Raises:
        BadInput: the judge is no LLM judge, or a number is out of range.
    """
    if steady := kind_of(judge).steady:
        raise BadInput(
            "'{name}' cannot be repeated: {steady}.",
            next_step="Repeat an LLM judge.",
            name=judge.name,
            steady=steady,
        )
    _check(times, limit)
    ids = hash_order(output_table.ids(workspace.db, workspace.project.id), 0)[:limit]
    if not ids:
        raise BadInput("There is no output to judge.", next_step="Import outputs first.")
    done = run(workspace, [judge], ids, RunOptions(repeats=times))
    return RepeatReport(
        run=done.id,
        state=done.state,
        verdicts_new=done.verdicts_new,
        errors=done.errors,
        cost_usd=done.cost_usd,
        message=done.message,
        flips=tuple(flips(workspace, judge)),
    )


def _check(times: int, limit: int) -> None:
    if not 2 <= times <= MOST_TIMES or not 1 <= limit <= MOST_OUTPUTS:
        raise BadInput(
            "{times} times on {limit} outputs cannot be asked.",
            next_step="Ask 2 to {most} times on 1 to {most_outputs:,} outputs.",
            times=times,
            limit=limit,
            most=MOST_TIMES,
            most_outputs=MOST_OUTPUTS,
        )


@operation("judge flips", role=Role.MANAGER, listed_as="flips")
def flips(workspace: Workspace, judge: JudgeVersion | None = None) -> list[Flips]:
    """Show how often judges that were asked several times change their mind."""
    answers: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for version_id, output_id, _, value, reason in verdict_table.repeats(workspace.db, workspace.project.id):
        answers.setdefault(version_id, {}).setdefault(output_id, []).append((value, reason))
    ids = [version_id for version_id in answers if judge is None or version_id == judge.id]
    names = judge_table.many(workspace.db, ids)
    rates = [_flips(names[version_id], answers[version_id]) for version_id in ids if version_id in names]
    return sorted(rates, key=lambda flip_rate: flip_rate.judge)


def _flips(version: JudgeVersion, by_output: dict[str, list[tuple[str, str]]]) -> Flips:
    flipped = []
    for key, answers in by_output.items():
        values, reasons = zip(*answers, strict=True)
        if len(set(values)) > 1:
            flipped.append(UnsteadyOutput(output_id=key, values=values, reasons=reasons))
    return Flips(
        judge=version.name,
        judge_version_id=version.id,
        times=max(len(answers) for answers in by_output.values()),
        rate=proportion(len(flipped), len(by_output), what="outputs that were judged twice"),
        flipped=tuple(flipped),
    )


def outputs_of(db: Database, flip_rate: Flips, limit: int = 20) -> list[tuple[Output, UnsteadyOutput]]:
    """The flipped outputs with their texts."""
    flips = flip_rate.flipped[:limit]
    outputs = output_table.many(db, [flipped.output_id for flipped in flips])
    return [(outputs[flipped.output_id], flipped) for flipped in flips]

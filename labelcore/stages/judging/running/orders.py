"""Runs as a person orders them: which judges, over which outputs, cascades among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, NoReturn

from pydantic import AfterValidator, Field

from labelcore.errors import BadInput, NotAllowed
from labelcore.judges.kinds import kind_of, known_word, of_kind
from labelcore.llm.spending import Purse
from labelcore.models import Frozen, JudgeVersion, Role, Run, SplitName
from labelcore.operations import Effect, Options, operation
from labelcore.settings import settings
from labelcore.stages.finding import find_judge
from labelcore.stages.grading import current_grades
from labelcore.stages.judging.keeping.versions import active_judges, replaced_in_set
from labelcore.stages.judging.running import execution
from labelcore.stages.judging.running.cascades import asked_in_doubt, judges_of, run_cascade
from labelcore.stages.judging.running.engine import check_name
from labelcore.stages.judging.running.estimating import Estimate, estimate
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.store import (
    outputs as output_table,
    runs as run_table,
    splits as split_table,
    verdicts as verdict_table,
)
from labelcore.workspace import Workspace


class RunOrder(Options):
    """Which judges decide which outputs, and how; what is not given stands for all of it."""

    judge: str | None = Field(None, description="Only this judge.")
    kind: Annotated[str, AfterValidator(known_word)] | None = Field(None, description="code, llm or learned")
    split: SplitName | None = Field(None, description="train, dev or test")
    graded: bool = Field(default=False, description="Only outputs that somebody graded.")
    limit: int | None = Field(None, ge=1, description="At most so many outputs.")
    max_cost: float | None = Field(
        None, gt=0, description="US dollars that may be spent; set aside before each call, so it holds."
    )
    concurrency: int | None = Field(None, ge=1, description="Model calls at once.")
    repeats: int = Field(1, ge=1, le=20, description="How often an LLM judge decides each output in all.")
    engine: Annotated[str, AfterValidator(check_name)] | None = Field(
        None,
        description='Where they run: "dask" or "dask://HOST:PORT"; "" in this process. '
        "Default: LABELCORE_ENGINE.",
    )


EVERYTHING = RunOrder()


class StoppedRuns(Frozen):
    """The runs that were asked to stop."""

    stopped: tuple[str, ...]


@operation("judge run", role=Role.ENGINEER, effect=Effect.GRADUAL)
def run_judges(workspace: Workspace, *, order: RunOrder = EVERYTHING) -> Run:
    """Run judges; what is decided already is not asked again.

    Raises:
        BadInput: there is no judge or no output that fits, or a spending limit could not hold.
        NotAllowed: the address of an engine is named from elsewhere.
    """
    _check_engine(workspace, order.engine)
    options = RunOptions(order.repeats, order.concurrency, engine=order.engine)
    if order.max_cost is not None:
        if options.elsewhere:
            _refuse_limit()
        options = replace(options, purse=Purse(order.max_cost))
    return _run(workspace, order, options)


def _check_engine(workspace: Workspace, engine: str | None) -> None:
    """Whoever runs the scheduler of an engine can run anything here: Dask's messages are pickled objects."""
    if not workspace.here and engine not in {None, "", settings().engine}:
        raise NotAllowed(
            "From elsewhere no engine is named.", next_step="It is set on the machine: LABELCORE_ENGINE."
        )


def _refuse_limit() -> NoReturn:
    raise BadInput(
        "A spending limit holds for runs in this process only, not for engines and batches.",
        next_step='Leave --max-cost out, or run without --batch and with --engine "".',
    )


@operation("judge batch", role=Role.ENGINEER, effect=Effect.GRADUAL)
def batch_judges(workspace: Workspace, *, order: RunOrder = EVERYTHING) -> Run:
    """Hand LLM judges' questions to the providers' batches, and collect what they have answered.

    The same call another day collects the answers.

    Raises:
        BadInput: there is no judge or no output that fits.
    """
    if order.max_cost is not None:
        _refuse_limit()
    return _run(workspace, order, RunOptions(order.repeats, batch=True))


def _run(workspace: Workspace, order: RunOrder, options: RunOptions) -> Run:
    versions, ids = _judges(workspace, order), _outputs(workspace, order)
    spared = set() if order.judge or order.kind else asked_in_doubt(workspace.db, versions)
    plain = [version for version in versions if not kind_of(version).composed and version.id not in spared]
    done = [execution.run(workspace, plain, ids, options)] if plain else []
    done += [
        run_cascade(workspace, version, ids, options)
        for version in versions
        if kind_of(version).composed and not options.stop.is_set()
    ]
    return together(done)


@operation("judge estimate", role=Role.ENGINEER)
def estimate_run(workspace: Workspace, *, order: RunOrder = EVERYTHING) -> Estimate:
    """Say what a run will take: calls, tokens, money and time.

    Raises:
        BadInput: there is no judge or no output that fits.
    """
    versions = _judges(workspace, order)
    judges = [part for version in versions for part in judges_of(workspace.db, version)]
    distinct = list({version.id: version for version in judges if kind_of(version).runs}.values())
    workload = (
        execution.make_backlog(workspace.db, distinct, _outputs(workspace, order), order.repeats)
        if order.split or order.graded or order.limit
        else execution.measure_project(workspace, distinct, order.repeats)
    )
    return estimate(workspace, workload, order.concurrency)


def is_anything_left(workspace: Workspace) -> bool:
    """Whether a run of all judges would decide anything that is not decided yet."""
    versions = active_judges(workspace)
    versions += replaced_in_set(workspace, versions)
    spared = asked_in_doubt(workspace.db, versions)
    n = output_table.count(workspace.db, workspace.project.id)
    decided = verdict_table.decided(workspace.db, workspace.project.id)
    return any(
        decided.get((version.id, 0), 0) < n
        for version in versions
        if kind_of(version).runs and version.id not in spared
    )


@operation("judge stop", role=Role.ENGINEER, effect=Effect.GRADUAL)
def stop_runs(workspace: Workspace) -> StoppedRuns:
    """Ask the project's runs that are under way to stop; they can go on later."""
    return StoppedRuns(
        stopped=tuple(run.id for run in runs(workspace) if execution.stop_run(workspace, run.id))
    )


def _judges(workspace: Workspace, order: RunOrder) -> list[JudgeVersion]:
    """The judges that a run is about."""
    versions = [find_judge(workspace, order.judge)] if order.judge else active_judges(workspace)
    if not order.judge:
        versions += replaced_in_set(workspace, versions)
    versions = [version for version in of_kind(versions, order.kind) if kind_of(version).runs]
    if not versions:
        raise BadInput(
            "There is no judge to run.",
            next_step="Accept criteria (or `derive --accept-all`), then `judge propose`.",
        )
    return versions


def _outputs(workspace: Workspace, order: RunOrder) -> list[str]:
    """The outputs that it is about."""
    ids = output_table.ids(workspace.db, workspace.project.id)
    if order.split:
        groups = output_table.groups(workspace.db, workspace.project.id)
        dealt = split_table.dealt(workspace.db, workspace.project.id)
        ids = [output_id for output_id in ids if dealt.of(groups[output_id]) == order.split]
    if order.graded:
        ids_graded = {grade.output_id for grade in current_grades(workspace)}
        ids = [output_id for output_id in ids if output_id in ids_graded]
        if not ids:
            raise BadInput("No output is graded yet.", next_step="Grade some, or leave --graded out.")
    return ids[: order.limit]


def together(done: Sequence[Run]) -> Run:
    """Several runs as one in what is told; each is stored by itself."""
    if len(done) == 1:
        return done[0]
    names = (
        "verdicts_new verdicts_cached errors requests cost_usd seconds total answers_cached "
        "tokens_in tokens_out"
    ).split()
    return done[0].model_copy(
        update={name: sum(getattr(run, name) for run in done) for name in names}
        | {
            "error_kinds": dict(sum((Counter(run.error_kinds) for run in done), Counter[str]())),
            "faults": dict(sum((Counter(run.faults) for run in done), Counter[str]())),
            "judge_version_ids": tuple(i for run in done for i in run.judge_version_ids),
            "pending": dict(sum((Counter(run.pending) for run in done), Counter[str]())),
            "reasons": {kind: why for run in reversed(done) for kind, why in run.reasons.items()},
            "ended_by": next((run.ended_by for run in done if run.ended_by), ""),
            "state": next((run.state for run in done if run.state != "finished"), "finished"),
            "message": " ".join(run.message for run in done if run.message),
        }
    )


def runs(workspace: Workspace) -> list[Run]:
    """The runs of a project, the newest first."""
    return run_table.all_of(workspace.db, workspace.project.id)

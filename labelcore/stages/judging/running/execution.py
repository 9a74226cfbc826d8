"""One runner for every kind of judge: exactly one verdict per output, judge version and repeat.

What is missing is read from the store, so a run that was killed goes on where it stopped; answers
that it had paid for are in the journal or the store and are not asked again. Verdicts are written in
batches and are durable before they count; errors are kept apart.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from labelcore.errors import BadInput, LabelcoreError, ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.llm import endpoint_for
from labelcore.llm.spending import refuse_unpriced
from labelcore.models import JudgeVersion, Role, Run, new_id
from labelcore.operations import Effect, operation
from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.stages.judging.keeping.binding import bound
from labelcore.stages.judging.running.asking import ask_models
from labelcore.stages.judging.running.batching import BatchRound
from labelcore.stages.judging.running.clients import deferring_clients, live_clients
from labelcore.stages.judging.running.deciding import decide_locally
from labelcore.stages.judging.running.dispatch import dispatch
from labelcore.stages.judging.running.engine import opened
from labelcore.stages.judging.running.live_run import LiveRun, Remaining, RunOptions
from labelcore.stages.judging.running.workload import Backlog, ProjectWorkload, Workload
from labelcore.store import Database, journal, runs as run_table, verdicts as verdict_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_live: dict[str, LiveRun] = {}
_PATIENCE = 60.0  # seconds for a killed run's calls under way to end


def run(
    workspace: Workspace,
    versions: Sequence[JudgeVersion],
    output_ids: Sequence[str],
    options: RunOptions | None = None,
) -> Run:
    """Let the judges decide what they have not decided yet. Returns the finished or stopped run.

    Raises:
        BadInput: there is no judge or no output to judge, or the engine is not to be had.
    """
    plan = options or RunOptions()
    backlog = make_backlog(workspace.db, versions, output_ids, plan.repeats)
    journal.replay(workspace.db, patience=min(_PATIENCE, settings().call_timeout))
    missing = backlog.count_missing()
    total = sum(count for _, count in missing)
    away = _away([version for version, count in missing if count])
    begun = Run(
        id=new_id("run"),
        project_id=workspace.project.id,
        judge_version_ids=tuple(version.id for version in backlog.versions),
        n_outputs=backlog.n_outputs,
        verdicts_cached=backlog.wanted - total,
        total=total,
        repeats=backlog.repeats,
    )
    here = tuple(version for version in backlog.versions if version.id not in away)
    going = replace(backlog, versions=here)
    live = LiveRun(workspace, begun, going, plan, _remaining(workspace, missing, plan))
    for version in backlog.versions:
        if trouble := away.get(version.id):
            live.pause(Wording("{name}: {trouble}", name=version.name, trouble=trouble), trouble.kind)
    with _recorded(live):
        if plan.batch:
            _decide_by_batch(live)
        elif plan.elsewhere and total:
            with _journal(live) as writing, opened(plan.elsewhere) as engine:
                dispatch(live, engine, writing)
        else:
            asked = [(version, n) for version, n in missing if n and kind_of(version).needs_model]
            decide_here(live, [(version, n) for version, n in asked if version in here])
    done = live.state("stopped" if live.stop.is_set() or live.paused else "finished")
    run_table.save(workspace.db, done)
    return done


def _remaining(
    workspace: Workspace, missing: Sequence[tuple[JudgeVersion, int]], options: RunOptions
) -> Remaining:
    """What is missing, with the pace that each judge's model had before."""
    remaining = Remaining(missing)
    for version, n in missing:
        if n and (prompts := kind_of(version).prompts):
            # An endpoint that is missing is told of when it is asked.
            with contextlib.suppress(LabelcoreError):
                endpoint = endpoint_for(prompts[0].answerer)
                latency = verdict_table.usual_latency(workspace.db, version.model, endpoint.address)
                if latency is not None:
                    remaining.expect(version, latency / 1000 / (options.concurrency or endpoint.concurrency))
    return remaining


@contextlib.contextmanager
def _recorded(live: LiveRun) -> Iterator[None]:
    """The run is stored and can be stopped by its id; what ends it early is stored with it."""
    _live[live.run.id] = live
    run_table.save(live.workspace.db, live.run)
    try:
        yield
    except BaseException as trouble:
        reason = trouble if isinstance(trouble, LabelcoreError) else Wording("interrupted")
        live.pause(reason, getattr(trouble, "kind", "") or "interrupted")
        run_table.save(live.workspace.db, live.state("failed"))
        raise
    finally:
        _live.pop(live.run.id, None)


def make_backlog(
    db: Database, versions: Sequence[JudgeVersion], output_ids: Sequence[str], repeats: int
) -> Backlog:
    """What a run has to decide; BadInput without a judge or an output."""
    judges = tuple(bound(db, versions))
    backlog = Backlog(db=db, versions=judges, repeats=repeats, output_ids=output_ids)
    _refuse_empty(backlog)
    return backlog


def measure_project(workspace: Workspace, versions: Sequence[JudgeVersion], repeats: int) -> Workload:
    """How much a run over all outputs has to decide; BadInput without a judge or an output."""
    judges = tuple(bound(workspace.db, versions))
    workload = ProjectWorkload(
        db=workspace.db, versions=judges, repeats=repeats, project_id=workspace.project.id
    )
    _refuse_empty(workload)
    return workload


def _refuse_empty(workload: Workload) -> None:
    if not workload.versions:
        raise BadInput("There is no judge to run.", next_step="Propose judges first.")
    if not workload.n_outputs:
        raise BadInput("There is no output to judge.", next_step="Import outputs first.")


def _away(versions: Sequence[JudgeVersion]) -> dict[str, ModelTrouble]:
    """By version id, why judges cannot be asked: nobody answers here where they are bound to.

    Raises:
        ModelTrouble: none of them can decide anything.
    """
    away: dict[str, ModelTrouble] = {}
    for version in versions:
        try:
            for prompt in kind_of(version).prompts:
                endpoint_for(prompt.answerer)
        except ModelTrouble as trouble:
            away[version.id] = trouble
    if away and len(away) == len(versions):
        raise next(iter(away.values()))
    return away


@contextlib.contextmanager
def _journal(live: LiveRun) -> Iterator[journal.Journal]:
    """What is answered within is kept on disk until it is stored."""
    writing, is_stored = journal.Journal(live.workspace.db, live.run.id), False
    try:
        yield writing
        is_stored = not (live.paused or live.stop.is_set())
    finally:
        writing.close(stored=is_stored)


def decide_here(live: LiveRun, judges: Sequence[tuple[JudgeVersion, int]], *, soon: bool = False) -> None:
    """In this process; ``judges``: those that ask models, with how many decisions they miss. ``soon``: no
    call process is started, as somebody waits for the first answer.
    """
    with _journal(live) as writing:
        # Before anything is decided: a judge whose endpoint is missing is found out now.
        calls = 0 if soon else sum(count for _, count in judges)
        known = live.options.known
        clients = deferring_clients() if known else live_clients(live.options.concurrency, writing, calls)
        groups = clients.choose([version for version, _ in judges])
        if live.options.purse:
            refuse_unpriced(clients.endpoints)
        decide_locally(live)
        if groups and not live.stop.is_set():
            asyncio.run(ask_models(live, groups, clients, writing))


def _decide_by_batch(live: LiveRun) -> None:
    batches = BatchRound(live)
    batches.collect()
    decide_locally(live)
    with _journal(live) as writing:
        asyncio.run(ask_models(live, batches.asked(), batches.clients, writing))
    batches.hand_over()


@operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
def stop_run(workspace: Workspace, run_id: str) -> bool:
    """Ask a run of the project to stop; it can go on later. False where it has none such under way here."""
    live = _live.get(run_id)
    if live is None or live.workspace.project.id != workspace.project.id:
        return False
    live.stop.set()
    return True


def stop_abandoned_runs(db: Database) -> int:
    """Mark runs that a killed process left "running" as stopped. Returns how many.

    Answers that such a run had paid for are brought in from its journal.
    """
    journal.replay(db)
    runs = [
        run
        for project in projects.list_projects(db)
        for run in run_table.all_of(db, project.id)
        if run.state == "running" and run.id not in _live
    ]
    for run in runs:
        message = "Its process ended; run again to go on where it stopped."
        run_table.save(db, run.model_copy(update={"state": "stopped", "message": message}))
    return len(runs)

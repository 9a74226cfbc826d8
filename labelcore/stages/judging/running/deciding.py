"""Decisions that are not stored: judges on texts that are no outputs of the project."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.kinds import Kind, kind_of
from labelcore.judges.kinds.cascade import CascadeKind
from labelcore.judges.meanings import read_meanings
from labelcore.models import JudgeVersion, Output
from labelcore.stages.judging.running.asking import GRACE_SECONDS
from labelcore.stages.judging.running.clients import Clients, PanelClient, live_clients
from labelcore.stages.judging.running.live_run import Result
from labelcore.store import Database, vectors
from labelcore.store import judges as judge_table

_LOOK_SECONDS = 0.2
Answers = Mapping[str, Result]
"""What one judge says, by output id: a decision, or why there is none."""


def decide(
    db: Database,
    versions: Sequence[JudgeVersion],
    outputs: Sequence[Output],
    stop: threading.Event | None = None,
) -> dict[str, Answers]:
    """What every judge says of every output, by the judge version's id; nothing is stored.

    Imported judges cannot be run and are left out. Trouble with a judge or its model is an answer
    too, so that one judge's trouble does not hide the others. After ``stop`` what is not decided has
    the trouble "stopped"; calls under way are paid for, so they have some seconds to end.
    """
    found: dict[str, Answers] = {}
    for version in versions:
        judge = kind_of(version)
        if judge.decides_here:
            found[version.id] = _locally(db, judge, outputs, stop)
        elif judge.needs_model:
            found[version.id] = _by_model(version, outputs, stop)
        elif isinstance(judge, CascadeKind):
            found[version.id] = _by_parts(db, judge, outputs, stop)
    return found


def is_stopped(answer: object) -> bool:
    """Whether there is no answer only because somebody stopped."""
    return isinstance(answer, ModelTrouble) and answer.kind == "stopped"


def _by_parts(
    db: Database, judge: CascadeKind, outputs: Sequence[Output], stop: threading.Event | None
) -> Answers:
    known = judge_table.many(db, judge.parts)

    def ask(version_id: str, ids: Sequence[str]) -> Answers:
        wanted = set(ids)
        some = [output for output in outputs if output.id in wanted]
        return decide(db, [known[version_id]], some, stop).get(version_id, {})

    return judge.decide_in_turn(ask, [output.id for output in outputs])


def _locally(db: Database, judge: Kind, outputs: Sequence[Output], stop: threading.Event | None) -> Answers:
    try:
        embedded = read_meanings([judge], outputs, vectors.embedder(db))
        decisions = judge.decide(outputs, embedded, stop)
    except LabelcoreError as trouble:
        return {output.id: trouble for output in outputs}
    return {output.id: decision for output, decision in zip(outputs, decisions, strict=True)}


def _by_model(version: JudgeVersion, outputs: Sequence[Output], stop: threading.Event | None) -> Answers:
    try:
        return asyncio.run(_ask_all(version, outputs, live_clients(), stop))
    except ModelTrouble as trouble:
        return {output.id: trouble for output in outputs}


async def _ask_all(
    version: JudgeVersion, outputs: Sequence[Output], clients: Clients, stop: threading.Event | None
) -> Answers:
    """One judge on all outputs, at most as many at once as its endpoint takes."""
    judge, fatal = kind_of(version), list[ModelTrouble]()
    try:
        (asked,) = clients.choose([version])
        slots = asyncio.Semaphore(asked.connection.concurrency)
        view = PanelClient(asked.connection, clients)

        async def ask(output: Output) -> Result:
            async with slots:
                if fatal or (stop and stop.is_set()):
                    return fatal[0] if fatal else _stopped()
                try:
                    return (await judge.ask(output, view))[0]
                except ModelTrouble as trouble:
                    fatal.extend([trouble] * trouble.fatal)
                    return trouble

        tasks = [asyncio.create_task(ask(output)) for output in outputs]
        ended = await _ended(tasks, stop)
        pairs = zip(outputs, tasks, strict=True)
        return {output.id: task.result() if task in ended else _stopped() for output, task in pairs}
    finally:
        await clients.close()


async def _ended(
    tasks: Sequence[asyncio.Task[Result]], stop: threading.Event | None
) -> set[asyncio.Task[Result]]:
    """All tasks, or those that have ended some seconds after a stop; the others are cancelled."""
    waiting = set(tasks)
    while waiting and not (stop and stop.is_set()):
        _, waiting = await asyncio.wait(waiting, timeout=_LOOK_SECONDS)
    if waiting:
        _, waiting = await asyncio.wait(waiting, timeout=GRACE_SECONDS)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return {task for task in tasks if not task.cancelled()}


def _stopped() -> ModelTrouble:
    return ModelTrouble("It was stopped before this was decided.", kind="stopped")

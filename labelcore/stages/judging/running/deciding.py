"""Decisions that are not stored: judges on texts that are no outputs of the project."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges import cascade, llm_judge
from labelcore.llm import ModelClient
from labelcore.models import Decision, JudgeVersion, Output
from labelcore.stages.judging.running.asking import GRACE_SECONDS
from labelcore.stages.judging.running.clients import Clients, PanelClient, live_clients
from labelcore.stages.judging.running.runner import decide_local, embed_texts, remember_meanings
from labelcore.store import Database
from labelcore.store import judges as judge_table

_Said = Decision | LabelcoreError
_LOOK_SECONDS = 0.2
Answers = Mapping[str, _Said]
"""What one judge says, by output id: a decision, or why there is none."""


def decide(
    db: Database,
    versions: Sequence[JudgeVersion],
    outputs: Sequence[Output],
    client: ModelClient | None = None,
    stop: threading.Event | None = None,
) -> dict[str, Answers]:
    """What every judge says of every output, by the judge version's id; nothing is stored.

    Imported judges cannot be run and are left out. Trouble with a judge or its model is an answer
    too, so that one judge's trouble does not hide the others. After ``stop`` what is not decided has
    the trouble "stopped"; calls under way are paid for, so they have some seconds to end.
    """
    local = [version for version in versions if version.kind in {"code", "learned"}]
    asked = [version for version in versions if version.kind == "llm"]
    found = {version.id: _locally(db, version, outputs, stop) for version in local}
    if asked:
        found |= _by_models(asked, outputs, client, stop)
    cascades = [version for version in versions if version.kind == "cascade"]
    return found | {version.id: _by_cascade(db, version, outputs, client, stop) for version in cascades}


def is_stopped(said: object) -> bool:
    """Whether there is no answer only because somebody stopped."""
    return isinstance(said, ModelTrouble) and said.kind == "stopped"


def _by_cascade(
    db: Database,
    version: JudgeVersion,
    outputs: Sequence[Output],
    client: ModelClient | None,
    stop: threading.Event | None,
) -> Answers:
    """The first judge on all outputs, the second where it must be asked."""
    spec = cascade.CascadeSpec.model_validate(version.spec)
    judges = [spec.first.judge_version_id, spec.then.judge_version_id]
    known = judge_table.many(db, judges)
    first = decide(db, [known[judges[0]]], outputs, client, stop).get(judges[0], {})
    found = {i: _with(spec, decision, None) for i, decision in first.items()}
    left = [output for output in outputs if output.id in first and found[output.id] is None]
    then = decide(db, [known[judges[1]]], left, client, stop).get(judges[1], {}) if left else {}
    found |= {i: _with(spec, first[i], decision) for i, decision in then.items()}
    return {i: decision for i, decision in found.items() if decision is not None}


def _with(
    spec: cascade.CascadeSpec, first: Decision | LabelcoreError, then: Decision | LabelcoreError | None
) -> Decision | LabelcoreError | None:
    trouble = next((answer for answer in (first, then) if isinstance(answer, LabelcoreError)), None)
    if trouble or not isinstance(first, Decision):
        return trouble
    return cascade.combine(spec, first, then if isinstance(then, Decision) else None)


def _locally(
    db: Database, version: JudgeVersion, outputs: Sequence[Output], stop: threading.Event | None
) -> Answers:
    try:
        wants = version.kind == "learned" and version.spec["with_vectors"]
        remember_meanings(db, [version], outputs)
        vectors = embed_texts(db, outputs) if wants else None
        decisions = decide_local(version, outputs, vectors, stop)
    except LabelcoreError as trouble:
        return {output.id: trouble for output in outputs}
    return {output.id: decision for output, decision in zip(outputs, decisions, strict=True)}


def _by_models(
    versions: Sequence[JudgeVersion],
    outputs: Sequence[Output],
    client: ModelClient | None,
    stop: threading.Event | None,
) -> dict[str, Answers]:
    found: dict[str, Answers] = {}
    for version in versions:
        try:
            asking = _ask_all(version, outputs, live_clients(client=client), stop)
            found[version.id] = asyncio.run(asking)
        except ModelTrouble as trouble:
            found[version.id] = {output.id: trouble for output in outputs}
    return found


async def _ask_all(
    version: JudgeVersion, outputs: Sequence[Output], clients: Clients, stop: threading.Event | None
) -> Answers:
    """One judge on all outputs, at most as many at once as its endpoint takes."""
    fatal: list[ModelTrouble] = []
    try:
        (asked,) = clients.choose([version])
        slots = asyncio.Semaphore(asked.connection.concurrency)
        view = PanelClient(asked.connection, clients)

        async def ask(output: Output) -> Decision | LabelcoreError:
            async with slots:
                if fatal or (stop and stop.is_set()):
                    return fatal[0] if fatal else _stopped()
                try:
                    return (await llm_judge.decide(version.spec, output, view))[0]
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
    tasks: Sequence[asyncio.Task[_Said]], stop: threading.Event | None
) -> set[asyncio.Task[_Said]]:
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

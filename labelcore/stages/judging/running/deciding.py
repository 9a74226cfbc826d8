"""Judges that need no model in a run, part by part; and all kinds on texts that are no outputs, unstored."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from labelcore.arrays import Floats
from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.kinds import DecidingKind, deciding, kind_of, read_meanings
from labelcore.judges.kinds.cascade import CascadeKind
from labelcore.judges.kinds.llm import AskingKind
from labelcore.models import JudgeVersion, Output
from labelcore.stages.judging.keeping.binding import bound
from labelcore.stages.judging.running.asking import GRACE_SECONDS
from labelcore.stages.judging.running.clients import PanelClient, live_clients
from labelcore.stages.judging.running.live_run import Decided, LiveRun, Result
from labelcore.stages.judging.running.workload import MissingVerdict
from labelcore.stats.threads import one_thread
from labelcore.store import Database, judges as judge_table, vectors

T = TypeVar("T")
_PART_SECONDS = 0.5  # a stop waits about as long; storing as often was measured to cost nothing
_TEXTS = 2_000
_FIRST = 20
_LOOK_SECONDS = 0.2
Answers = Mapping[str, Result]
"""What one judge says, by output id: a decision, or why there is none."""


class PartSizes:
    """Cuts sequences into parts that take about half a second each, and hold ``first`` to ``most``: where
    others use the machine too, smaller ones would cost more than they hold.
    """

    def __init__(self, first: int, most: int) -> None:
        self._size, self._first, self._most = first, first, most

    def parts(self, every: Sequence[T]) -> Iterator[Sequence[T]]:
        """The sequence in parts; the time between two of them says how large the next is."""
        start = 0
        while start < len(every):
            some = every[start : start + self._size]
            start += len(some)
            began = time.monotonic()
            yield some
            fitting = len(some) * _PART_SECONDS / max(time.monotonic() - began, 1e-6)
            self._size = int(max(self._first, min(fitting, 4 * self._size, self._most)))


@one_thread()
def decide_locally(live: LiveRun) -> None:
    """Let code and learned judges decide what is missing; an output's text is embedded once."""
    pace, judges = PartSizes(_FIRST, _TEXTS), [(version, deciding(version)) for version in live.backlog.local]
    for outputs, missing in live.backlog.local_outputs(_TEXTS):
        for some in pace.parts(outputs):
            if live.stop.is_set():
                return
            live.store(_decided(live, judges, missing, some))


def _decided(
    live: LiveRun,
    judges: Sequence[tuple[JudgeVersion, DecidingKind]],
    missing: Mapping[str, set[str]],
    outputs: Sequence[Output],
) -> list[Decided]:
    """What the judges say until somebody stops the run."""
    embed = vectors.embedder(live.workspace.db)
    embedded = read_meanings((judge for _, judge in judges), outputs, embed)
    decided: list[Decided] = []
    for version, judge in judges:
        if live.stop.is_set():
            break
        rows = [i for i, output in enumerate(outputs) if output.id in missing[version.id]]
        results = decide_rows(judge, outputs, rows, embedded, live.stop)
        pairs = zip(rows, results, strict=True)
        decided += [
            (MissingVerdict(version, 0, outputs[i]), result) for i, result in pairs if not is_stopped(result)
        ]
    return decided


def decide_rows(
    judge: DecidingKind,
    outputs: Sequence[Output],
    rows: Sequence[int],
    embedded: Floats | None,
    stop: threading.Event | None = None,
) -> Sequence[Result]:
    """What a judge that needs no model says of some of the outputs; its trouble is that of each of them."""
    try:
        some = [outputs[i] for i in rows]
        return judge.decide(some, None if embedded is None else embedded[list(rows)], stop) if rows else []
    except LabelcoreError as trouble:
        return [trouble] * len(rows)


def is_stopped(answer: object) -> bool:
    """Whether there is no answer only because somebody stopped."""
    return isinstance(answer, ModelTrouble) and answer.kind == "stopped"


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
    answers: dict[str, Answers] = {}
    for version in bound(db, versions):
        judge = kind_of(version)
        try:
            if isinstance(judge, DecidingKind):
                decisions = judge.decide(outputs, read_meanings([judge], outputs, vectors.embedder(db)), stop)
                pairs = zip(outputs, decisions, strict=True)
                answers[version.id] = {output.id: decision for output, decision in pairs}
            elif isinstance(judge, AskingKind):
                answers[version.id] = asyncio.run(_ask_all(version, judge, outputs, stop))
            elif isinstance(judge, CascadeKind):
                answers[version.id] = _by_parts(db, judge, outputs, stop)
        except LabelcoreError as trouble:
            answers[version.id] = {output.id: trouble for output in outputs}
    return answers


def _by_parts(
    db: Database, judge: CascadeKind, outputs: Sequence[Output], stop: threading.Event | None
) -> Answers:
    parts = judge_table.many(db, judge.parts)

    def ask(version_id: str, ids: Sequence[str]) -> Answers:
        distinct = set(ids)
        some = [output for output in outputs if output.id in distinct]
        return decide(db, [parts[version_id]], some, stop).get(version_id, {})

    return judge.decide_in_turn(ask, [output.id for output in outputs])


async def _ask_all(
    version: JudgeVersion, judge: AskingKind, outputs: Sequence[Output], stop: threading.Event | None
) -> Answers:
    """One judge on all outputs, at most as many at once as its endpoint takes."""
    clients, fatal = live_clients(), list[ModelTrouble]()
    stopped = ModelTrouble("It was stopped before this was decided.", kind="stopped")
    try:
        (group,) = clients.choose([version])
        slots = asyncio.Semaphore(group.connection.concurrency)
        view = PanelClient(group.connection, clients)

        async def ask(output: Output) -> Result:
            async with slots:
                if fatal or (stop and stop.is_set()):
                    return fatal[0] if fatal else stopped
                try:
                    return (await judge.ask(output, view))[0]
                except ModelTrouble as trouble:
                    fatal.extend([trouble] * trouble.fatal)
                    return trouble

        tasks = [asyncio.create_task(ask(output)) for output in outputs]
        waiting = set(tasks)
        while waiting and not (stop and stop.is_set()):
            _, waiting = await asyncio.wait(waiting, timeout=_LOOK_SECONDS)
        if waiting:
            _, waiting = await asyncio.wait(waiting, timeout=GRACE_SECONDS)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        pairs = zip(outputs, tasks, strict=True)
        return {output.id: stopped if task.cancelled() else task.result() for output, task in pairs}
    finally:
        await clients.close()

"""Asking a model about notes, part by part: with a stop, with what was answered until then, as it came."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from labelcore.errors import BadInput, ModelTrouble
from labelcore.llm import Message, ModelClient, client_for, setting_of
from labelcore.models import Frozen, Role
from labelcore.operations import Effect, operation
from labelcore.progress import Progress
from labelcore.settings import settings
from labelcore.stages.deriving.clauses import Clause
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_LONGER = 4  # an answer about many notes is so many times as long as a verdict
_LATE_TRIES = 2  # a model that was too slow twice is too slow
_LOOK_SECONDS = 0.25

Form = TypeVar("Form", bound=BaseModel)
Part = list[Clause]

_under_way: dict[str, threading.Event] = {}


class AskingStopped(Frozen):
    """Whether there was something to stop."""

    stopped: bool


@operation("criteria stop", role=Role.ENGINEER, effect=Effect.GRADUAL)
def stop_asking(workspace: Workspace) -> AskingStopped:
    """Stop asking the model about notes; what it has answered is kept."""
    if stop := _under_way.get(workspace.project.id):
        stop.set()
    return AskingStopped(stopped=stop is not None)


@contextlib.contextmanager
def stoppable(workspace: Workspace) -> Iterator[threading.Event]:
    """What is set once somebody stops it; one at a time asks about a project's notes.

    Raises:
        BadInput: somebody asks already.
    """
    stop, key = threading.Event(), workspace.project.id
    if _under_way.setdefault(key, stop) is not stop:
        raise BadInput(
            "A model is being asked about this project's notes already.",
            next_step="Wait for it, or stop it: `labelcore criteria stop`.",
        )
    try:
        yield stop
    finally:
        del _under_way[key]


def client_for_notes() -> ModelClient:
    """A client that waits longer than for verdicts. Raises ModelTrouble: no model is configured."""
    endpoint = settings().default_endpoint
    client = client_for(endpoint.model_copy(update={"call_timeout": _LONGER * endpoint.call_timeout}))
    client.late_tries = _LATE_TRIES
    return client


@dataclass(frozen=True)
class PartAnswer(Generic[Form]):
    """What came of one part; ``text``: as the model wrote it, also where it is of no use."""

    part: Part
    found: Form | ModelTrouble
    text: str = ""


@dataclass(frozen=True)
class Question(Generic[Form]):
    """What is asked about each part; a useless answer about so many clauses is asked for in halves."""

    messages: Callable[[Part], list[Message]]
    form: type[Form]
    room: int
    halved_from: float = math.inf

    async def _ask(self, client: ModelClient, part: Part) -> list[PartAnswer[Form]]:
        try:
            answer = await client.answer(self.messages(part), self.form, most_tokens=self.room)
        except ModelTrouble as trouble:
            if trouble.kind != "malformed" or len(part) < self.halved_from:
                return [PartAnswer(part, trouble, trouble.answer)]
        else:
            return [PartAnswer(part, answer.parsed, answer.text)]
        half = len(part) // 2
        return [*await self._ask(client, part[:half]), *await self._ask(client, part[half:])]

    async def ask_all(
        self, client: ModelClient, parts: Sequence[Part], progress: Progress, stop: threading.Event
    ) -> list[PartAnswer[Form]]:
        """All parts at once; a trouble that every request would meet ends the asking, and so does a stop.

        An interrupt of the process (Ctrl+C) is a stop: what was answered counts.
        """
        gate, hopeless = asyncio.Semaphore(settings().default_endpoint.concurrency), list[ModelTrouble]()

        async def ask(part: Part) -> list[PartAnswer[Form]]:
            async with gate:
                answers: list[PartAnswer[Form]] = [PartAnswer(part, hopeless[0])] if hopeless else []
                answers = answers or await self._ask(client, part)
                troubles = (answer.found for answer in answers if isinstance(answer.found, ModelTrouble))
                hopeless.extend(trouble for trouble in troubles if trouble.fatal)
                return answers

        tasks = [asyncio.create_task(ask(part)) for part in parts]
        try:
            await _wait(tasks, progress, stop)
        except asyncio.CancelledError:
            stop.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        pairs = zip(parts, tasks, strict=True)
        stopped = ModelTrouble("It was stopped before the model answered.", kind="stopped")
        return [
            answered
            for part, task in pairs
            for answered in ([PartAnswer(part, stopped)] if task.cancelled() else task.result())
        ]


async def _wait(
    tasks: Sequence[asyncio.Task[list[PartAnswer[Form]]]], progress: Progress, stop: threading.Event
) -> None:
    """Until all have ended or somebody stops; tells every moment how long that takes, and how long it may."""
    began, waiting = time.monotonic(), set(tasks)
    endpoint = settings().default_endpoint
    while waiting and not stop.is_set():
        words = Wording(
            "asking the model for {seconds:.0f} s; an answer may take {most:g} s ({times} × {setting})",
            seconds=time.monotonic() - began,
            most=endpoint.call_timeout * _LONGER,
            times=_LONGER,
            setting=setting_of(endpoint, "call_timeout"),
        )
        progress(len(tasks) - len(waiting), len(tasks), words)
        _, waiting = await asyncio.wait(waiting, timeout=_LOOK_SECONDS)
    progress(len(tasks) - len(waiting), len(tasks), Wording("asking the model"))

"""Work under way, for who looks on and may stop it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace

from typing_extensions import override

from labelcore.errors import ModelTrouble
from labelcore.llm.spending import Purse
from labelcore.models import Decision, Project, Role
from labelcore.operations import Effect, operation
from labelcore.stages import projects
from labelcore.stages.judging.running.live_run import Result, RunOptions
from labelcore.workspace import Workspace


@operation(role=Role.ENGINEER, effect=Effect.WRITES)
def limit_cost(workspace: Workspace, limit: float | None) -> Project:
    """How many US dollars one trial, search or matrix of this project may spend; None: no limit."""
    return projects.update_project(workspace, settings={"most_cost": limit})


@dataclass
class Ongoing:
    """Work that asks a model; ``stop`` ends it. ``done`` of ``total`` steps, ``step`` names the present one;
    ``answers`` came and cost so many US dollars, more where ``unpriced``: nobody knows what some cost;
    ``asked_again`` counts calls that had to be sent again, by kind of trouble.
    """

    stop: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    total: int = 0
    step: str = ""
    answers: int = 0
    cost_usd: float = 0.0
    unpriced: bool = False
    asked_again: Counter[str] = field(default_factory=Counter)

    def options(self, purse: Purse | None) -> RunOptions:
        """How all is asked: with one stop and one purse."""
        return RunOptions(stop=self.stop, purse=purse, asked_again=self.asked_again)

    def begin(self, step: str, total: int = 0) -> None:
        """Another part of the work, of so many steps."""
        self.step, self.done, self.total = step, 0, total

    def telling(self, workspace: Workspace) -> Workspace:
        """The workspace, whose progress is told here as well."""

        def tell(done: int, total: int, words: str) -> None:
            self.done, self.total = done, total
            workspace.progress(done, total, words)

        return replace(workspace, progress=tell)

    def hear(self, _: str, result: Result) -> None:
        """One more answer is there."""
        self.answers += 1
        if isinstance(result, Decision | ModelTrouble):
            self.pay(result.cost_usd)

    def pay(self, cost: float | None) -> None:
        """Add what was asked now; None: nobody knows what it cost."""
        self.cost_usd, self.unpriced = self.cost_usd + (cost or 0.0), self.unpriced or cost is None


@dataclass
class OngoingTrial(Ongoing):
    """A trial under way: what came so far, by output id."""

    found: dict[str, Result] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @override
    def begin(self, step: str, total: int = 0) -> None:
        super().begin(step, total)
        self.found, self.started = {}, time.monotonic()

    @override
    def hear(self, output_id: str, result: Result) -> None:
        super().hear(output_id, result)
        self.found[output_id] = result
        self.done = len(self.found)

    @property
    def seconds_left(self) -> float | None:
        """None until something is decided."""
        seconds = time.monotonic() - self.started
        return seconds / self.done * (self.total - self.done) if self.done else None


@operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
def stop_trial(_workspace: Workspace, trial: Ongoing) -> None:
    """Ask a trial, search or matrix that is under way to stop."""
    trial.stop.set()

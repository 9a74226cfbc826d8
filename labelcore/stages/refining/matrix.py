"""Many at once: prompts x models x numbers of examples, the cheapest first, until one is good enough.

All are tried on the same graded outputs of train and dev, beside the version in use; money and time are
limits for all together. Each cell is a look on dev, and counts as one.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput, LabelcoreError
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import kind_of
from labelcore.llm.spending import purse_of
from labelcore.models import Fact, Frozen, JudgeVersion, Role, fact, total_cost
from labelcore.operations import Effect, Options, operation
from labelcore.stages.aligning.report import flat
from labelcore.stages.refining.keeping import prompts_of
from labelcore.stages.refining.looks import DevLooks, looks_at_dev
from labelcore.stages.refining.migrating import moved
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.stages.refining.prompts import numbered, size_of
from labelcore.stages.refining.trials import ModelWork, Trial
from labelcore.stages.refining.trying import USUAL, Order, compare, drafted
from labelcore.stats.changes import Rates
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

_MOST_CELLS = 60
State = Literal[
    "tried", "in use", "good enough before it", "beyond the budget", "beyond the time", "stopped", "failed"
]


class Grid(Options):
    """What is crossed, and within what."""

    version: Annotated[
        tuple[int, ...],
        Field(max_length=10, description="Versions of the judge; without any the one in use."),
    ] = ()
    model: Annotated[
        tuple[str, ...], Field(max_length=10, description="Models, as MODEL or MODEL@ENDPOINT.")
    ] = ()
    examples: Annotated[
        tuple[int, ...], Field(max_length=6, description="So many examples of each verdict are shown.")
    ] = ()
    limit: Annotated[int, Field(ge=1, description="Try each on so many graded outputs.")] = USUAL
    max_cost: Annotated[float | None, Field(gt=0, description="US dollars for all together.")] = None
    minutes: Annotated[float | None, Field(gt=0, description="Begin no other after so many minutes.")] = None
    enough: Annotated[
        float | None, Field(gt=0, le=1, description="Stop where TPR and TNR surely reach this; 0.8 is usual.")
    ] = None


class Cell(Frozen):
    """One combination. ``estimate``: US dollars for 1,000 outputs, None where no price is known; ``trial``:
    what came of it beside the version in use; ``rates``: its figures, None where it was not tried.
    """

    version: int
    model: str
    shown: int
    spec: dict[str, Any]
    estimate: float | None
    state: State
    rates: Rates | None = None
    trial: Trial | None = None
    trouble: str = ""

    def enough(self, limit: float) -> bool:
        """Whether its figures are known and both lower bounds reach what is wanted."""
        if self.rates is None:
            return False
        return all(rate.low is not None and rate.low >= limit for rate in (self.rates.tpr, self.rates.tnr))

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        plain = {name: getattr(self, name) for name in ("version", "model", "shown", "state", "trouble")}
        plain |= {"cost_per_thousand": self.estimate}
        if self.rates:
            plain |= {**flat("tpr", self.rates.tpr), **flat("tnr", self.rates.tnr)}
        if self.trial is None:
            return plain
        change = self.trial.change
        return plain | {
            "n": len(self.trial.attempts),
            "cost_usd": self.trial.cost_usd,
            **flat("change", change.balanced),
            "verdict": change.verdict,
            "mended": [attempt.output_id for attempt in self.trial.of("mended")],
            "broken": [attempt.output_id for attempt in self.trial.of("broken")],
        }


class Matrix(ModelWork):
    """All cells, the cheapest first. ``chosen``: where that was asked for, the first that is good enough, be
    it the version in use; else the one that is surely better than that by most; None where there is none.
    ``looks``: at dev, of all these too.
    """

    judge: str
    cells: tuple[Cell, ...]
    chosen: int | None
    looks: DevLooks
    seconds: float

    @property
    def says(self) -> Fact:
        """Which one to take."""
        if self.chosen is None:
            return fact("matrix_without_better", n=sum(cell.trial is not None for cell in self.cells))
        cell = self.cells[self.chosen]
        return fact("matrix_chosen", model=cell.model, version=cell.version, shown=cell.shown)

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "judge": self.judge,
            "cells": [cell.document() for cell in self.cells],
            "chosen": self.chosen,
            "says": self.says,
            "looks": self.looks.document(),
            "seconds": self.seconds,
            **self.taken,
        }


_USUAL = Grid()


@operation("judge prompt matrix", role=Role.ENGINEER, effect=Effect.GRADUAL)
def try_many(workspace: Workspace, judge: JudgeVersion, *, grid: Grid = _USUAL) -> Matrix:
    """Try prompts, models and numbers of examples together, the cheapest first, within a budget.

    Raises:
        BadInput: nothing is crossed, too much is, or nothing is graded.
    """
    return cross(workspace, judge, grid, Ongoing())


@operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
def cross(workspace: Workspace, judge: JudgeVersion, grid: Grid, watched: Ongoing) -> Matrix:
    """The same for who looks on: ``watched`` says how far it is, and stops it.

    Raises:
        BadInput: nothing is crossed, too much is, or nothing is graded.
    """
    cells = sorted(_cells(workspace, judge, grid), key=lambda cell: (cell.estimate or 0.0, cell.shown))
    if not 1 < len(cells) <= _MOST_CELLS:
        raise BadInput(
            "There are {n} combinations; there must be 2 to {most}.",
            next_step="Name them with --version, --model and --examples; none shows more examples than "
            "its version has.",
            n=len(cells),
            most=_MOST_CELLS,
        )
    budget = _Budget(grid, watched)
    results: list[Cell] = []
    for at, cell in enumerate(cells):
        watched.done, watched.total, watched.step = at, len(cells), f"{cell.model} · {cell.shown}"
        workspace.progress(at, len(cells), watched.step)
        results.append(_tried(workspace, judge, cell, budget))
        budget.met = budget.met or (grid.enough is not None and results[-1].enough(grid.enough))
    results = list(_with_present(results))
    return Matrix(
        judge=judge.name,
        cells=tuple(results),
        looks=looks_at_dev(workspace, judge),
        chosen=_chosen(results, grid.enough),
        seconds=round(time.monotonic() - budget.started, 2),
        **_taken([cell.trial for cell in results if cell.trial], watched),
    )


def _taken(trials: Sequence[Trial], watched: Ongoing) -> dict[str, Any]:
    """What all of them took; the first reason of each kind of trouble."""
    return {
        "cost_usd": total_cost(trial.cost_usd for trial in trials),
        "requests": sum(trial.requests for trial in trials),
        "state": "stopped" if watched.stop.is_set() else "finished",
        "message": " ".join(dict.fromkeys(trial.message for trial in trials if trial.message)),
        "troubles": {kind: why for trial in trials[::-1] for kind, why in trial.troubles.items()},
        "asked_again": dict(watched.asked_again),
    }


@dataclass
class _Budget:
    """What is left for the cells to come."""

    grid: Grid
    watched: Ongoing
    met: bool = False

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.purse = purse_of(self.grid.max_cost)

    @property
    def over(self) -> State | None:
        """Why no other cell is begun."""
        if self.watched.stop.is_set():
            return "stopped"
        if self.met:
            return "good enough before it"
        if self.purse and self.purse.is_over:
            return "beyond the budget"
        late = self.grid.minutes is not None and time.monotonic() - self.started > 60 * self.grid.minutes
        return "beyond the time" if late else None


def _cells(workspace: Workspace, judge: JudgeVersion, grid: Grid) -> Iterator[Cell]:
    """Every combination once."""
    present = prompts_of(judge)[0].spec
    sample = output_table.first_of(workspace.db, workspace.project.id)
    specs = set[str]()
    for number, model, count in itertools.product(
        grid.version or (judge.version,), grid.model or ("",), grid.examples or (present.shown,)
    ):
        version = numbered(workspace, judge, number)
        spec = moved(workspace, version, model) if model else dict(version.spec)
        moved_judge = kind_of(version.model_copy(update={"spec": spec}))
        spec = moved_judge.rewritten(partial(_showing, count=count))
        new = version.model_copy(update={"spec": spec})
        if repr(sorted(spec.items(), key=str)) in specs:
            continue
        specs.add(repr(sorted(spec.items(), key=str)))
        prompts = kind_of(new).prompts
        shown = max(min(prompt.spec.shown, prompt.most_shown) for prompt in prompts)
        costs = [size_of(prompt, prompt.messages_for(sample)).cost_usd for prompt in prompts if sample]
        price = total_cost(costs)
        yield Cell(
            version=number,
            model=", ".join(dict.fromkeys(prompt.spec.model for prompt in prompts)),
            shown=shown,
            spec=spec,
            estimate=1_000 * price if price is not None and len(costs) == len(prompts) else None,
            state="in use" if spec == dict(judge.spec) else "tried",
        )


def _showing(prompt: Prompt, count: int) -> dict[str, Any]:
    """A prompt that shows so many examples of each verdict, or all that it has."""
    count = min(count, prompt.most_shown)
    if count == min(prompt.spec.shown, prompt.most_shown):
        return dict(prompt.content)
    rest = {name: value for name, value in prompt.content.items() if name != "shown"}
    return rest | ({"shown": count} if count else {})


def _tried(workspace: Workspace, judge: JudgeVersion, cell: Cell, budget: _Budget) -> Cell:
    if cell.state == "in use":
        return cell
    if over := budget.over:
        return cell.model_copy(update={"state": over})
    try:
        new = drafted(workspace, judge, cell.spec)
        order = Order(budget.grid.limit, watched=replace(budget.watched), purse=budget.purse)
        trial = compare(workspace, judge, new, order)
    except LabelcoreError as trouble:
        state = budget.over or "failed"
        return cell.model_copy(update={"state": state, "trouble": "" if budget.over else str(trouble)})
    if not trial.attempts:
        why = trial.message or next(iter(trial.troubles.values()), "")
        return cell.model_copy(update={"state": budget.over or "failed", "trouble": why})
    return cell.model_copy(update={"trial": trial, "rates": trial.change.new})


def _with_present(cells: Sequence[Cell]) -> Iterator[Cell]:
    """The figures of the version in use are those beside which the others were tried."""
    present = next((cell.trial.change.present for cell in cells if cell.trial), None)
    for cell in cells:
        yield cell.model_copy(update={"rates": present}) if cell.state == "in use" else cell


def _chosen(cells: Sequence[Cell], limit: float | None) -> int | None:
    if limit is not None:
        return next((at for at, cell in enumerate(cells) if cell.enough(limit)), None)
    better = [
        (cell.trial.change.gain, -at)
        for at, cell in enumerate(cells)
        if cell.trial and cell.trial.change.verdict == "better"
    ]
    return -max(better)[1] if better else None

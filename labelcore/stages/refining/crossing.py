"""Many at once: prompts x models x numbers of examples, the cheapest first, until one is good enough.

All are tried on the same graded outputs of train and dev, beside the version in use; money and time are
limits for all together. Each cell is a look on dev, and counts as one. What is tried, and on which outputs,
is stored before any is asked, so that it is found again from the answers, which are stored as well.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput, LabelcoreError, NotFound
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import kind_of
from labelcore.llm.spending import purse_of
from labelcore.models import JudgeVersion, Role, new_id, now, total_cost
from labelcore.operations import Effect, operation
from labelcore.stages.refining.keeping import prompts_of
from labelcore.stages.refining.looks import looks_at_dev
from labelcore.stages.refining.matrix import Cell, Grid, Matrix, Recalled, State
from labelcore.stages.refining.migrating import moved
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.stages.refining.prompts import numbered, size_of
from labelcore.stages.refining.trials import Trial
from labelcore.stages.refining.trying import Draw, Order, compare, drafted
from labelcore.store import outputs as output_table, prompt_work
from labelcore.workspace import Workspace

_MOST_CELLS = 60
_USUAL = Grid()


@operation("judge prompt matrix", role=Role.ENGINEER, effect=Effect.GRADUAL)
def try_many(workspace: Workspace, judge: JudgeVersion, *, grid: Grid = _USUAL) -> Matrix:
    """Try prompts, models and numbers of examples together, the cheapest first, within a budget.

    Raises:
        BadInput: nothing is crossed, or too much is.
    """
    return cross(workspace, judge, grid, Ongoing())


@operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
def cross(workspace: Workspace, judge: JudgeVersion, grid: Grid, watched: Ongoing) -> Matrix:
    """The same for who looks on: ``watched`` says how far it is, and stops it.

    Raises:
        BadInput: nothing is crossed, or too much is.
    """
    cells = sorted(_cells(workspace, judge, grid), key=lambda cell: cell.place)
    if not 1 < len(cells) <= _MOST_CELLS:
        raise BadInput(
            "There are {n} combinations; there must be 2 to {most}.",
            next_step="Name them with --version, --model and --examples; none shows more examples than "
            "its version has.",
            n=len(cells),
            most=_MOST_CELLS,
        )
    matrix = _planned(workspace, judge, cells, grid)
    budget = _Budget(grid, watched, keep=lambda draw: _keep(workspace, matrix, draw))
    found = _crossed(workspace, judge, cells, budget)
    if budget.draw:
        ended = {"cells": _stored(found.cells), "tried": found.tried > 0, "at": now()}
        _keep(workspace, matrix.model_copy(update=ended), budget.draw)
    return found


def _crossed(workspace: Workspace, judge: JudgeVersion, cells: Sequence[Cell], budget: _Budget) -> Matrix:
    """What comes of the cells, one after the other."""
    watched, enough = budget.watched, budget.grid.enough
    results: list[Cell] = []
    for at, cell in enumerate(cells):
        watched.done, watched.total, watched.step = at, len(cells), f"{cell.model} · {cell.shown}"
        workspace.progress(at, len(cells), watched.step)
        results.append(_tried(workspace, judge, cell, budget))
        budget.met = budget.met or (enough is not None and results[-1].enough(enough))
    results = list(_with_present(results))
    return Matrix(
        judge=judge.name,
        cells=tuple(results),
        looks=looks_at_dev(workspace, judge),
        chosen=_chosen(results, enough),
        seconds=round(time.monotonic() - budget.started, 2),
        **_taken([cell.trial for cell in results if cell.trial], watched),
    )


def _planned(
    workspace: Workspace, judge: JudgeVersion, cells: Sequence[Cell], grid: Grid
) -> prompt_work.StoredMatrix:
    return prompt_work.StoredMatrix(
        id=new_id("matrix"),
        project_id=workspace.project.id,
        judge_id=judge.judge_id,
        judge_version_id=judge.id,
        author=workspace.person,
        cells=_stored(cells),
        enough=grid.enough,
    )


def _stored(cells: Sequence[Cell]) -> tuple[dict[str, Any], ...]:
    """What is asked for, and what ended it; its figures are made of the answers."""
    plan = {"version", "model", "shown", "spec", "estimate", "state", "trouble"}
    return tuple(cell.model_dump(mode="json", include=plan) for cell in cells)


def _keep(workspace: Workspace, matrix: prompt_work.StoredMatrix, draw: Draw) -> None:
    """Store what is tried, before any is asked: whatever ends it, what was paid for is found again."""
    drawn = {"pool": draw.pool, "drawn": draw.drawn}
    prompt_work.keep_matrix(workspace.db, matrix.model_copy(update=drawn))


@operation(role=Role.ENGINEER)
def last_tried(workspace: Workspace, judge: JudgeVersion) -> prompt_work.StoredMatrix | None:
    """What was last tried together beside this version of a judge."""
    return prompt_work.newest_matrix(workspace.db, workspace.project.id, judge.id)


@operation("judge prompt tried", role=Role.ENGINEER, effect=Effect.GRADUAL)
def recall(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    row: Annotated[
        int | None, Field(ge=1, description="Show the outputs on which this row was tried.")
    ] = None,
) -> Matrix:
    """Show the last matrix of a judge again, of answers that are stored: no model is asked.

    Raises:
        NotFound: none was tried beside the version in use, or it has no such row.
    """
    return find_again(workspace, judge, Ongoing(), row)


@operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
def find_again(workspace: Workspace, judge: JudgeVersion, watched: Ongoing, row: int | None = None) -> Matrix:
    """The same for who looks on.

    Raises:
        NotFound: none was tried beside the version in use, or it has no such row.
    """
    if not (stored := last_tried(workspace, judge)):
        raise NotFound(
            "Nothing was tried together beside version {version} of '{name}'.",
            next_step="`labelcore judge prompt matrix '{name}'` tries versions and models.",
            version=judge.version,
            name=judge.name,
        )
    cells = [Cell.model_validate(cell) for cell in stored.cells]
    if row is not None and row > len(cells):
        raise NotFound("There is no row {row}; there are {n}.", row=row, n=len(cells))
    draw = Draw(stored.pool, stored.drawn)
    budget = _Budget(Grid(enough=stored.enough), watched, draw=draw, known=True)
    recalled = Recalled(author=stored.author, at=stored.at, row=row)
    return _crossed(workspace, judge, cells, budget).model_copy(update={"recalled": recalled})


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
    """What is left for the cells to come. ``draw``: the outputs on which all are tried, drawn for the first
    of them, when they are kept.
    """

    grid: Grid
    watched: Ongoing
    keep: Callable[[Draw], None] = lambda _draw: None
    draw: Draw | None = None
    known: bool = False
    met: bool = False

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.purse = purse_of(self.grid.max_cost)

    def take(self, draw: Draw) -> None:
        """Try all on these outputs, unless some are drawn."""
        if self.draw is None:
            self.keep(draw)
            self.draw = draw

    @property
    def order(self) -> Order:
        """How the next one is tried."""
        return Order(
            self.grid.limit,
            watched=replace(self.watched),
            purse=self.purse,
            draw=self.draw,
            told=self.take,
            known=self.known,
        )

    @property
    def over(self) -> State | None:
        """Why no other cell is begun."""
        if self.watched.stop.is_set():
            return "stopped"
        if self.met and not self.known:
            return "good enough before it"
        if self.purse and self.purse.is_over:
            return "beyond the budget"
        late = self.grid.minutes is not None and time.monotonic() - self.started > 60 * self.grid.minutes
        return "beyond the time" if late else None

    @property
    def unknown(self) -> State:
        """Of a cell of which no answer is stored."""
        return "good enough before it" if self.met else "not tried"


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
    if cell.state != "tried":  # the version in use, or what was ended before it began
        return cell
    if over := budget.over:
        return cell.model_copy(update={"state": over})
    try:
        trial = compare(workspace, judge, drafted(workspace, judge, cell.spec), budget.order)
    except LabelcoreError as trouble:
        state = budget.over or "failed"
        return cell.model_copy(update={"state": state, "trouble": "" if budget.over else str(trouble)})
    if not trial.attempts:
        why = trial.message or next(iter(trial.troubles.values()), "")
        state = budget.over or ("failed" if why or not budget.known else budget.unknown)
        return cell.model_copy(update={"state": state, "trouble": why})
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

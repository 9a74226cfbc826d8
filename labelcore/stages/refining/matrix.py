"""What was tried together: prompts x models x numbers of examples with their figures, and which to take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.models import NOTHING, Fact, Frozen, fact
from labelcore.operations import Options
from labelcore.stages.aligning.report import flat
from labelcore.stages.refining.looks import DevLooks
from labelcore.stages.refining.trials import ModelWork, Trial
from labelcore.stages.refining.trying import USUAL
from labelcore.stats.changes import Rates

State = Literal[
    "tried",
    "in use",
    "good enough before it",
    "beyond the budget",
    "beyond the time",
    "stopped",
    "failed",
    "not tried",
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

    @property
    def priced(self) -> bool:
        """Whether it is known what it costs."""
        return self.estimate is not None

    @property
    def place(self) -> tuple[bool, float, int]:
        """Where it stands: the cheapest first; a price that is not known is none, and comes last."""
        return not self.priced, self.estimate or 0.0, self.shown

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
            **self.trial.lists,
        }


class Recalled(Frozen):
    """That a matrix was found again: who tried it, and when. ``row``: which one, from 1 on, is opened."""

    author: str
    at: datetime
    row: int | None = None


class Matrix(ModelWork):
    """All cells, the cheapest first, behind them those whose price is not known. ``chosen``: where that was
    asked for, the first that is good enough, be it the version in use; else the one that is surely better
    than that by most; None where there is none. ``looks``: at dev, of all these too. ``recalled``: it was
    tried before, and is made of stored answers.
    """

    judge: str
    cells: tuple[Cell, ...]
    chosen: int | None
    looks: DevLooks
    seconds: float
    recalled: Recalled | None = None

    @property
    def tried(self) -> int:
        """How many cells were tried beside the version in use."""
        return sum(cell.trial is not None for cell in self.cells)

    @property
    def opened(self) -> Cell | None:
        """The cell whose outputs are asked for."""
        row = self.recalled.row if self.recalled else None
        return None if row is None else self.cells[row - 1]

    @property
    def says(self) -> Fact:
        """Which one to take."""
        if self.chosen is None:
            return fact("matrix_without_better", n=self.tried)
        cell = self.cells[self.chosen]
        told = {"model": cell.model, "version": cell.version, "shown": cell.shown}
        return fact("matrix_chosen" if cell.priced else "matrix_chosen_unpriced", **told)

    @property
    def unpriced(self) -> Fact:
        """Whose price is not known, and where these stand for that; nothing where all prices are known."""
        models = list(dict.fromkeys(cell.model for cell in self.cells if not cell.priced))
        if not models:
            return NOTHING
        known = any(cell.priced for cell in self.cells)
        return fact("matrix_unpriced" if known else "matrix_without_prices", models=models, n=len(models))

    def document(self) -> dict[str, Any]:
        """The JSON form; with the trial of the row that is opened."""
        recalled = self.recalled.model_dump(mode="json") if self.recalled else {}
        if self.opened and self.opened.trial:
            recalled["trial"] = self.opened.trial.document()
        return {
            "judge": self.judge,
            **recalled,
            "cells": [cell.document() for cell in self.cells],
            "unpriced": self.unpriced,
            "chosen": self.chosen,
            "says": self.says,
            "looks": self.looks.document(),
            "seconds": self.seconds,
            **self.taken,
        }

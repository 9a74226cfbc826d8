"""``labelcore judge retrain|explain|flip|cascade|ask-people`` and ``labelcore schema``."""

from __future__ import annotations

from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send
from labelcore.errors import BadInput

_Judge = Annotated[str, typer.Argument(help="A judge's name or id.")]


def add_to(judge: typer.Typer) -> None:
    """Register the commands under ``labelcore judge``."""
    judge.command("retrain")(retrain)
    judge.command("explain")(explain)
    judge.command("flip")(flip)
    judge.command("cascade")(cascade)
    judge.command("ask-people")(ask_people)


def retrain(
    judge: Annotated[str | None, typer.Option(help="Only this judge.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Make learned judges again where grades changed; the others keep their version."""
    send("judge retrain", db, project, json, judge=judge)


def explain(
    judge: _Judge,
    output: Annotated[str | None, typer.Option(help="What tells in this output.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Show what a learned judge looks at, and how far its probabilities can be believed."""
    send("judge explain", db, project, json, judge=judge, output=output)


def flip(
    judge: _Judge, author: Author = "", db: Db = None, project: ProjectName = None, json: Json = False
) -> None:
    """Make a judge that says the opposite of an inverted one."""
    send("judge flip", db, project, json, author, judge=judge)


def cascade(
    first: Annotated[str | None, typer.Option(help="The judge that decides where it is sure.")] = None,
    then: Annotated[str | None, typer.Option(help="The judge that is asked where it is not.")] = None,
    criterion: Annotated[
        str | None, typer.Option(help="What both decide; without it the overall grade.")
    ] = None,
    error: Annotated[float, typer.Option(help="The most that may be wrong at each step.")] = 0.05,
    confidence: Annotated[float, typer.Option(help="How sure that must be.")] = 0.95,
    show: Annotated[str | None, typer.Option(help="Only show this cascade.", metavar="JUDGE")] = None,
    author: Author = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Ask a cheap judge first, another where it is not sure, a person where neither is."""
    if show:
        send("judge cascade report", db, project, json, judge=show)
        return
    if not first or not then:
        raise BadInput("A cascade needs two judges.", next_step="Name them: --first J --then J.")
    send(
        "judge cascade",
        db,
        project,
        json,
        author,
        first=first,
        then=then,
        criterion=criterion,
        error=error,
        confidence=confidence,
    )


def ask_people(
    judge: _Judge,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Put ungraded outputs on which a judge abstains first in the queue for grading."""
    send("judge ask-people", db, project, json, judge=judge, limit=limit)

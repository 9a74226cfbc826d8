"""``labelcore judge race | differences``: candidates of one criterion on the same graded outputs."""

from __future__ import annotations

from typing import Annotated

import typer

from labelcore.cli.sending import Db, Json, ProjectName, send


def add_to(judge: typer.Typer) -> None:
    """Put these commands under ``labelcore judge``."""
    judge.command("race")(race)
    judge.command("differences")(differences)


def race(
    criterion: Annotated[str | None, typer.Option(help="A criterion; by default the overall grade.")] = None,
    min_tnr: Annotated[
        float | None, typer.Option("--min-tnr", min=0, max=1, help="The least TNR that is good enough.")
    ] = None,
    max_ffr: Annotated[
        float | None,
        typer.Option(
            "--max-ffr", min=0, max=1, help="The highest false failure rate; by default the criterion's."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed deals the same folds.")] = 0,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Race the judges of a criterion, held out, and name the cheapest that is good enough."""
    send("judge race", db, project, json, criterion=criterion, min_tnr=min_tnr, max_ffr=max_ffr, seed=seed)


def differences(
    first: Annotated[str, typer.Argument(help="A judge's name or id.")],
    second: Annotated[str, typer.Argument(help="Another of the same criterion.")],
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """List the graded outputs on which two judges differ, and who is right more often."""
    send("judge differences", db, project, json, first=first, second=second)

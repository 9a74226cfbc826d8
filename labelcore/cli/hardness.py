"""``labelcore judge harden|hardness|repeat|flips|panel``: judges under pressure."""

from __future__ import annotations

from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send

_Judge = Annotated[str, typer.Argument(help="A judge's name or id.")]


def add_to(judge: typer.Typer) -> None:
    """Register the commands with the others of ``labelcore judge``."""
    for name, command in (
        ("harden", harden),
        ("hardness", hardness),
        ("repeat", repeat),
        ("flips", flips),
        ("panel", panel),
    ):
        judge.command(name)(command)


def harden(
    judge: _Judge,
    limit: Annotated[int, typer.Option(min=1, help="At most so many outputs for each test.")] = 20,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="position, wording, injection or defect; again for more."),
    ] = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only say how much would be asked.")] = False,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Test a judge with neutral changes, attacks and planted defects."""
    send("judge harden", db, project, json, judge=judge, limit=limit, only=only or None, estimate=estimate)


def hardness(
    judge: _Judge,
    test: Annotated[str | None, typer.Option(help="Show the texts behind this test.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Show what hardness tests found, without asking anything."""
    send("judge hardness", db, project, json, judge=judge, test=test)


def repeat(
    judge: _Judge,
    times: Annotated[int, typer.Option(min=2, help="How often each output is judged in all.")] = 3,
    limit: Annotated[int, typer.Option(min=1, help="On how many outputs.")] = 50,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Ask an LLM judge again, to see how often it changes its mind."""
    send("judge repeat", db, project, json, judge=judge, times=times, limit=limit)


def flips(
    judge: Annotated[str | None, typer.Argument(help="A judge's name or id.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Show how often judges that were asked several times change their mind."""
    send("judge flips", db, project, json, judge=judge)


def panel(
    judges: Annotated[
        list[str], typer.Argument(help="LLM judges of one criterion; one alone gives its prompt's variants.")
    ],
    rule: Annotated[str, typer.Option(help="majority or unanimous")] = "majority",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Make several LLM judges one that takes their votes."""
    send("judge panel", db, project, json, author, judges=judges, rule=rule)

"""``labelcore refine``: rule on where judges and people differ."""

from __future__ import annotations

from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send, somebody

refine = typer.Typer(no_args_is_help=True, help="Rule on where judges and people differ.")


@refine.command("court")
def court(
    judge: Annotated[str | None, typer.Option(help="Only this judge's conflicts.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="List so many at most.")] = 20,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """List the conflicts, the open ones first, with the gap in the specification."""
    send("refine court", db, project, json, judge=judge, limit=limit)


@refine.command("rule")
def rule(
    output: Annotated[str, typer.Argument(metavar="OUTPUT_ID")],
    value: Annotated[
        str, typer.Argument(metavar="judge-wrong|person-wrong|criterion-unclear|context-missing|withdrawn")
    ],
    judge: Annotated[str, typer.Option("--judge", help="The judge that differs.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Rule on one conflict; the ruling starts what comes next."""
    send(
        "refine rule",
        db,
        project,
        json,
        somebody(author),
        output=output,
        judge=judge,
        value=value,
        reason=reason,
    )

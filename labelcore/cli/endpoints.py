"""``labelcore endpoints``: the models that can be asked."""

from __future__ import annotations

from typing import Annotated

import typer

from labelcore.cli.sending import Db, Json, ProjectName, send

endpoints = typer.Typer(invoke_without_command=True, help="The models that can be asked.")


@endpoints.callback()
def main(context: typer.Context, db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show the configured endpoints."""
    if context.invoked_subcommand is None:
        send("endpoints list", db, project, json)


@endpoints.command("list")
def list_(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show the configured endpoints with their models, prices and limits."""
    send("endpoints list", db, project, json)


@endpoints.command("test")
def try_(
    name: Annotated[str | None, typer.Argument(help="Only this endpoint.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Ask each endpoint two small questions; says whether it enforces schemas."""
    send("endpoints test", db, project, json, name=name)

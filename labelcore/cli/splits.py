"""``labelcore splits``: train, dev and the sealed test."""

from __future__ import annotations

from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send, somebody

splits = typer.Typer(no_args_is_help=True, help="Train, dev and the sealed test.")


@splits.command("show")
def show(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show how big the splits are, and who opened the sealed test."""
    send("splits show", db, project, json)


@splits.command("leaks")
def leaks(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Look for near-duplicates across splits and for examples outside train."""
    send("splits leaks", db, project, json)


@splits.command("limit")
def limit(
    looks: Annotated[int, typer.Argument(min=1, help="So many looks make a test spent.")],
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Set how many looks make a test spent."""
    send("splits limit", db, project, json, looks=looks)


@splits.command("renew")
def renew(
    why: Annotated[str, typer.Option("--why", help="Why the test is given up.")],
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Give the sealed test up; what is graded from now on grows a fresh one."""
    send("splits renew", db, project, json, somebody(author), why=why)

"""``labelcore library``: rubrics that travel between projects as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send

library = typer.Typer(no_args_is_help=True, help="Rubrics as files: save, load, transfer.")


@library.command("save")
def save(
    out: Annotated[Path, typer.Option("--out", help="The YAML file to write.")],
    criterion: Annotated[
        list[str] | None, typer.Option(help="Only this criterion; repeat. Without it all accepted ones.")
    ] = None,
    with_examples: Annotated[
        bool, typer.Option("--with-examples/--no-examples", help="Examples are texts of outputs.")
    ] = True,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Write criteria with their judges and examples to a file for another project."""
    send(
        "library save",
        db,
        project,
        json,
        criteria=criterion,
        with_examples=with_examples,
        out=str(out.expanduser().absolute()),
    )


@library.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="What `labelcore library save` wrote.")],
    author: Author = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Take a file's criteria and judges in; doing it twice changes nothing."""
    send("library load", db, project, json, author, file=str(file.expanduser().absolute()))


@library.command("transfer")
def transfer(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show how well what came by file does on this project's own grades."""
    send("library transfer", db, project, json)


@library.command("schema")
def schema(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Print the JSON schema of the file."""
    send("library schema", db, project, json)

"""``labelcore glossary``: terms of the domain, what they mean and where."""

from __future__ import annotations

from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send
from labelcore.errors import BadInput

glossary = typer.Typer(no_args_is_help=True, help="Terms of the domain: their meaning, and where.")

Scope = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="FIELD=VALUE", help="Only where the metadata say so; repeat."),
]


@glossary.command("list")
def list_(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show every term."""
    send("glossary list", db, project, json)


@glossary.command("set")
def set_(
    term: str,
    meaning: str,
    scope: Scope = None,
    from_notes: Annotated[bool, typer.Option("--from-notes", help="It was found in the notes.")] = False,
    author: Author = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Add a term, or replace the one with the same scope."""
    send(
        "glossary set",
        db,
        project,
        json,
        author,
        term=term,
        meaning=meaning,
        scope=_scope(scope),
        from_notes=from_notes,
    )


@glossary.command("drop")
def drop(
    term: str,
    scope: Scope = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Only the one without a scope.")] = False,
    author: Author = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Take a term out: all its meanings, or the one with this scope."""
    only = {} if everywhere else _scope(scope)
    send("glossary drop", db, project, json, author, term=term, scope=only)


@glossary.command("find")
def find(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Look for terms and abbreviations in notes and outputs."""
    send("glossary find", db, project, json, limit=limit)


def _scope(given: list[str] | None) -> dict[str, str] | None:
    """``["city=Hangzhou"]`` as ``{"city": "Hangzhou"}``; None where nothing is given."""
    pairs = [pair.partition("=") for pair in given or []]
    if wrong := [name for name, sign, value in pairs if not (name.strip() and sign and value.strip())]:
        raise BadInput(
            f"--scope wants FIELD=VALUE, not '{wrong[0]}'.", next_step="For example: --scope city=Hangzhou"
        )
    return {name.strip(): value.strip() for name, _, value in pairs} or None

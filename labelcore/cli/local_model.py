"""``labelcore local-model``: a model server on this machine, where xllamacpp is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcore.cli.sending import Db, Json, ProjectName, send

local_model = typer.Typer(no_args_is_help=True, help="A model server on this machine.")


@local_model.command("start")
def start(
    weights: Annotated[Path | None, typer.Option("--weights", help="A GGUF file of weights.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Start it on 127.0.0.1 with a key of its own, and say how to use it."""
    place = str(weights.expanduser().absolute()) if weights else None
    send("local-model start", db, project, json, weights=place)


@local_model.command("stop")
def stop(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Stop it."""
    send("local-model stop", db, project, json)


@local_model.command("status")
def status(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Say whether it runs, and how to use it."""
    send("local-model status", db, project, json)

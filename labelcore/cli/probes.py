"""``labelcore probe``: edge cases of a criterion, and judges tested on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send

probe = typer.Typer(no_args_is_help=True, help="Edge cases of a criterion, made by planted defects.")
_CriterionArgument = Annotated[str, typer.Argument(help="A criterion's name or id.")]


@probe.command("make")
def make(
    criterion: _CriterionArgument,
    per_defect: Annotated[int, typer.Option(min=1, max=50, help="How many probes of each defect.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed plants the same defects.")] = 0,
    author: Author = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Plant defects into outputs that people passed; doing it twice adds nothing."""
    send("probe make", db, project, json, author, criterion=criterion, per_defect=per_defect, seed=seed)


@probe.command("list")
def list_(
    criterion: Annotated[str | None, typer.Argument(help="A criterion's name or id.")] = None,
    state: Annotated[str | None, typer.Option(help="open, confirmed or rejected.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Show probes with what is changed in them and what experts say."""
    send("probe list", db, project, json, criterion=criterion, state=state)


@probe.command("say")
def say(
    probe_id: Annotated[str, typer.Argument(metavar="PROBE")],
    value: Annotated[str, typer.Argument(metavar="confirmed|rejected|undone")],
    note: Annotated[str, typer.Option(help="Why.")] = "",
    annotator: Annotated[str, typer.Option(help="Who says it.")] = "",
    author: Author = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Confirm that a probe fails its criterion now, reject it, or take that back."""
    send("probe say", db, project, json, author, probe=probe_id, value=value, note=note, annotator=annotator)


@probe.command("test")
def judges(
    criterion: _CriterionArgument, db: Db = None, project: ProjectName = None, json: Json = False
) -> None:
    """Show how many probes of each defect the criterion's judges catch."""
    send("probe test", db, project, json, criterion=criterion)


@probe.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", help="A .csv or .jsonl file.")],
    criterion: Annotated[str | None, typer.Argument(help="A criterion's name or id.")] = None,
    ask_models: Annotated[
        bool, typer.Option("--ask-models", help="Ask LLM judges too, which may cost.")
    ] = False,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Write probes with what people and judges say of them to a file for other tools."""
    send(
        "probe export",
        db,
        project,
        json,
        out=str(out.expanduser().absolute()),
        criterion=criterion,
        ask_models=ask_models,
    )

"""``labelcore team``: several people on one project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send

team = typer.Typer(no_args_is_help=True, help="Several people: queue, agreement, conflicts.")


@team.command("rules")
def rules(
    per_output: Annotated[
        int | None,
        typer.Option(min=0, max=100, help="People on each output; 0: everybody grades everything."),
    ] = None,
    reserve_minutes: Annotated[
        float | None, typer.Option(min=0.01, max=1440, help="How long an output is held for a person.")
    ] = None,
    repeat_share: Annotated[
        float | None, typer.Option(min=0, max=0.5, help="Share that comes back unannounced.")
    ] = None,
    ask_criteria: Annotated[
        bool | None, typer.Option("--ask-criteria/--whole-only", help="Ask for each criterion too.")
    ] = None,
    suggestions: Annotated[str | None, typer.Option(help="off, after (the grade is given) or first.")] = None,
    scale: Annotated[
        list[str] | None,
        typer.Option(help="A level of an ordinal grade, the worst first; repeat. --scale '' ends it."),
    ] = None,
    passing_from: Annotated[
        int | None, typer.Option(help="The level from which an output passes; 1 is the worst.")
    ] = None,
    ask_fields: Annotated[
        bool | None, typer.Option("--ask-fields/--no-fields", help="Ask for each field of a JSON output.")
    ] = None,
    compare: Annotated[
        list[str] | None, typer.Option(help="A version to compare; give two. --compare '' ends it.")
    ] = None,
    deadline: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day by which it shall be done, or none.")
    ] = None,
    contest: Annotated[
        bool | None, typer.Option("--contest/--no-contest", help="Show everybody's counts while they grade.")
    ] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Show or change how outputs are handed out."""
    send(
        "team rules",
        db,
        project,
        json,
        per_output=per_output,
        reserve_minutes=reserve_minutes,
        repeat_share=repeat_share,
        ask_criteria=ask_criteria,
        suggestions=suggestions,
        scale=_given(scale),
        passing_from=passing_from,
        ask_fields=ask_fields,
        compare=_given(compare),
        deadline=deadline,
        contest=contest,
    )


def _given(words: list[str] | None) -> list[str] | None:
    """An option that is repeated; one empty word stands for an empty list."""
    return [word for word in words if word.strip()] if words else None


@team.command("prefer")
def prefer(
    first: str,
    second: str,
    value: Annotated[str, typer.Argument(metavar="first|second|tie")],
    note: Annotated[str, typer.Option(help="Why.")] = "",
    annotator: Annotated[str, typer.Option(help="Who compares.")] = "",
    author: Author = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Say which of two outputs on the same input is better."""
    send(
        "team prefer",
        db,
        project,
        json,
        author,
        first=first,
        second=second,
        value=value,
        note=note,
        annotator=annotator,
    )


@team.command("preferences")
def preferences(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Which of the two versions people prefer."""
    send("team preferences", db, project, json)


@team.command("review")
def review(
    outputs: Annotated[list[str] | None, typer.Argument(help="Ids of outputs; none ends the review.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Put outputs picked by hand before everything else."""
    send("team review", db, project, json, outputs=outputs or [])


@team.command("agreement")
def agreement(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """How far people agree: overall, for each criterion, for each pair."""
    send("team agreement", db, project, json)


@team.command("conflicts")
def conflicts(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show the outputs on which people disagree, with every grade and note."""
    send("team conflicts", db, project, json)


@team.command("rule")
def rule(
    output: str,
    value: Annotated[str, typer.Argument(metavar="pass|fail|withdrawn")],
    criterion: Annotated[str | None, typer.Option(help="Settle this criterion only.")] = None,
    *,
    reason: Annotated[str, typer.Option(help="Why.")],
    author: Author = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Settle a conflict, or withdraw your ruling; every single grade is kept."""
    send(
        "team rule", db, project, json, author, output=output, value=value, reason=reason, criterion=criterion
    )


@team.command("pack")
def pack(
    annotator: Annotated[str, typer.Option(help="Who grades it.")],
    out: Annotated[Path, typer.Option("--out", help="The HTML file to write.")],
    n: Annotated[int, typer.Option("--n", min=1, max=5000, help="How many outputs.")] = 50,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Write outputs as one HTML file that is graded without a network."""
    send("team pack", db, project, json, annotator=annotator, n=n, out=str(out.expanduser().absolute()))


@team.command("merge")
def merge(
    file: Annotated[Path, typer.Argument(help="What the pack's download button wrote.")],
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Store the grades that came back from a pack; doing it twice changes nothing."""
    send("team merge", db, project, json, file=str(file.expanduser().absolute()))


@team.command("progress")
def progress(
    within: Annotated[float, typer.Option(help="Wanted half width of a judge's interval.")] = 0.08,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Who did how much, whether new kinds of failure still turn up, what judges still need."""
    send("team progress", db, project, json, within=within)

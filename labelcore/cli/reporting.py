"""``labelcore trust | report | card | check | slices``: may this number be relied on?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send, somebody
from labelcore.errors import BadInput

MinTpr = Annotated[float | None, typer.Option("--min-tpr", min=0, max=1, help="The least TPR.")]
MinTnr = Annotated[float | None, typer.Option("--min-tnr", min=0, max=1, help="The least TNR.")]
MinPass = Annotated[
    float | None, typer.Option("--min-pass-rate", min=0, max=1, help="The least pass rate of everything.")
]
Split = Annotated[
    str | None,
    typer.Option(
        "--split",
        help="test, dev, train or all; by default the sealed test for a judge (each new state of it "
        "counts as a look), else all.",
    ),
]
By = Annotated[list[str] | None, typer.Option("--by", help="A field to slice by; repeat.")]


compare = typer.Typer(no_args_is_help=True, help="Two moments, or two pipeline versions.")


def add_to(app: typer.Typer) -> None:
    """Put these commands on the top level."""
    app.add_typer(compare, name="compare")
    for name, command in (
        ("trust", trust),
        ("report", report),
        ("card", card),
        ("check", check),
        ("slices", slices),
    ):
        app.command(name)(command)


def trust(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Say whether the pass rate can be trusted, and why."""
    send("trust", db, project, json)


def report(
    out: Annotated[Path, typer.Option("--out", help="A .html or .pdf file.")],
    by: By = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Write the report for whoever must decide, as one HTML or PDF file."""
    send("report", db, project, json, out=str(out.expanduser().absolute()), by=by)


def card(
    judge: Annotated[str, typer.Argument(help="A judge's name or id.")],
    out: Annotated[Path | None, typer.Option("--out", help="The card's .json file.")] = None,
    split: Split = None,
    min_tpr: MinTpr = None,
    min_tnr: MinTnr = None,
    min_pass_rate: MinPass = None,
    days: Annotated[int, typer.Option("--days", min=1, help="Valid so many days.")] = 90,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Write a judge's card: what it is, its figures, its limits, until when it is valid."""
    place = str(out.expanduser().absolute()) if out else None
    send(
        "card",
        db,
        project,
        json,
        somebody(author),
        judge=judge,
        out=place,
        split=split,
        min_tpr=min_tpr,
        min_tnr=min_tnr,
        min_pass_rate=min_pass_rate,
        days=days,
    )


def check(
    card: Annotated[Path | None, typer.Option("--card", help="A judge's card to check against.")] = None,
    judge: Annotated[str | None, typer.Option("--judge", help="A judge's name or id.")] = None,
    split: Split = None,
    min_tpr: MinTpr = None,
    min_tnr: MinTnr = None,
    min_pass_rate: MinPass = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """The gate for CI: exit 1 when a judge or the pass rate is below its limit, and not by chance."""
    send(
        "check",
        db,
        project,
        json,
        somebody(author),
        card=_text(card),
        judge=judge,
        split=split,
        min_tpr=min_tpr,
        min_tnr=min_tnr,
        min_pass_rate=min_pass_rate,
    )


def slices(by: By = None, db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Pass rates by slice, by people and corrected, adjusted for how many there are."""
    send("slices", db, project, json, by=by)


def _text(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadInput(f"{file} cannot be read as a card.", next_step="Check the path.") from trouble


@compare.command("moments")
def moments(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="An ISO date or time.")],
    after: Annotated[str | None, typer.Argument(metavar="AFTER", help="By default now.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Put the figures of two moments side by side, with what changed."""
    send("compare moments", db, project, json, before=before, after=after)


@compare.command("versions")
def versions(
    first: Annotated[str, typer.Argument(help="A prompt version or model.")],
    second: Annotated[str, typer.Argument(help="The one to compare it with.")],
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Compare two pipeline versions on the inputs that both answered."""
    send("compare versions", db, project, json, first=first, second=second)

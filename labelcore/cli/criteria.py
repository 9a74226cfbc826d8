"""``labelcore criteria`` and ``labelcore codes``: from notes to a rubric, and its upkeep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcore.cli.sending import Author, Db, Json, ProjectName, send
from labelcore.errors import BadInput

criteria = typer.Typer(no_args_is_help=True, help="What makes an output good, with its evidence.")
codes = typer.Typer(no_args_is_help=True, help="What the notes say, in a few words each.")


@criteria.command("split")
def criteria_split(
    criterion: str,
    part: Annotated[
        list[str],
        typer.Option(help="NAME=STATEMENT, or NAME=STATEMENT=0,3 with the numbers of its quotes; repeat."),
    ],
    why: Annotated[str, typer.Option(help="The reason, for the history.")] = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Divide a criterion; quotes that no part names go to the first."""
    send(
        "criteria split",
        db,
        project,
        json,
        author,
        criterion=criterion,
        why=why,
        parts=[_part(given) for given in part],
    )


def _part(text: str) -> dict[str, object]:
    name, _, rest = text.partition("=")
    statement, _, numbers = rest.partition("=")
    quotes = [number.strip() for number in numbers.split(",") if number.strip()]
    if not name.strip() or not all(number.isdecimal() for number in quotes):
        raise BadInput(f"'{text}' is no part.", next_step="For example: --part 'Length=It is short.=0,2'")
    return {"name": name, "statement": statement, "quotes": [int(number) for number in quotes]}


@criteria.command("undo")
def criteria_undo(
    criterion: str, db: Db = None, project: ProjectName = None, json: Json = False, author: Author = ""
) -> None:
    """Take the newest change of a criterion back, its merge or split too; the history keeps it."""
    send("criteria undo", db, project, json, author, criterion=criterion)


@criteria.command("lineage")
def criteria_lineage(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show which criterion was made from which."""
    send("criteria lineage", db, project, json)


@criteria.command("drift")
def criteria_drift(
    criterion: Annotated[str | None, typer.Argument(help="All accepted ones if it is left out.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Which grades an edit made stale, how many flip, and what to grade next."""
    send("criteria drift", db, project, json, criterion=criterion)


@criteria.command("regrade")
def criteria_regrade(
    criterion: str,
    end: Annotated[bool, typer.Option("--end", help="Stop asking.")] = False,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Have the Grade page ask for the stale answers on a criterion anew."""
    send("criteria regrade", db, project, json, criterion=criterion, end=end)


@criteria.command("timeline")
def criteria_timeline(criterion: str, db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """How well judges follow people, version by version."""
    send("criteria timeline", db, project, json, criterion=criterion)


@criteria.command("lint")
def criteria_lint(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Point out vague, compound, overlapping, contradictory and silent criteria."""
    send("criteria lint", db, project, json)


@criteria.command("from-prompt")
def criteria_from_prompt(
    prompt: Annotated[
        Path | None, typer.Option(help="A text file with the pipeline's prompt; it is kept.")
    ] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Propose the rules of the pipeline's prompt, and say which the grades contradict."""
    send("criteria from-prompt", db, project, json, author, prompt=None if prompt is None else _read(prompt))


def _read(path: Path) -> str:
    try:
        return path.expanduser().read_text("utf-8")
    except (OSError, ValueError) as trouble:
        raise BadInput(f"{path} cannot be read as text.", next_step="Check the file.") from trouble


@codes.command("propose")
def codes_propose(
    offline: Annotated[bool, typer.Option("--offline", help="Without any model.")] = False,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Give codes to the notes and marked words that carry none yet."""
    send("codes propose", db, project, json, author, offline=offline)


@codes.command("undo")
def codes_undo(db: Db = None, project: ProjectName = None, json: Json = False, author: Author = "") -> None:
    """Take the newest rename, merge, move or drop of codes back; the history keeps it."""
    send("codes undo", db, project, json, author)


@codes.command("list")
def codes_list(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show the codes with their quotes."""
    send("codes list", db, project, json)


@codes.command("rename")
def codes_rename(
    code: str, label: str, db: Db = None, project: ProjectName = None, json: Json = False, author: Author = ""
) -> None:
    """Give a code another label."""
    send("codes change", db, project, json, author, code=code, label=label)


@codes.command("accept")
def codes_accept(
    code: str, db: Db = None, project: ProjectName = None, json: Json = False, author: Author = ""
) -> None:
    """Say that a proposed code is right."""
    send("codes change", db, project, json, author, code=code, state="accepted")


@codes.command("drop")
def codes_drop(
    code: str, db: Db = None, project: ProjectName = None, json: Json = False, author: Author = ""
) -> None:
    """Take a code out of use; its quotes keep it in the history."""
    send("codes change", db, project, json, author, code=code, state="dropped")


@codes.command("merge")
def codes_merge(
    code: Annotated[list[str], typer.Argument(help="The first one takes all quotes.")],
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Join codes into the first of them."""
    send("codes merge", db, project, json, author, codes=code)


@codes.command("move")
def codes_move(
    grade: Annotated[str, typer.Argument(metavar="GRADE_ID")],
    quote: str,
    label: str,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Give a quote another code, made now if there is none of that label."""
    send("codes move", db, project, json, author, grade=grade, quote=quote, label=label)


@codes.command("group")
def codes_group(
    code: list[str],
    name: Annotated[str, typer.Option(help="What the criterion is called.")],
    statement: Annotated[str, typer.Option(help="What makes an output good.")] = "",
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Make one criterion of codes, resting on all their quotes."""
    send("codes group", db, project, json, author, codes=code, name=name, statement=statement)

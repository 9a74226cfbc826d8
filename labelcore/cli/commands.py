"""The commands: names, arguments and help. Each one sends a request and prints its outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcore.cli import hardness, racing
from labelcore.cli.learning import add_to
from labelcore.cli.probes import probe
from labelcore.cli.sending import Author, Db, Json, ProjectName, send
from labelcore.errors import BadInput
from labelcore.sandbox.limits import LONGEST_SOURCE

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn an expert's judgement into automatic evaluation that can be trusted.",
)
judge = typer.Typer(no_args_is_help=True, help="Automatic decisions on one criterion each.")
app.add_typer(judge, name="judge")
app.add_typer(probe, name="probe")
hardness.add_to(judge)
racing.add_to(judge)
add_to(judge)


_CheckFile = Annotated[
    Path,
    typer.Argument(metavar="FILE.py", help="A text with `def check(output, input, context, metadata):`."),
]


def _text_of(file: Path) -> str:
    """The text of a check's file.

    Raises:
        BadInput: it cannot be read as text.
    """
    try:
        return file.read_bytes()[: 4 * LONGEST_SOURCE + 4].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as trouble:
        why = "it is not UTF-8" if isinstance(trouble, UnicodeDecodeError) else trouble.strerror
        raise BadInput(
            f"'{file}' cannot be read: {why}.", next_step="Name a text file with a check."
        ) from trouble


@judge.command("propose")
def judge_propose(
    criterion: Annotated[str | None, typer.Option(help="Only for this criterion.")] = None,
    kind: Annotated[str | None, typer.Option(help="code, llm or learned")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Without any model.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many for a criterion.")] = 6,
    seed: Annotated[int, typer.Option()] = 0,
    probability: Annotated[
        bool, typer.Option("--probability", help="LLM judges give the probability of pass too.")
    ] = False,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Propose candidate judges for the accepted criteria."""
    send(
        "judge propose",
        db,
        project,
        json,
        criterion=criterion,
        kind=kind,
        offline=offline,
        limit=limit,
        seed=seed,
        probability=probability,
    )


@judge.command("try")
def judge_try(
    file: _CheckFile,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="On how many outputs.")] = 20,
    criterion: Annotated[
        str | None, typer.Option(help="What it is for: of one about a field it sees the field.")
    ] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
) -> None:
    """Try a check in Python on some outputs; nothing is stored."""
    send("judge try", db, project, json, source=_text_of(file), limit=limit, criterion=criterion)


@judge.command("add")
def judge_add(
    file: _CheckFile,
    criterion: Annotated[str, typer.Option(help="The criterion that it decides.")],
    name: Annotated[str, typer.Option(help="What the check is called.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="On how many outputs it is tried first.")] = 20,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Keep a check in Python as a judge: `judge contract` says what it may use."""
    send(
        "judge add",
        db,
        project,
        json,
        author,
        source=_text_of(file),
        criterion=criterion,
        name=name,
        limit=limit,
    )


@judge.command("contract")
def judge_contract(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Say what a check in Python may use, and how it is kept from harm here."""
    send("judge contract", db, project, json)


@judge.command("stop")
def judge_stop(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Ask the runs of the app to stop; they can go on later."""
    send("judge stop", db, project, json)


@judge.command("list")
def judge_list(db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show every judge with its verdicts in counts."""
    send("judge list", db, project, json)


@judge.command("refresh")
def judge_refresh(
    judge: Annotated[str | None, typer.Option(help="Only this judge.")] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Make stale LLM judges anew, with the present glossary and wording; then run them."""
    send("judge refresh", db, project, json, author, judge=judge)


@judge.command("show")
def judge_show(judge: str, db: Db = None, project: ProjectName = None, json: Json = False) -> None:
    """Show one judge with its specification."""
    send("judge show", db, project, json, judge=judge)

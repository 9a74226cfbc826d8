"""The commands: names, arguments and help. Each one sends a request and prints its outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcore.cli import hardness, racing, reporting
from labelcore.cli.criteria import codes, criteria
from labelcore.cli.learning import add_to
from labelcore.cli.probes import probe
from labelcore.cli.sending import Author, Db, Json, ProjectName, send, somebody
from labelcore.errors import BadInput
from labelcore.sandbox.limits import LONGEST_SOURCE

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn an expert's judgement into automatic evaluation that can be trusted.",
)
judge = typer.Typer(no_args_is_help=True, help="Automatic decisions on one criterion each.")
app.add_typer(criteria, name="criteria")
app.add_typer(codes, name="codes")
app.add_typer(judge, name="judge")
app.add_typer(probe, name="probe")
hardness.add_to(judge)
racing.add_to(judge)
add_to(judge)
reporting.add_to(app)


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


@app.command()
def derive(
    offline: Annotated[bool, typer.Option("--offline", help="Without any model.")] = False,
    accept_all: Annotated[bool, typer.Option("--accept-all", help="Accept what is proposed.")] = False,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Turn the notes on failed outputs into criteria."""
    send("derive", db, project, json, author, offline=offline, accept_all=accept_all)


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


@app.command()
def choose(
    max_ffr: Annotated[float, typer.Option(help="Highest false failure rate.")] = 0.5,
    min_coverage: Annotated[float | None, typer.Option(help="Lowest coverage.")] = None,
    must_include: Annotated[
        list[str] | None, typer.Option(help="A judge that must be in; repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option()] = 0,
    seconds: Annotated[
        float,
        typer.Option(
            help="Time for the choice with its held-out figures; what there was no time for is said."
        ),
    ] = 60.0,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Choose the set of judges, cross-fitted, and record it."""
    send(
        "choose",
        db,
        project,
        json,
        author,
        max_ffr=max_ffr,
        min_coverage=min_coverage,
        must_include=must_include,
        seed=seed,
        seconds=seconds,
    )


@app.command()
def align(
    split: Annotated[str, typer.Option(help="dev, test, train or all")] = "all",
    judge: Annotated[str | None, typer.Option(help="Only this judge.")] = None,
    set_: Annotated[str | None, typer.Option("--set", help="chosen: only the chosen set.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="The report as it was then: 2026-11-20T12:00, or a day, of which its end counts; your "
            "own time where no offset is given.",
        ),
    ] = None,
    db: Db = None,
    project: ProjectName = None,
    json: Json = False,
    author: Author = "",
) -> None:
    """Measure the judges and the chosen set against people's grades."""
    send(
        "align",
        db,
        project,
        json,
        somebody(author),
        split=split,
        judge=judge,
        set=set_,
        as_of=_with_offset(as_of),
    )


def _with_offset(moment: str | None) -> str | None:
    """A moment with its offset: the app that holds the file may run in another time zone."""
    if moment is None:
        return None
    from labelcore.stages.aligning import parse_moment

    return parse_moment(moment).isoformat()

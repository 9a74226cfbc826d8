"""``labelcore import``: a file's columns by name, or a preview of how it would be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from labelcore.cli.building import common
from labelcore.cli.sending import send
from labelcore.errors import BadInput

_OPTIONS = (
    click.Option(["--map", "columns"], multiple=True, help="output=COL, input=COL, id=COL, group=COL, …"),
    click.Option(["--meta"], multiple=True, help="A column to keep as metadata."),
    click.Option(["--grades"], help="overall=COL"),
    click.Option(["--note"], help="The column of notes."),
    click.Option(["--annotator"], help="A column, or a name."),
    click.Option(["--verdicts"], multiple=True, help="JUDGE=COL"),
    click.Option(["--preview"], is_flag=True, help="Only show how it would be read."),
)


def _run(file: str, *, preview: bool, **given: Any) -> None:
    """Bring outputs in, with the grades, notes and verdicts beside them."""
    where = given["db"], given["project"], given["as_json"]
    place = file if "://" in file else str(Path(file).expanduser().absolute())
    if preview:
        send("preview", *where, file=place)
        return
    grades = _pairs([given["grades"]], "--grades").get("overall") if given["grades"] else None
    send(
        "import",
        *where,
        file=place,
        columns=_pairs(given["columns"], "--map"),
        meta=list(given["meta"]) or None,
        grade=grades,
        note=given["note"],
        annotator=given["annotator"],
        verdicts=_pairs(given["verdicts"], "--verdicts"),
    )


def _pairs(values: tuple[str, ...] | list[str], option: str) -> dict[str, str]:
    """``["output=answer"]`` as ``{"output": "answer"}``."""
    found: dict[str, str] = {}
    for value in values:
        match = re.fullmatch(r"([^=]+)=(.+)", value)
        if not match:
            example = "overall" if option == "--grades" else "output"
            raise BadInput(
                f"{option} wants NAME=COLUMN, not '{value}'.",
                next_step=f"For example: {option} {example}=answer",
            )
        found[match[1].strip()] = match[2].strip()
    return found


_FILE = click.Argument(["file"], metavar="FILE")
command = click.Command(
    "import", callback=_run, params=[_FILE, *_OPTIONS, *common(author=False)], help=_run.__doc__
)

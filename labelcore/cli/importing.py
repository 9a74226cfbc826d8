"""``labelcore import``: a file's columns by name, what its values mean, or a preview of how it is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from labelcore.cli.building import common
from labelcore.cli.sending import send
from labelcore.errors import BadInput

_SEVERAL = {
    "grades": "overall=COL, CRITERION=COL, CRITERION@PERSON=COL; several times for several raters. Where a "
    "column says what each row grades: {COL}=COL.",
    "passes": "A value that counts as pass (NAME=VALUE for one column).",
    "fails": "A value that counts as fail.",
    "unsure": "A value that counts as unsure.",
    "no_grade": "A value that is no grade.",
    "passes_from": "Numbers from this one on pass.",
    "passes_to": "Numbers up to this one pass, where less is better.",
    "meta": "A column to keep as metadata.",
    "redact": "Take out before anything is stored: email, card, iban, id, ip, phone, or all.",
    "redact_region": "Countries (DE, US) whose phone numbers count however they are written.",
}
_PAIRS = {
    "columns": (
        "--map",
        "output=COL, input=COL, id=COL, group=COL, …; COL may be a path: body.choices[0].text",
    ),
    "verdicts": ("--verdicts", "JUDGE=COL"),
    "feedback": ("--feedback", "NAME=COL: signals of a product's users, never grades."),
    "redact_pattern": ("--redact-pattern", "NAME=REGEX: what else to take out, by the stand-in's name."),
}
_TEXTS = {
    "note": "The column of notes.",
    "annotator": "A column, or a name.",
    "format": "The format, where it is not found (see `labelcore import --preview`).",
    "part": "A sheet, a list within a document, or a file of a zip.",
    "encoding": "The encoding, where it is not found.",
    "kept": "Read it as a mapping that was kept (`labelcore imports keep`).",
}
_PLACE = click.Path(path_type=Path, resolve_path=True, dir_okay=False)
_TEXT_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_OPTIONS = (
    *(click.Option([option, name], multiple=True, help=told) for name, (option, told) in _PAIRS.items()),
    *(
        click.Option([f"--{name.replace('_', '-')}"], multiple=True, help=told)
        for name, told in _SEVERAL.items()
    ),
    *(click.Option([f"--{name}"], help=told) for name, told in _TEXTS.items()),
    click.Option(
        ["--replies"], type=click.Choice(["last", "each"]), help="Of chats: the last reply, or each."
    ),
    click.Option(
        ["--several"],
        type=click.Choice(["last", "worst"]),
        help="Of several grades of one output by one person: which one counts.",
    ),
    click.Option(["--leave-out-near"], is_flag=True, help="Near duplicates count as repeats."),
    click.Option(["--redact-names"], type=_TEXT_FILE, multiple=True, help="Names to take out, one a line."),
    click.Option(["--redact-key"], type=_PLACE, help="Where the key lies; else beside the database."),
    click.Option(["--preview"], is_flag=True, help="Only show how it would be read."),
    click.Option(["--undo"], is_flag=True, help="FILE is the batch of an import to take back."),
)


def _run(file: str, *, preview: bool, undo: bool, **given: Any) -> None:
    """Bring outputs in, with the grades, notes, verdicts and feedback beside them.

    `labelcore formats` tells for each tool how to get the file out and what comes along.
    """
    where = given["db"], given["project"], given["as_json"]
    if undo:
        send("imports undo", *where, batch=file)
        return
    described: dict[str, Any] = {name: _pairs(given[name], option) for name, (option, _) in _PAIRS.items()}
    described |= {name: list(given[name]) for name in _SEVERAL if given[name]}
    described |= {
        name: given[name] for name in (*_TEXTS, "replies", "several", "leave_out_near") if given[name]
    }
    described |= {"redact_names": [_text(path) for path in given["redact_names"]]}
    described |= {"redact_key": str(given["redact_key"])} if given["redact_key"] else {}
    place = file if "://" in file else str(Path(file).expanduser().absolute())
    send("preview" if preview else "import", *where, file=place, **described)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadInput(
            "'{path}' cannot be read as UTF-8 text.", next_step="Save it as UTF-8.", path=path
        ) from trouble


def _pairs(values: tuple[str, ...] | list[str], option: str) -> dict[str, str]:
    """``["output=answer"]`` as ``{"output": "answer"}``."""
    pairs: dict[str, str] = {}
    for value in values:
        match = re.fullmatch(r"([^=]+)=(.+)", value, re.DOTALL)
        if not match:
            raise BadInput(
                "{option} wants NAME=COLUMN, not '{value}'.",
                next_step="For example: {option} output=answer",
                option=option,
                value=value,
            )
        pairs[match[1].strip()] = match[2].strip()
    return pairs


_FILE = click.Argument(["file"], metavar="FILE")
command = click.Command(
    "import", callback=_run, params=[_FILE, *_OPTIONS, *common(author=False)], help=_run.__doc__
)

"""``labelcore restore``: it puts the database's file in place, so no operation on an open one can do it."""

from __future__ import annotations

from pathlib import Path

import click

from labelcore.cli import door, terminal
from labelcore.cli.building import common
from labelcore.errors import BadInput
from labelcore.settings import settings


def _run(file: Path, db: Path | None, project: str | None, *, as_json: bool) -> None:  # noqa: ARG001 - common options
    """Put a backup in the place of the database; what stood there is kept beside it."""
    from labelcore.dispatch import Outcome
    from labelcore.store import backups

    place = db or settings().db
    if door.read_door(place):
        raise BadInput(f"A labelcore app holds {place}.", next_step="Stop the app, then restore again.")
    backup = file.expanduser().absolute()
    kept = backups.restore(backup, place.expanduser().resolve())
    aside = f" What stood there is kept as {kept}." if kept else ""
    outcome = Outcome(
        document={"db": str(place), "kept": str(kept) if kept else None},
        lines=(f"{place} is now the backup {backup}.{aside}",),
    )
    terminal.show(outcome, as_json=as_json)


_FILE = click.Argument(["file"], type=click.Path(path_type=Path), metavar="FILE")
command = click.Command("restore", callback=_run, params=[_FILE, *common(author=False)], help=_run.__doc__)

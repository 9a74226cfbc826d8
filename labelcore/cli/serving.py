"""``labelcore serve`` and ``demo``: Streamlit's server on app.py, with the settings that it must have."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

import labelcore
from labelcore.cli import stdout
from labelcore.cli.building import common
from labelcore.cli.door import read_door
from labelcore.cli.sending import send
from labelcore.errors import BadInput, StoreBusy
from labelcore.settings import settings

_MUST = {
    # Streamlit's garbage collection after every run cost a hundred people nine seconds (p95).
    "runner.postScriptGC": "false",
    "server.fileWatcherType": "none",
    "client.showErrorDetails": "none",
    "browser.gatherUsageStats": "false",
}


def serve_app(db: Path, project: str, address: str, port: int, *, browser: bool) -> None:
    """Become the app's server process; returns only by an error.

    Raises:
        StoreBusy: an app serves this database already.
        BadInput: the app's files are not beside the library.
    """
    place = db.expanduser().resolve()
    if door := read_door(place):
        raise StoreBusy(f"The app serves {place} already.", next_step=f"Open {door['url']}.")
    root = Path(labelcore.__file__).resolve().parent.parent
    if not (root / "app.py").exists():
        raise BadInput(
            f"The app's pages are not beside the library in {root}.",
            next_step="Run this from a checkout of labelcore.",
        )
    _become_server(root, place, project, address, port, browser=browser)


def _become_server(root: Path, db: Path, project: str, address: str, port: int, *, browser: bool) -> None:
    headless = "false" if browser and _has_screen() else "true"
    options = _MUST | {"server.address": address, "server.port": str(port), "server.headless": headless}
    os.environ |= {
        "LABELCORE_DB": str(db),
        "LABELCORE_PROJECT": project,
        "LABELCORE_ADDRESS": address,
        "LABELCORE_PORT": str(port),
    }
    # Each run is a thread of its own; with glibc's arena for each thread, memory that was given back
    # stayed with the process: 347 -> 445 MB in two minutes of a hundred people, with two 345 -> 377.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    os.chdir(root)
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    command = [sys.executable, "-m", "streamlit", "run", str(root / "app.py"), *flags]
    print(f"labelcore: http://{address}:{port} serves {db}", file=sys.stderr, flush=True)
    stdout.given_back()
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter with our own arguments


def _has_screen() -> bool:
    return sys.platform in {"darwin", "win32"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _serve(db: Path | None, project: str | None, **options: Any) -> None:
    """Serve the app on this database."""
    serve_app(db or settings().db, project or settings().project, **options)


def _demo(db: Path | None, project: str | None, *, as_json: bool, no_serve: bool, **options: Any) -> None:
    """Make the sample project, which needs no key and no network, and open the app on it."""
    send("demo", db, project or "sample", as_json)
    if not no_serve:
        serve_app(db or settings().db, project or "sample", **options)


_WHERE = (
    click.Option(["--port"], type=click.IntRange(1, 65535), default=8501, show_default=True),
    click.Option(["--address"], default="127.0.0.1", help="127.0.0.1 keeps it on this machine."),
    click.Option(["--browser/--no-browser"], default=True, help="Open a browser."),
)
_ONLY = click.Option(["--no-serve"], is_flag=True, help="Only make the sample project.")
command = click.Command(
    "serve", callback=_serve, params=[*_WHERE, *common(author=False)[:2]], help=_serve.__doc__
)
demo = click.Command(
    "demo", callback=_demo, params=[_ONLY, *_WHERE, *common(author=False)], help=_demo.__doc__
)

"""Commands that are more, or less, than one operation: cascades, serving, restoring."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

import labelcore
from labelcore.cli import stdout
from labelcore.cli.building import common
from labelcore.cli.sending import read_door, send, show
from labelcore.errors import BadInput, StoreBusy
from labelcore.settings import settings
from labelcore.store import close_database, open_database

_STEPS = (
    click.Option(["--first"], help="The judge that decides where it is sure."),
    click.Option(["--then"], help="The judge that is asked where it is not."),
    click.Option(["--criterion"], help="What both decide; without it the overall grade."),
    click.Option(["--error"], type=float, default=0.05, help="The most that may be wrong at each step."),
    click.Option(["--confidence"], type=float, default=0.95, help="How sure that must be."),
    click.Option(["--show"], metavar="JUDGE", help="Only show this cascade."),
)


def _cascade(*, show: str | None, first: str | None, then: str | None, **given: Any) -> None:
    """Ask a cheap judge first, another where it is not sure, a person where neither is."""
    if show:
        place = {name: given[name] for name in ("db", "project", "as_json", "author")}
        send("judge cascade report", **place, judge=show)
    elif first and then:
        send("judge cascade", **given, first=first, then=then)
    else:
        raise BadInput("A cascade needs two judges.", next_step="Name them: --first J --then J.")


cascade = click.Command("cascade", callback=_cascade, params=[*_STEPS, *common()], help=_cascade.__doc__)


def _restore(
    file: Path,
    db: Path | None,
    project: str | None,  # noqa: ARG001 - common options
    *,
    as_json: bool,
) -> None:
    """Put a backup in the place of the database; what stood there is kept beside it."""
    from labelcore.dispatch import Outcome
    from labelcore.store import backups

    place = db or settings().db
    if read_door(place):
        raise BadInput(
            "A labelcore app holds {place}.", next_step="Stop the app, then restore again.", place=place
        )
    backup = file.expanduser().absolute()
    former = backups.restore(backup, place.expanduser().resolve())
    aside = f" What stood there is kept as {former}." if former else ""
    outcome = Outcome(
        document={"db": str(place), "kept": str(former) if former else None},
        lines=(f"{place} is now the backup {backup}.{aside}",),
    )
    show(outcome, as_json=as_json)


_FILE = click.Argument(["file"], type=click.Path(path_type=Path), metavar="FILE")
restore = click.Command(
    "restore", callback=_restore, params=[_FILE, *common(author=False)], help=_restore.__doc__
)


_MUST = {
    # Streamlit's garbage collection after every run cost a hundred people nine seconds (p95).
    "runner.postScriptGC": "false",
    "server.fileWatcherType": "none",
    "client.showErrorDetails": "none",
    "browser.gatherUsageStats": "false",
    "global.disableWidgetStateDuplicationWarning": "true",
    # A session of Streamlit's is its visitor's: it is resumed for nobody else.
    "server.trustedUserHeaders": '{"x-labelcore-person": "person"}',
    # For its greeting Streamlit asks a server on the internet for this machine's address.
    "logger.hideWelcomeMessage": "true",
}


def _stays_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _check_address(address: str, *, without_sign_in: bool) -> None:
    if not without_sign_in and not settings().sign_in and not _stays_here(address):
        raise BadInput(
            "There is no sign-in: whoever reaches {address} could read everything and grade under any name.",
            next_step="Leave --address out, or add --without-sign-in where all who reach it may do that.",
            address=address,
        )


def serve_app(db: Path, project: str | None, address: str, port: int, *, browser: bool) -> None:
    """Become the app's server process; returns only by an error."""
    place = db.expanduser().resolve()
    if door := read_door(place):
        raise StoreBusy(
            "The app serves {place} already.", next_step="Open {address}.", place=place, address=door["url"]
        )
    root = Path(labelcore.__file__).resolve().parent.parent
    if not (root / "app.py").exists():
        raise BadInput(
            "The app's pages are not beside the library in {root}.",
            next_step="Run this from a checkout of labelcore.",
            root=root,
        )
    has_screen = sys.platform in {"darwin", "win32"} or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    if not _is_free(address, port):
        raise StoreBusy(
            "Something else answers at {address}:{port}.",
            next_step="Name another port: --port {other}.",
            address=address,
            port=port,
            other=port + 1,
        )
    open_database(place)  # what is wrong with it is said here, not on a page that nobody opens yet
    close_database(place)
    headless = "false" if browser and has_screen else "true"
    options = _MUST | {"server.address": address, "server.port": str(port), "server.headless": headless}
    os.environ |= {
        "LABELCORE_DB": str(place),
        "LABELCORE_ADDRESS": address,
        "LABELCORE_PORT": str(port),
        "FORWARDED_ALLOW_IPS": "",  # whose word counts for where a request came from, LABELCORE_PROXIES says
    }
    if project:
        os.environ["LABELCORE_PROJECT"] = project
    # Each run is a separate thread; with glibc's arena for each thread, memory that was given back
    # stayed with the process: 347 -> 445 MB in two minutes of a hundred people, with two 345 -> 377.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    os.chdir(root)
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    command = [sys.executable, "-m", "streamlit", "run", str(root / "app.py"), *flags]
    print(f"labelcore: http://{address}:{port} serves {place}", file=sys.stderr, flush=True)
    stdout.given_back()
    _keep_many_open()
    os.execv(sys.executable, command)  # noqa: S606 - our interpreter with our arguments


def _keep_many_open() -> None:
    """As many connections as the system lets a process have: a thousand idle ones must keep nobody out."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # not on Windows

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _is_free(address: str, port: int) -> bool:
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(kind) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((address, port))
        except OSError:
            return False
    return True


def _serve(
    db: Path | None, project: str | None, *, address: str, without_sign_in: bool, **options: Any
) -> None:
    """Serve the app on this database."""
    _check_address(address, without_sign_in=without_sign_in)
    serve_app(db or settings().db, project, address, **options)


def _demo(
    db: Path | None, project: str | None, *, address: str, without_sign_in: bool, **options: Any
) -> None:
    """Make the sample project, which needs no key and no network, and open the app on it."""
    no_serve, as_json = options.pop("no_serve"), options.pop("as_json")
    if not no_serve:
        _check_address(address, without_sign_in=without_sign_in)
    send("demo", db, project or "sample", as_json)
    if not no_serve:
        serve_app(db or settings().db, project or "sample", address, **options)


_WHERE = (
    click.Option(["--port"], type=click.IntRange(1, 65535), default=8501, show_default=True),
    click.Option(["--address"], default="127.0.0.1", help="127.0.0.1 keeps it on this machine."),
    click.Option(
        ["--without-sign-in"],
        is_flag=True,
        help="Listen beyond this machine: whoever reaches it reads everything and grades under any name.",
    ),
    click.Option(["--browser/--no-browser"], default=True, help="Open a browser."),
)
_ONLY = click.Option(["--no-serve"], is_flag=True, help="Only make the sample project.")
serve = click.Command(
    "serve", callback=_serve, params=[*_WHERE, *common(author=False)[:2]], help=_serve.__doc__
)
demo = click.Command(
    "demo", callback=_demo, params=[_ONLY, *_WHERE, *common(author=False)], help=_demo.__doc__
)

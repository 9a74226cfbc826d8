"""Which files of this machine a caller may name: the one rule for pages, commands and routes.

Who sits at the machine may name any but the key to the running app and its database. Anybody else may have
read what lies in a folder of the settings (LABELCORE_FOLDERS), and nothing of labelcore's there; for them
nothing is written.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from labelcore.errors import BadInput, NotAllowed
from labelcore.models import DOOR_SUFFIX
from labelcore.settings import settings
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_LOCAL_NAMES = {"", "localhost", "127.0.0.1", "[::1]"}
_PASSED_ON = (
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"),
    *("Cf-Connecting-Ip", "True-Client-Ip"),
)
_WILD = re.compile(r"[*?\[]")


def sits_here(address: str | None, headers: Mapping[str, str], server: str = "") -> bool:
    """Whether a caller sits at this machine; behind a proxy nobody can tell, so nobody does.

    ``address``: where the request came from, None where it is known to be loopback. ``server``: the machine's
    address that was called; who calls from the same one is here. A foreign Host or Origin is a page of
    somebody else's that was led here.
    """
    if any(headers.get(name) for name in _PASSED_ON):
        return False
    if address is not None and address != server and not _is_loopback(address):
        return False
    names = (headers.get("Host") or "", (headers.get("Origin") or "").rpartition("//")[2])
    return all(_without_port(name) in {*_LOCAL_NAMES, server} for name in names)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _without_port(name: str) -> str:
    return re.sub(r":\d+$", "", name)


def check(workspace: Workspace, place: str | Path, *, written: bool = False) -> None:
    """Refuse a path or pattern that this caller may not name, before anything is looked up there.

    ``written``: a file may be written there.

    Raises:
        NotAllowed: it is labelcore's; or, for who is not here, to be written, or outside the folders of
            the settings.
        BadInput: it is no path.
    """
    if written and not workspace.here:
        raise NotAllowed(
            "From elsewhere no file of this machine is written.",
            next_step="Download it from the page, or run the command on the machine.",
        )
    try:
        path = Path(place).expanduser()
        check_open(workspace, path if workspace.here else _within_folders(path))
    except (OSError, ValueError, RuntimeError) as trouble:
        raise BadInput(
            "{place} is not a path: {trouble}",
            next_step="Check the path.",
            place=repr(str(place)[:200]),
            trouble=trouble,
        ) from trouble


def _before_wild(path: Path) -> tuple[Path, tuple[str, ...]]:
    """A pattern's folder, links followed, and what comes behind it."""
    wild = next((at for at, part in enumerate(path.parts) if _WILD.search(part)), len(path.parts))
    return Path(*path.parts[:wild]).resolve(), path.parts[wild:]


def _within_folders(path: Path) -> Path:
    """What stands before the first wildcard, where that lies in a folder of the settings."""
    base, rest = _before_wild(path)
    if ".." in rest or not any(base.is_relative_to(folder) for folder in _folders()):
        raise _outside()
    return base


def _folders() -> list[Path]:
    return [folder.expanduser().resolve() for folder in settings().folders]


def _outside() -> NotAllowed:
    return NotAllowed(
        "From elsewhere only files in the folders of the settings can be named.",
        next_step="There are: {named} (LABELCORE_FOLDERS). Or upload the file.",
        named=list(map(str, _folders())) or Wording("none"),
    )


def check_found(workspace: Workspace, place: Path, path: Path) -> None:
    """Refuse a file that a folder or pattern led to and that this caller may not name: labelcore's, or, for
    who is not here, one behind a link out of it and out of the folders of the settings.
    """
    check_open(workspace, path)
    allowed = (_before_wild(place)[0], *_folders())
    if not workspace.here and not any(path.resolve().is_relative_to(folder) for folder in allowed):
        raise _outside()


def check_open(workspace: Workspace, path: Path) -> None:
    """Refuse what labelcore keeps for itself; of who is not here all that bears the database's name.

    Raises:
        NotAllowed: it is the key to a running app, or a database that is open.
    """
    resolved, held = path.resolve(), workspace.db.path.resolve() if workspace.db.path else None
    beside = held is not None and resolved.parent == held.parent and resolved.name.startswith(held.name)
    if resolved.name.endswith(DOOR_SUFFIX):
        raise NotAllowed(
            "{name} is the key to a running app.", next_step="Choose another file.", name=path.name
        )
    parts = {held.name, f"{held.name}.wal", f"{held.name}.tmp"} if held else set()
    if beside and (resolved.name in parts or not workspace.here):
        raise NotAllowed(
            "{name} is labelcore's own database.", next_step="Choose another file.", name=path.name
        )

"""Where an endpoint's key may lie that no variable holds: the system's keyring, or a file of its owner.

A key belongs to an endpoint's name and address together, so that an endpoint which is led elsewhere does not
take its key along.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from labelcore.errors import BadInput, ModelTrouble
from labelcore.wording import Wording

KeyStore = Literal["keyring", "file"]
_SERVICE = "labelcore"
_WIDER = 0o077


def write(store: KeyStore, file: Path, name: str, key: str) -> None:
    """Keep a key under a name, in the keyring or in the file.

    Raises:
        BadInput: there is no keyring, or the file can be read by others or not be written.
    """
    if store == "keyring":
        with _opened() as backend:
            backend.set_password(_SERVICE, name, key)
    else:
        _change(file, _read(file) | {name: key})


def read(store: KeyStore, file: Path, name: str) -> str | None:
    """The key that is kept under a name; BadInput as in writing."""
    if store == "file":
        return _read(file).get(name)
    with _opened() as backend:
        key = backend.get_password(_SERVICE, name)
    return str(key) if key else None


def forget(store: KeyStore, file: Path, name: str) -> None:
    """Take the key away; nothing happens where there is none."""
    with contextlib.suppress(Exception):
        if store == "keyring":
            _keyring().delete_password(_SERVICE, name)
        elif name in (keys := _read(file)):
            _change(file, {other: key for other, key in keys.items() if other != name})


def keyring_trouble() -> str:
    """Why this machine's keyring cannot be used, as a sentence; "" where it can."""
    try:
        _keyring()
    except BadInput as trouble:
        return trouble.what
    return ""


@contextlib.contextmanager
def _opened() -> Iterator[Any]:
    backend = _keyring()
    try:
        yield backend
    except Exception as trouble:  # noqa: BLE001 - each system's keyring raises errors of its kind
        raise _no_keyring(str(trouble)[:200].rstrip(".")) from None


def _keyring() -> Any:
    """The package, with a backend that works."""
    try:
        package: Any = import_module("keyring")
    except ImportError:
        raise BadInput(
            "The keyring of the system cannot be used: the package keyring is not installed.",
            next_step="`pip install labelcore[keyring]`, or keep the key in a variable or a file.",
        ) from None
    if package.get_keyring().priority < 1:
        raise _no_keyring(Wording("it has none that is open to this process"))
    return package


def _no_keyring(why: str) -> BadInput:
    return BadInput(
        "The keyring of the system cannot be used: {why}.",
        next_step="Keep the key in a variable or a file.",
        why=why,
    )


def _read(file: Path) -> dict[str, str]:
    """The keys of the file; {} where there is none."""
    place = file.expanduser()
    try:
        handle = os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return {}
    except OSError as trouble:
        raise _unusable(place, trouble.strerror or str(trouble)) from None
    with os.fdopen(handle, encoding="utf-8") as stream:
        mode = os.fstat(stream.fileno())
        if os.name == "posix" and (stat.S_IMODE(mode.st_mode) & _WIDER or mode.st_uid != os.geteuid()):
            raise ModelTrouble(
                "The file of keys {place} can be read by others, so it is not used.",
                next_step="`chmod 600 {place}`, and think of the keys in it as known.",
                kind="key",
                fatal=True,
                place=place,
            )
        try:
            keys = json.load(stream)
        except ValueError:
            raise _unusable(place, "it is no JSON") from None
    return keys if isinstance(keys, dict) else {}


def _change(file: Path, keys: dict[str, str]) -> None:
    """Written whole beside it, then put in its place; never readable by others, not for a moment."""
    place = file.expanduser()
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(place, json.dumps(keys, indent=1))
    except OSError as trouble:
        raise _unusable(place, trouble.strerror or str(trouble)) from None


def write_private(place: Path, text: str) -> None:
    """A file that only its owner may read, whole or not at all; OSError where it cannot be."""
    fresh = place.with_name(f"{place.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    fresh.replace(place)


def _unusable(place: Path, why: str) -> BadInput:
    return BadInput(
        "The file of keys {place} cannot be used: {why}.",
        next_step="Name another in LABELCORE_KEYS_FILE.",
        place=place,
        why=why,
    )

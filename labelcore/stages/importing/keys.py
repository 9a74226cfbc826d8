"""What is to be redacted, and the key: a file beside the database that turns stand-ins back.

A line of the key is a stand-in, the value that it stands for, and the words that stood there. Lines are only
appended, before the texts are stored, so that no stored stand-in is ever without its original.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.operations import FileText, Metavar, Options
from labelcore.text import personal
from labelcore.text.personal import BUILT_IN, Finder
from labelcore.text.redaction import LITERAL, Entry, Key
from labelcore.workspace import Workspace

if sys.platform != "win32":
    import fcntl

_HEAD = json.dumps({"labelcore": "redaction key", "version": 1}).encode() + b"\n"
KINDS = ("all", *BUILT_IN)
"""What ``redact`` takes."""


class Redaction(Options):
    """What is taken out of texts before they are stored, and the file that keeps what stood there.

    ``redact_names``: texts with a name a line. Without ``redact_key`` the key lies beside the database.
    """

    redact: Annotated[
        tuple[str, ...],
        Metavar("KIND"),
        Field(description=f"What to take out: {', '.join(KINDS)}; several times for several."),
    ] = ()
    redact_names: Annotated[
        tuple[str, ...], FileText(), Metavar("FILE"), Field(description="Names to take out, one a line.")
    ] = ()
    redact_pattern: Annotated[
        dict[str, str],
        Metavar("NAME=REGEX"),
        Field(description="What else to find, by the stand-in's name.", examples=["'ORDER=ORD-[0-9]+'"]),
    ] = Field(default_factory=dict)
    redact_region: Annotated[
        tuple[str, ...],
        Metavar("CC"),
        Field(description="Countries (DE, US) whose phone numbers count however they are written."),
    ] = ()
    redact_key: Annotated[
        Path | None, Metavar("FILE"), Field(description="The key's file; else it lies beside the database.")
    ] = None

    @property
    def names(self) -> list[str]:
        """The listed names."""
        lines = [line.strip() for text in self.redact_names for line in text.splitlines()]
        return [line for line in lines if line and not line.startswith("#")]

    @property
    def finders(self) -> list[Finder]:
        """What finds all of it; () where nothing is to be redacted.

        Raises:
            BadInput: a kind is not known, a pattern is none, or there is no name in the list.
        """
        kinds = [kind.strip().lower() for text in self.redact for kind in text.split(",")]
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise BadInput(
                "'{unknown}' cannot be redacted.",
                next_step="Use {kinds}.",
                unknown=unknown[0],
                kinds=list(KINDS),
            )
        if self.redact_names and not self.names:
            raise BadInput("The list of names is empty.", next_step="Write one name a line.")
        finders = {kind: finder for kind, finder in BUILT_IN.items() if {kind, "all"} & set(kinds)}
        if "phone" in finders and self.redact_region:
            finders["phone"] = personal.phones(self.redact_region)
        people = [personal.names(self.names)] if self.names else []
        return [*self._patterns(), *people, *finders.values()]

    def _patterns(self) -> list[Finder]:
        written = {name.strip().upper(): pattern for name, pattern in self.redact_pattern.items()}
        for name in written:
            if name == LITERAL or not re.fullmatch(r"[A-Z][A-Z0-9_]{0,19}", name):
                raise BadInput(
                    "'{name}' cannot name a stand-in.", next_step="Use letters, for example ORDER.", name=name
                )
        try:
            return personal.patterns(written)
        except ValueError as trouble:
            raise BadInput(
                "{trouble}.", next_step="Patterns are re2's: no look-around.", trouble=str(trouble)
            ) from trouble


def place(workspace: Workspace, path: Path | None) -> Path:
    """Where the project's key lies.

    Raises:
        BadInput: none was named, and the database is in memory only.
    """
    if path is not None:
        return path.expanduser()
    if workspace.db.path is None:
        raise BadInput(
            "A database in memory has no place for a key.", next_step="Name one with --redact-key."
        )
    name = workspace.project.name
    word = re.sub(r"[^\w-]+", "_", name)[:40]
    return Path(f"{workspace.db.path}.{word}-{hashlib.sha256(name.encode()).hexdigest()[:6]}.key")


def read(path: Path) -> Key:
    """A key as it lies there.

    Raises:
        BadInput: there is none, or the file is no key.
    """
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            raise BadInput(
                "{path} is not an ordinary file.", next_step="Name the file of --redact-key.", path=path
            )
        with path.open("rb") as file:
            if file.readline(len(_HEAD) + 1) != _HEAD:
                raise BadInput(
                    "{path} is not a key of redaction.", next_step="Name the file of --redact-key.", path=path
                )
            return Key(_entries(path, file.read()))
    except OSError as trouble:
        raise BadInput(
            "{path} cannot be read: {reason}.", next_step="Name the key.", path=path, reason=trouble.strerror
        ) from trouble


def _entries(path: Path, lines: bytes) -> Iterator[Entry]:
    """The lines; one that was cut short by a crash stands for nothing that was stored."""
    for line in lines.splitlines(keepends=True):
        if line.endswith(b"\n"):
            try:
                yield Entry(*map(str, json.loads(line)))
            except (ValueError, TypeError, RecursionError) as trouble:
                raise BadInput(
                    "{path} is damaged.", next_step="Take the key from a backup.", path=path
                ) from trouble


class KeyFile:
    """A key that is being continued; nobody else can continue it at the same time."""

    def __init__(self, path: Path, key: Key, file: int) -> None:
        self.path = path
        self.key = key
        self._file = file

    def save(self) -> None:
        """Append what is new; it survives the process and a loss of power when this returns."""
        if self.key.fresh:
            lines = [json.dumps(entry, ensure_ascii=True).encode() + b"\n" for entry in self.key.fresh]
            head = b"" if os.fstat(self._file).st_size else _HEAD
            with open(self._file, "ab", closefd=False) as file:
                file.write(b"".join([head, *lines]))
            os.fsync(self._file)
            self.key.fresh.clear()


@contextlib.contextmanager
def continued(path: Path) -> Iterator[KeyFile]:
    """The key at a place, begun where there is none; only its owner can read it.

    Raises:
        BadInput: the file is no key, or cannot be written.
    """
    with contextlib.ExitStack() as stack:
        fresh = not path.exists()
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0), 0o600)
        except OSError as trouble:
            raise BadInput(
                "The key {path} cannot be written: {reason}.",
                next_step="Name another place.",
                path=path,
                reason=trouble.strerror,
            ) from trouble
        stack.callback(os.close, file)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise BadInput(
                "{path} is not an ordinary file.", next_step="Name another place for the key.", path=path
            )
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        whole = os.fstat(file).st_size > 0
        key = read(path) if whole else Key()
        path.chmod(0o600)
        if whole:
            _mend(path, file)
        try:
            yield KeyFile(path, key, file)
        finally:
            if fresh and not os.fstat(file).st_size:
                path.unlink(missing_ok=True)


def _mend(path: Path, file: int) -> None:
    """Take off a line that was cut short."""
    data = path.read_bytes()
    if not data.endswith(b"\n"):
        os.ftruncate(file, data.rfind(b"\n") + 1)

"""Answers on disk the moment they come, until the database has them.

A batch that DuckDB has not stored yet dies with the process. So each answer is first appended to a small
file beside the database: one ``write`` of one line with its checksum, which the operating system keeps
whatever becomes of the process (a loss of power can cost the last seconds). A line that was cut short does
not fit its checksum and is left out. The next run, or start of the app, brings what it finds into the
database. A call process (:mod:`labelcore.llm.call_process`) writes such a file too, and locks it while it
lives.
"""

from __future__ import annotations

import glob
import os
import sys
import threading
import time
import zlib
from pathlib import Path

from pydantic import ValidationError

from labelcore.models import PaidAnswer
from labelcore.store import answers
from labelcore.store.connection import Database

if sys.platform != "win32":
    import fcntl

SUFFIX = ".answers-"
"""Beside the database, the files of a run begin with its name and this."""

_live: set[str] = set()  # what the files of the runs of this process begin with
_using = threading.Lock()
_replaying = threading.Lock()  # two runs that begin together must not read the same file


class Journal:
    """One run's file of answers; a database in memory has none, and then nothing is written."""

    def __init__(self, db: Database, run_id: str) -> None:
        self._process_files: list[Path] = []
        self._stem = None if db.path is None else Path(f"{db.path}{SUFFIX}{run_id}")
        self._part = 0
        self._file: int | None = None
        self._path: Path | None = None
        with _using:
            _live.add(str(self._stem))

    def for_call_process(self) -> Path | None:
        """A file in which another process keeps answers; it goes away when the run is closed."""
        if self._stem is None:
            return None
        self._process_files.append(Path(f"{self._stem}-c{len(self._process_files)}"))
        return self._process_files[-1]

    def write(self, answer: PaidAnswer) -> None:
        """Keep one answer; it survives the process when this returns."""
        if self._stem is None:
            return
        if self._file is None:
            self._part += 1
            self._path = Path(f"{self._stem}-{self._part}")
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(self._file, _line(answer))

    def turn(self) -> Path | None:
        """End the present file and return it; give it to :meth:`drop` once its answers are stored."""
        if self._file is None:
            return None
        os.close(self._file)
        ended, self._file, self._path = self._path, None, None
        return ended

    def drop(self, ended: Path | None) -> None:
        """Take an ended file away."""
        if ended is not None:
            ended.unlink(missing_ok=True)

    def close(self, *, stored: bool) -> None:
        """End the run's files. Those whose answers are all ``stored`` go away, others are read later."""
        self.turn()
        for file in self._process_files:
            if stored and file.exists() and _ended(file, 0):
                file.unlink()
        with _using:
            _live.discard(str(self._stem))


def replay(db: Database, patience: float = 0.0) -> int:
    """Bring what killed runs left beside the database into it. Returns how many answers were new.

    ``patience``: seconds to wait for a call process that still writes; else the next time reads its file.
    """
    if db.path is None:
        return 0
    new = 0
    with _replaying:
        for place in sorted(db.path.parent.glob(f"{glob.escape(db.path.name)}{SUFFIX}*")):
            with _using:
                is_live = str(place).rpartition("-")[0] in _live
            if not is_live and _ended(place, patience):
                new += answers.add(db, read(place))
                place.unlink(missing_ok=True)
    return new


def _ended(place: Path, patience: float) -> bool:
    """Whether no call process writes to the file any more."""
    if sys.platform == "win32":
        return True  # there are no call processes
    until = time.monotonic() + patience
    with place.open("rb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() >= until:
                    return False
                time.sleep(0.02)
            else:
                return True


def read(place: Path) -> list[PaidAnswer]:
    """The whole lines of a journal's file."""
    answers = []
    for line in place.read_bytes().split(b"\n"):
        checksum, _, text = line.partition(b" ")
        if checksum != _checksum(text):
            continue
        try:
            answers.append(PaidAnswer.model_validate_json(text))
        except ValidationError:  # a line of another version of labelcore: it is asked again
            continue
    return answers


def _line(answer: PaidAnswer) -> bytes:
    text = answer.model_dump_json().encode("utf-8", "surrogatepass")
    return _checksum(text) + b" " + text + b"\n"


def _checksum(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)

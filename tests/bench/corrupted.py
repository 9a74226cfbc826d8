"""Fifty damaged databases through the commands: each says what is wrong and what to do, and a restore works.

PYTHONPATH=. python tests/bench/corrupted.py [--files 50] [--only KIND] [--verbose]

A file is cut, has bits turned or pages emptied, begins wrongly, or has a log that is garbage, cut, turned or
another file's. `status`, `doctor`, `export`, `serve` and `restore` run on it, each as a process.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from labelcore import cli
from labelcore.models import Output
from labelcore.stages import grading, projects
from labelcore.store import close_database, open_database, outputs as output_table
from labelcore.store.backups import copy_to
from labelcore.workspace import Workspace
from tests.app_server import ROOT, free_port

PAGE = 4096
BLOCK = 262_144
GRADES = 200


class Sound(NamedTuple):
    """A file with a log that is not yet written into it, and a backup of both."""

    file: bytes
    log: bytes
    backup: Path


class Ended(NamedTuple):
    """How a command ended, and all that it printed."""

    code: int
    text: str

    @property
    def fault(self) -> str:
        """What nobody may see; "" where it went well or said what is wrong and what to do."""
        if self.code < 0 or self.code > 2:
            return f"ended with {self.code}"
        if "Traceback" in self.text:
            return "traceback"
        if self.code == 2 and not ("work.duckdb" in self.text and "restore" in self.text.lower()):
            return "says not what to do"
        return ""


def make(folder: Path) -> Sound:
    """A project with outputs and grades, and the state of its file while some of them are in the log only."""
    place, backup = folder / "sound.duckdb", folder / "backup.duckdb"
    db = open_database(place)
    workspace = Workspace(db, projects.open_project(db, "test"), "Ana")
    chance = random.Random(5)
    made = [
        Output(id=f"output_{n}", project_id=workspace.project.id, text=chance.randbytes(900).hex())
        for n in range(2_000)
    ]
    output_table.add(db, made)
    db.run("CHECKPOINT")
    for output in made[:GRADES]:
        value = chance.choice(["pass", "fail"])
        grading.grade(workspace, output.id, value, note=chance.randbytes(40).hex())
    copy_to(db, backup)
    sound = Sound(place.read_bytes(), Path(f"{place}.wal").read_bytes(), backup)
    close_database(place)
    return sound


Damage = Callable[[random.Random, Sound], tuple[bytes, bytes]]


def cut(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """Of the file the beginning."""
    return sound.file[
        : chance.choice([0, 1, 100, PAGE, 3 * PAGE, chance.randrange(len(sound.file))])
    ], sound.log


def turned(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """Some bits of the file turned over."""
    return _turned(chance, sound.file, chance.choice([1, 8, 64, 512, 4096])), sound.log


def emptied(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """Some pages without a bit."""
    torn = bytearray(sound.file)
    for _ in range(chance.choice([1, 3, 20])):
        size = chance.choice([PAGE, BLOCK])
        at = chance.randrange(len(torn) // size) * size
        torn[at : at + size] = bytes(size)
    return bytes(torn[: len(sound.file)]), sound.log


def scrambled(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """Some pages with other bytes."""
    torn = bytearray(sound.file)
    for _ in range(chance.choice([1, 3, 20])):
        at = chance.randrange(len(torn) - PAGE)
        torn[at : at + PAGE] = chance.randbytes(PAGE)
    return bytes(torn), sound.log


def wrong_beginning(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """One of the three headers is of another kind."""
    begins = chance.choice(
        [b"PK\3\4", b"\x1f\x8b", b"SQLite format 3\0", b"id,answer\n", bytes(64), b"DUCK" * 64]
    )
    at = chance.choice([0, 8, PAGE, 2 * PAGE])
    return sound.file[:at] + begins + sound.file[at + len(begins) :], sound.log


def garbage_log(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """A log of chance bytes."""
    return sound.file, chance.randbytes(chance.choice([1, 64, 5_000, 300_000]))


def cut_log(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """Of the log the beginning, as after a fall of the power."""
    return sound.file, sound.log[: chance.randrange(len(sound.log))]


def turned_log(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """Some bits of the log turned over."""
    return sound.file, _turned(chance, sound.log, chance.choice([1, 8, 64]))


def longer_log(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """Behind the log comes something else."""
    return sound.file, sound.log + chance.choice([bytes(BLOCK), chance.randbytes(900), sound.log[:500]])


def both(chance: random.Random, sound: Sound) -> tuple[bytes, bytes]:
    """The file and its log."""
    return turned(chance, sound)[0], turned_log(chance, sound)[1]


KINDS: tuple[Damage, ...] = (
    cut,
    turned,
    emptied,
    scrambled,
    wrong_beginning,
    garbage_log,
    cut_log,
    turned_log,
    longer_log,
    both,
)


def _turned(chance: random.Random, whole: bytes, count: int) -> bytes:
    torn = bytearray(whole)
    for _ in range(count):
        torn[chance.randrange(len(torn))] ^= 1 << chance.randrange(8)
    return bytes(torn)


def command(folder: Path, *arguments: str) -> Ended:
    """Run it as a process that has imported everything already."""
    out = folder / "printed"
    child = os.fork()
    if not child:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        os.chdir(folder)
        code = 1
        try:
            cli.main(list(arguments))
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            if trouble := sys.exc_info()[1]:
                traceback.print_exception(trouble)
            sys.stdout.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return Ended(os.waitstatus_to_exitcode(status), out.read_text(errors="replace"))


def served(folder: Path) -> Ended:
    """Serve the file until it says that it is ready, or that it cannot be."""
    port, out = free_port(), folder / "served"
    words = [sys.executable, "-m", "labelcore", "serve", "--no-browser", "--port", str(port)]
    with out.open("wb") as printed:
        process = subprocess.Popen(
            [*words, "--db", str(folder / "work.duckdb"), "--project", "test"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=folder,
            stdout=printed,
            stderr=printed,
        )
    ready = _answer(process, f"http://127.0.0.1:{port}/readyz")
    code = process.poll()
    if code is None:
        process.terminate()
        process.wait(20)
    return Ended(code or 0, out.read_text(errors="replace") + ready)


def _answer(process: subprocess.Popen[bytes], address: str) -> str:
    """What it answers at first; "" where it ends without."""
    for _ in range(400):
        try:
            return str(urllib.request.urlopen(address, timeout=5).read())
        except urllib.error.HTTPError as trouble:
            return str(trouble.read())
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    return ""


def try_on(
    folder: Path, sound: Sound, damage: Damage, seed: int, run: Callable[..., Ended] = command
) -> dict[str, Ended]:
    """What each command says of a file damaged so; the restore comes last, then an export once more."""
    place, log = folder / "work.duckdb", folder / "work.duckdb.wal"
    torn = damage(random.Random(seed), sound)
    at = ("--db", str(place), "--project", "test")
    grades = folder / "grades.jsonl"
    acts: dict[str, Callable[[], Ended]] = {
        "status": lambda: run(folder, "status", *at),
        "doctor": lambda: run(folder, "doctor", *at),
        "export": lambda: run(folder, "export", "outputs", "--out", str(folder / "outputs.csv"), *at),
        "serve": lambda: served(folder) if run is command else Ended(0, ""),
        "restore": lambda: run(folder, "restore", str(sound.backup), "--db", str(place)),
    }
    told: dict[str, Ended] = {}
    for name, act in acts.items():
        place.write_bytes(torn[0])
        log.write_bytes(torn[1])
        told[name] = act()
    told["restored"] = run(folder, "export", "grades", "--out", str(grades), *at)
    rows = grades.read_text().splitlines() if grades.exists() else []
    if len(rows) != GRADES or told["restore"].code or not all(map(json.loads, rows)):
        told["restored"] = Ended(99, told["restored"].text)
    return told


def main() -> None:
    """Damage, run, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--only", choices=[kind.__name__ for kind in KINDS])
    parser.add_argument("--verbose", action="store_true")
    chosen = parser.parse_args()
    kinds = [kind for kind in KINDS if chosen.only in {None, kind.__name__}]
    ends: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as made:
        sound = make(Path(made))
        for seed in range(chosen.files):
            damage = kinds[seed % len(kinds)]
            with tempfile.TemporaryDirectory() as folder:
                told = try_on(Path(folder), sound, damage, seed)
            for name, ended in told.items():
                outcome = ended.fault or ("said" if ended.code else "read")
                ends[name, outcome] += 1
                if ended.fault or chosen.verbose:
                    print(seed, damage.__name__, name, outcome, ended.text.strip()[-600:], flush=True)
    for (name, outcome), count in sorted(ends.items()):
        print(f"{name}: {outcome} {count}")


if __name__ == "__main__":
    main()

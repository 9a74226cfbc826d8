"""kill -9 while it grades, judges, imports, migrates and backs up: nothing acknowledged is lost.

PYTHONPATH=. python tests/bench/kills.py [--kills 300] [--only grading]

A process works and writes each thing that it was told is done; it is killed at a moment of chance. Then the
file is opened again: what was told is there, once, and no part of what was not told is there alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from labelcore.models import Criterion, JudgeVersion, Output
from labelcore.stages import grading, importing, projects, upkeep
from labelcore.stages.judging import running
from labelcore.store import (
    close_database,
    criteria as criterion_table,
    judges as judge_table,
    migrations,
    open_database,
    outputs as output_table,
)
from labelcore.store.connection import Database, connect
from labelcore.workspace import Workspace

OUTPUTS = 4_000
ROWS = 200
Tell = Callable[[str], object]


class Found(NamedTuple):
    """What was acknowledged, and how much of it is lost, doubled or there in part."""

    told: int = 0
    lost: int = 0
    doubled: int = 0
    partly: int = 0


def entered(path: Path) -> Workspace:
    """The project in the file."""
    db = open_database(path)
    return Workspace(db, projects.open_project(db, "kills"), "Ana")


def fill(path: Path) -> None:
    """Outputs, and a judge that decides one criterion."""
    workspace = entered(path)
    project = workspace.project.id
    made = [Output(id=f"output_{n}", project_id=project, text=f"{n} " + "word " * 40) for n in range(OUTPUTS)]
    output_table.add(workspace.db, made)
    criterion = Criterion(
        id="c", project_id=project, version=1, name="Short", statement="It is short.", status="accepted"
    )
    criterion_table.save(workspace.db, [criterion])
    judge = JudgeVersion(
        id="j",
        judge_id="j",
        project_id=project,
        name="Short",
        kind="code",
        version=1,
        criterion_id="c",
        criterion_version=1,
        spec={"detector": "words", "side": "above", "threshold": 60},
    )
    judge_table.save(workspace.db, [judge])
    close_database(path)


def grade(folder: Path, tell: Tell) -> None:
    """Grade what is not graded."""
    workspace = entered(folder / "work.duckdb")
    done = {found.output_id for found in grading.grade_history(workspace)}
    for n in range(OUTPUTS):
        if f"output_{n}" not in done:
            tell(
                grading.grade(workspace, f"output_{n}", "fail" if n % 3 else "pass", note="x" * (n % 500)).id
            )


def judge(folder: Path, tell: Tell) -> None:
    """Runs over the next outputs, one after the other; told is how many have verdicts then."""
    workspace = entered(folder / "work.duckdb")
    for limit in range(100, OUTPUTS, 100):
        ids = [f"output_{n}" for n in range(limit)]
        running.run(workspace, judge_table.current(workspace.db, workspace.project.id), ids)
        tell(str(limit))


def bring(folder: Path, tell: Tell) -> None:
    """Files, one after the other."""
    workspace = entered(folder / "work.duckdb")
    for _ in range(50):
        name = f"{time.time_ns()}"
        file = folder / f"{name}.jsonl"
        rows = ({"answer": f"{name} answer {n}", "grade": "fail" if n % 2 else "pass"} for n in range(ROWS))
        file.write_text("\n".join(map(json.dumps, rows)))
        importing.import_file(workspace, str(file))
        tell(name)


def migrate(folder: Path, tell: Tell) -> None:
    """An old file is opened."""
    open_database(folder / "old.duckdb")
    tell("migrated")
    time.sleep(5)


def back_up(folder: Path, tell: Tell) -> None:
    """Backups, one after the other."""
    workspace = entered(folder / "work.duckdb")
    for n in range(50):
        out = folder / f"backup-{time.time_ns()}-{n}.duckdb"
        upkeep.backup(workspace, out)
        tell(out.name)


def check_grades(db: Database, _folder: Path, told: list[str]) -> Found:
    """Every told grade, one on an output."""
    stored = Counter(str(key) for (key,) in db.rows("SELECT grade_id FROM grade"))
    outputs = int(db.rows("SELECT count(DISTINCT output_id) FROM grade")[0][0])
    return Found(len(told), sum(key not in stored for key in told), stored.total() - outputs)


def check_verdicts(db: Database, _folder: Path, told: list[str]) -> Found:
    """So many verdicts as the last that was told, one on an output."""
    most = max(map(int, told), default=0)
    [(rows, outputs)] = db.rows("SELECT count(*), count(DISTINCT output_id) FROM verdict")
    return Found(most, max(0, most - int(outputs)), int(rows) - int(outputs))


def check_files(db: Database, _folder: Path, told: list[str]) -> Found:
    """Of every told file all rows with their grades, of every other file all or none."""
    rows = db.rows(
        "SELECT split_part(text, ' ', 1), count(*), count(grade_id) "
        "FROM output LEFT JOIN grade USING (output_id) "
        "WHERE text LIKE '% answer %' GROUP BY 1"
    )
    stored = {str(name): (int(outputs), int(grades)) for name, outputs, grades in rows}
    lost = sum(stored.get(name) != (ROWS, ROWS) for name in told)
    doubled = sum(outputs > ROWS or grades > ROWS for outputs, grades in stored.values())
    return Found(len(told), lost, doubled, sum(counts < (ROWS, ROWS) for counts in stored.values()))


def check_migrated(db: Database, _folder: Path, told: list[str]) -> Found:
    """The newest tables, and the rows of the oldest."""
    whole = migrations.applied(db) == {number for number, _, _ in migrations.available()}
    outputs = int(db.rows("SELECT count(*) FROM output")[0][0])
    return Found(len(told), ROWS - min(outputs, ROWS), max(0, outputs - ROWS), int(not whole))


def check_backups(db: Database, folder: Path, told: list[str]) -> Found:
    """What bears a backup's name opens and is whole."""
    want = db.rows("SELECT count(*) FROM output")
    lost = partly = 0
    for file in folder.glob("backup-*.duckdb"):
        found = connect(file, "500MB")
        partly += found.rows("SELECT count(*) FROM output") != want
        found.close()
    lost = sum(not (folder / name).exists() for name in told)
    for file in (*folder.glob("backup-*"), *folder.glob(".backup-*")):
        file.unlink()
    return Found(len(told), lost, 0, partly)


class Work(NamedTuple):
    """What is done until the kill, within how many seconds that comes, and what must hold behind it."""

    act: Callable[[Path, Tell], None]
    seconds: float
    check: Callable[[Database, Path, list[str]], Found]
    file: str = "work.duckdb"


WORKS = {
    "grading": Work(grade, 2.5, check_grades),
    "judging": Work(judge, 3.0, check_verdicts),
    "importing": Work(bring, 5.0, check_files),
    "migrating": Work(migrate, 2.0, check_migrated, "old.duckdb"),
    "backing up": Work(back_up, 4.0, check_backups),
}


def old_file(path: Path) -> None:
    """A file of the first labelcore, with rows."""
    db = connect(path, "500MB")
    migrations.applied(db)
    number, name, sql = migrations.available()[0]
    db.run(sql)
    db.run("INSERT INTO schema_migration VALUES (?, ?, now()::TIMESTAMP)", [number, name])
    for n in range(ROWS):
        db.run("INSERT INTO output (output_id, project_id, text) VALUES (?, 'p', 'x')", [str(n)])
    db.close()


def killed(folder: Path, work: Work, seconds: float) -> list[str]:
    """What a process told before it was killed, so many seconds after it began."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        try:
            work.act(folder, lambda words: os.write(writes, f"{words}\n".encode()))
        finally:
            if trouble := sys.exc_info()[1]:
                traceback.print_exception(trouble)
            os._exit(0)
    os.close(writes)
    read, until = b"", time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if select.select([reads], [], [], left)[0]:
            if not (some := os.read(reads, 65_536)):
                break
            read += some
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while some := os.read(reads, 65_536):
        read += some
    os.close(reads)
    return read.decode().split("\n")[:-1]


def run(name: str, kills: int, folder: Path) -> Found:
    """So many kills in one kind of work, on one file that lives through all of them."""
    work, chance, found = WORKS[name], random.Random(name), Found()
    fill(folder / "work.duckdb")
    for _ in range(kills):
        if name == "migrating":
            for file in folder.glob("old.duckdb*"):
                file.unlink()
            old_file(folder / "old.duckdb")
        elif name == "judging":
            shutil.copy(folder / "work.duckdb", folder / "kept.duckdb")
        told = killed(folder, work, chance.uniform(0.05, work.seconds))
        db = open_database(folder / work.file)
        found = Found(*map(sum, zip(found, work.check(db, folder, told), strict=True)))
        close_database(folder / work.file)
        if name == "judging":
            shutil.move(folder / "kept.duckdb", folder / "work.duckdb")
    return found


def main() -> None:
    """Kill, open, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--only", choices=sorted(WORKS))
    chosen = parser.parse_args()
    names = [chosen.only] if chosen.only else list(WORKS)
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            found = run(name, chosen.kills // len(names), Path(folder))
        print(
            f"{name}: {chosen.kills // len(names)} kills, {found.told} acknowledged, {found.lost} lost, "
            f"{found.doubled} doubled, {found.partly} there in part",
            flush=True,
        )


if __name__ == "__main__":
    main()

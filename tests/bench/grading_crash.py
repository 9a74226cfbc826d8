"""kill -9 under load: every acknowledged grade is there after the restart, and nobody's queue is stuck.

python tests/bench/grading_crash.py [--kills 50] [--people 10]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import subprocess
import tempfile
from pathlib import Path

from labelcore.stages import grading, projects
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.app_server import start_app
from tests.bench.grading_load import PROJECT, Person, make_project


async def grade_until(url: str, count: int, seconds: float, server: subprocess.Popen[bytes]) -> list[Person]:
    """People grade as fast as they can; the server is killed in the middle of it."""
    people = [Person(f"p{i}", url) for i in range(count)]
    await asyncio.gather(*(person.open() for person in people))

    async def press_on(person: Person) -> None:
        with contextlib.suppress(Exception):
            while await person.press():
                pass

    work = [asyncio.create_task(press_on(person)) for person in people]
    await asyncio.sleep(seconds)
    server.kill()
    server.wait()
    await asyncio.sleep(0.05)
    for task in work:
        task.cancel()
    for person in people:
        await person.wire.close()
        person.reader.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    return people


def run(kills: int, count: int, outputs: int = 20_000) -> tuple[int, int, int]:
    """(acknowledged, lost, people whose next visit had nothing to grade)."""
    acknowledged = lost = stuck = 0
    chance = random.Random(3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crash.duckdb"
        make_project(path, outputs, all_features=False)
        for _ in range(kills):
            server, url = start_app(path, PROJECT)
            people = asyncio.run(grade_until(url, count, chance.uniform(0.05, 1.5), server))
            known = {key for person in people for key in person.pressed if key in person.acknowledged}
            db = open_database(path)
            project = projects.open_project(db, PROJECT)
            stored = {grade.id for grade in grading.grade_history(Workspace(db, project))}
            stuck += sum(
                not grading.grading_queue(Workspace(db, project, person.name)).items for person in people
            )
            close_database(path)
            acknowledged += len(known)
            lost += len(known - stored)
    return acknowledged, lost, stuck


def main() -> None:
    """Kill, restart, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--people", type=int, default=10)
    chosen = parser.parse_args()
    acknowledged, lost, stuck = run(chosen.kills, chosen.people)
    print(f"{chosen.kills} kills, {acknowledged} acknowledged grades, {lost} lost, {stuck} queues stuck")


if __name__ == "__main__":
    main()

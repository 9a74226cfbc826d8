"""An hour of a hundred people's grades (72,000): does the server's memory grow?

    PYTHONPATH=. python tests/bench/grading_memory.py [--presses 72000] [--served 40] [--folder DIR]

Without ``--served``: the calls that the card's door makes for each press, in this process, through
the real store on a database file. With it: so many people over Streamlit's websocket on the served
app, each of whom presses as soon as the press before is acknowledged. Every feature that costs
something at a press is on. Prints resident megabytes every 2,000 presses, what DuckDB holds of
them (in this process), the objects that Python's garbage collector knows, processor time a press.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import logging
import os
import tempfile
from pathlib import Path

from labelcore.messages.card import card_words
from labelcore.stages import projects
from labelcore.stages.grading.card import CardItem, read_events
from labelcore.store import Database, close_database, open_database
from labelcore.workspace import Workspace
from pages.widgets.grading_session import GradingSession
from tests.app_server import start_app
from tests.bench import grading_load
from tests.bench.grading_load import PROJECT, Person, event_on
from tests.bench.machines import memory, processor

OUTPUTS, PEOPLE, EVERY = 100_000, 100, 2_000


class Report:
    """A line every so many presses, and at the end the growth after the first tenth."""

    def __init__(self, pid: int, db: Database | None = None) -> None:
        self.pid, self.db = pid, db
        self.used, self.lines = processor(pid), [(0, memory(pid))]
        print(f"       0 presses: {self.lines[0][1]:.0f} MB")

    def at(self, presses: int) -> None:
        before, self.used = self.used, processor(self.pid)
        self.lines.append((presses, memory(self.pid)))
        each = 1000 * (self.used - before) / EVERY
        line = f"{presses:8} presses: {self.lines[-1][1]:.0f} MB, {each:.1f} ms of processor each"
        if self.db:
            held = self.db.rows("SELECT sum(memory_usage_bytes) FROM duckdb_memory()")[0][0]
            line += f"; DuckDB holds {held / 1e6:.0f} MB, Python {len(gc.get_objects()):,} objects"
        print(line, flush=True)

    def end(self) -> None:
        warm = next(line for line in self.lines if line[0] >= self.lines[-1][0] / 10)
        presses, grown = (b - a for a, b in zip(warm, self.lines[-1], strict=True))
        each = f"{10_000 * grown / presses:+.1f} MB" if presses else "nothing to compare"
        print(f"after {warm[0]} presses: {each} per 10,000 presses")


class Replay:
    """What the card's door does for one press, for people in turn."""

    def __init__(self, db: Database) -> None:
        self.db, self.cards = db, dict[str, list[CardItem]]()

    def visit(self, who: str, payload: object = None) -> list[str]:
        """One answer to the card; returns what was acknowledged."""
        db = self.db
        project = next(project for project in projects.list_projects(db) if project.name == PROJECT)
        events, _ = read_events(payload)
        news = GradingSession(Workspace(db, project, who), "en", "single").news(events)
        held = {card.output_id for card in self.cards.get(who, ())}
        json.dumps(news.as_data(card_words("en"), held))
        self.cards[who] = list(news.items)
        return list(news.acknowledged)

    def press(self, who: str) -> bool:
        """Grade the next output of a person; False when none is left."""
        coming = [event_on(card.output_id) for card in self.cards[who] if card.current is None]
        return bool(coming) and self.visit(who, {"events": coming[:1]}) == [coming[0]["client_id"]]


def replay(path: Path, presses: int) -> None:
    logging.disable(logging.WARNING)  # Streamlit's, about being used without its server
    db = open_database(path)
    people, app = [f"p{i}" for i in range(PEOPLE)], Replay(db)
    for who in people:
        app.visit(who)
    report = Report(os.getpid(), db)
    for number, who in enumerate(itertools.islice(itertools.cycle(people), presses), 1):
        if not app.press(who):
            break
        if number % EVERY == 0:
            report.at(number)
    report.end()
    close_database(path)


async def served(url: str, pid: int, count: int, presses: int) -> list[Person]:
    people = [Person(f"p{i}", url) for i in range(count)]
    for grader in people:
        await grader.open()
    report = Report(pid)

    async def press_on(person: Person) -> None:
        while sum(len(person.waits) for person in people) < presses and await person.press():
            pass

    work, following = asyncio.gather(*map(press_on, people)), EVERY
    while not work.done():
        await asyncio.sleep(0.1)
        if (number := sum(len(person.waits) for person in people)) >= following:
            report.at(number)
            following += EVERY
    await work
    report.end()
    for grader in people:
        await grader.close()
    return people


def main() -> None:
    """Make a project, press, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=72_000)
    parser.add_argument("--served", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where the database lies meanwhile")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        path = Path(folder) / "memory.duckdb"
        grading_load.make_project(path, OUTPUTS, all_features=True, sampled=40_000)
        if not chosen.served:
            replay(path, chosen.presses)
            return
        server, url = start_app(path, PROJECT)
        people = asyncio.run(served(url, server.pid, chosen.served, chosen.presses))
        server.terminate()
        server.wait(20)
        print(grading_load.check(path, people))


if __name__ == "__main__":
    main()

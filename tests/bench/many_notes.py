"""Ten thousand different notes: how long criteria and codes take, and the Criteria page after it.

    python tests/bench/many_notes.py [--notes 10000] [--page]

Notes are made from forty kinds of fault in English and Chinese with words that differ, so that no
two are equal and none is in the store. A second thread ticks all the while: the longest time that
it had to wait says whether other people's pages answer. ``--page`` also opens the Criteria page.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from labelcore.models import Grade, Output
from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.stages.deriving import coding, derivation
from labelcore.store import grades as grade_table, open_database, outputs as output_table
from labelcore.workspace import Workspace

PARTS = [
    "intro",
    "summary",
    "table",
    "last paragraph",
    "title",
    "second bullet",
    "greeting",
    "list",
    "quote",
    "ending",
]
THINGS = ["price", "date", "refund", "name", "address", "deadline", "discount", "fee", "warranty", "delivery"]
FAULTS = [
    "the {part} is far too long, {n} words about the {thing}",
    "{part} rambles on about the {thing} for {n} lines",
    "关于{n}号问题的{part}太长了，{thing}说个没完",
    "the {thing} in the {part} is wrong, it should be {n}",
    "wrong {thing}: {n} is not in the source",
    "{thing}写错了，应该是{n}（{part}）",
    "invents a {thing} of {n} in the {part}",
    "the {part} makes up the {thing} {n}",
    "编造了{thing}{n}，原文没有提到（{part}）",
    "leaves out the {thing} of item {n} in the {part}",
    "the {part} misses {thing} number {n}",
    "{part}遗漏了第{n}项的{thing}",
    "rude tone in the {part} when asked about {thing} {n}",
    "the {part} sounds cold to customer {n} about the {thing}",
    "第{n}条{part}的语气很生硬，讲{thing}时没有道歉",
    "no source is cited for the {thing} {n} in the {part}",
    "does not answer question {n} on the {thing} ({part})",
    "answers about the {thing} though {n} asked for something else ({part})",
    "repeats the {thing} {n} times in the {part}",
    "the {part} promises a {thing} within {n} days that nobody can keep",
]


def main() -> None:
    """Plant, derive, time, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--page", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LABELCORE_DB"] = f"{folder}/many.duckdb"
        settings.cache_clear()
        db = open_database(Path(folder) / "many.duckdb")
        project = projects.open_project(db, settings().project)
        plant(Workspace(db, project), chosen.notes)
        watch = Watch()
        started, busy = time.perf_counter(), time.process_time()
        found = derivation.derive(Workspace(db, project), offline=True)
        both = time.perf_counter() - started
        codes = coding.list_codes(Workspace(db, project))
        print(
            f"{chosen.notes} notes: {len(found.criteria)} criteria and {len(codes)} codes in "
            f"{both:.1f} s ({time.process_time() - busy:.1f} s of processor); longest wait of "
            f"another thread {watch.stop():.2f} s"
        )
        started = time.perf_counter()
        derivation.derive(Workspace(db, project), offline=True)
        print(f"again, with nothing new: {time.perf_counter() - started:.1f} s")
        if chosen.page:
            open_page()


class Watch:
    """A thread that asks to run every 5 ms, and the longest time that it did not."""

    def __init__(self) -> None:
        self.longest, self.going = 0.0, True
        self.thread = threading.Thread(target=self._tick)
        self.thread.start()

    def _tick(self) -> None:
        while self.going:
            before = time.perf_counter()
            time.sleep(0.005)
            self.longest = max(self.longest, time.perf_counter() - before - 0.005)

    def stop(self) -> float:
        """Seconds of the longest wait."""
        self.going = False
        self.thread.join()
        return self.longest


def plant(workspace: Workspace, n: int) -> None:
    """Failed outputs with a note each, no two notes alike, and half as many passed ones."""
    draw = random.Random(7)
    outputs = [
        Output(id=f"o{i}", project_id=workspace.project.id, text=f"Answer number {i} of the service.")
        for i in range(n + n // 2)
    ]
    output_table.add(workspace.db, outputs)
    notes: dict[str, None] = {}
    while len(notes) < n:
        note = draw.choice(FAULTS).format(
            part=draw.choice(PARTS), thing=draw.choice(THINGS), n=draw.randrange(10, 999_999)
        )
        notes[note] = None
    written = list(notes)
    grade_table.record(
        workspace.db,
        [
            Grade(
                id=f"g{i}",
                project_id=workspace.project.id,
                output_id=output.id,
                annotator=f"ann{i % 5}",
                value="fail" if i < n else "pass",
                note=written[i] if i < n else "",
            )
            for i, output in enumerate(outputs)
        ],
    )


def open_page() -> None:
    """The Criteria page and its board by script time, as a person's browser asks for them."""
    from streamlit.testing.v1 import AppTest

    from pages.widgets import keys

    page = Path(__file__).parents[2] / "pages" / "4_deriving.py"
    for view in ("notes", "codes", "notes", "codes"):
        app = AppTest.from_file(str(page), default_timeout=120)
        app.query_params[keys.CRITERIA_VIEW] = view
        app.session_state[keys.ANNOTATOR] = "ann0"
        started, busy = time.perf_counter(), time.process_time()
        app.run()
        assert not app.exception
        took = time.process_time() - busy
        print(f"{view}: {time.perf_counter() - started:.2f} s ({took:.2f} s of processor)")


if __name__ == "__main__":
    main()

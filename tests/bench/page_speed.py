"""How long each page takes from the click in the menu to its heading and to its last piece.

    PYTHONPATH=. python tests/bench/page_speed.py [--rounds 3] [--outputs N] [--graded]
        [--db FILE --project NAME]

In Chromium beside the app, on the sample project unless a file is named; milliseconds of the page's clock,
medians of the rounds and the slowest. ``heading``: the new page's heading stands. ``whole``: the last time
that anything was added to the page before a second in which nothing was and no script ran; ``processor``:
what the server took of it. The first round,
in which the server meets each page for the first time, stands apart. ``--outputs 1000000`` adds outputs to
the sample, with a verdict of each of twenty judges on every one; a FILE that is not there yet is where they
are kept. ``--graded``: before each click somebody grades one output, from outside the browser.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Page

from labelcore.stages import demonstrating, projects
from labelcore.store import close_database, open_database, outputs as output_table
from labelcore.workspace import Workspace
from tests.app_server import start_app
from tests.bench.machines import processor
from tests.chromium import chromium

_JUDGES, _MOST_GRADES = 20, 200
_OUTPUTS = """
INSERT INTO output (output_id, project_id, external_id, group_key, input, text, context, conversation,
    prompt_version, model, metadata, batch_id, row_number, made_at, input_key, produced_at)
SELECT 'o_' || left(sha256(i::VARCHAR), 32), project_id, 'x' || i, 'x' || i, input || i, text || ' ' || i,
    context, conversation, prompt_version, model, metadata, batch_id, 1_000_000 + i, made_at,
    left(sha256(input || i), 32), produced_at - to_days((hash(i) % 300)::INTEGER)
FROM range($n) t(i), (SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS total FROM output) o
WHERE o.place = i % o.total"""
_VERDICTS = """
INSERT INTO verdict (output_id, judge_version_id, repeat, project_id, run_id, value, probability, reason,
    made_at)
SELECT output_id, judge_version_id, 0, output.project_id, 'large',
    CASE WHEN hash(output_id, judge_version_id) % 5 = 0 THEN 'fail' ELSE 'pass' END,
    (hash(output_id, judge_version_id) % 1000) / 1000, '', output.made_at
FROM output, (SELECT judge_version_id FROM judge_version ORDER BY name LIMIT $judges)
WHERE external_id LIKE 'x%' AND row_number >= 1_000_000"""
_FIGURES = ("heading", "whole", "processor")
_MENU = '[data-testid="stSidebar"] [data-testid="stPageLink-NavLink"]'
_CLICK = """
([selector, number]) => new Promise((done) => {
  const heading = () => document.querySelector("h1")?.textContent ?? "";
  const before = heading(), start = performance.now();
  const seen = { heading: null, whole: 0 };
  const look = () => {
    seen.whole = performance.now() - start;
    if (seen.heading === null && heading() && heading() !== before) seen.heading = seen.whole;
  };
  const observer = new MutationObserver(look);
  observer.observe(document.querySelector('[data-testid="stMain"]'), { childList: true, subtree: true });
  document.querySelectorAll(selector)[number].click();
  const timer = setInterval(() => {
    const now = performance.now() - start;
    const isRunning = document.querySelector('[data-testid="stApp"]').dataset.testScriptState === "running";
    const isQuiet = !isRunning && seen.heading !== null && now - seen.whole > 1000;
    if (!isQuiet && now < 60000) return;
    clearInterval(timer);
    observer.disconnect();
    done(seen);
  }, 50);
})"""


def make(path: Path, n: int) -> None:
    """A database with the sample project, as `labelcore demo` makes it, and so many outputs more."""
    db = open_database(path)
    demonstrating.demo(Workspace(db, projects.open_project(db, "sample")))
    if n:
        db.run(_OUTPUTS, {"n": n})
        db.run(_VERDICTS, {"judges": _JUDGES})
    close_database(path)


def visits(
    page: Page, server: int, rounds: int, before: Callable[[], object]
) -> Iterator[tuple[int, str, dict[str, float]]]:
    """The round, the page's name in the menu, and its milliseconds; ``before`` is done ahead of each."""
    names = [text.split("\n")[-1] for text in page.locator(_MENU).all_inner_texts()]  # without their icons
    for number in range(rounds):
        for place in (*range(1, len(names)), 0):  # the first page stands there already
            before()
            spent = processor(server)
            times = page.evaluate(_CLICK, [_MENU, place])
            yield number, names[place], times | {"processor": 1000 * (processor(server) - spent)}


def some_outputs(path: Path, name: str) -> list[str]:
    """Outputs that may be graded, before the app holds the file."""
    db = open_database(path)
    try:
        return output_table.some_ids(db, projects.open_project(db, name).id, _MOST_GRADES)
    finally:
        close_database(path)


def grades(output_ids: Sequence[str], path: Path, name: str) -> Iterator[None]:
    """One output graded each time, by a command that the running app carries out; without end."""
    for at, output_id in enumerate(itertools.cycle(output_ids)):
        words = ["grade", output_id, "fail" if at % 3 else "pass", "--db", str(path), "--project", name]
        subprocess.run(
            [sys.executable, "-m", "labelcore", *words, "--annotator", "bob"], check=True, capture_output=True
        )
        yield


def table(found: list[tuple[int, str, dict[str, float]]]) -> Iterator[str]:
    """A row of Markdown for each page."""
    yield "| page | heading first | whole first | processor first | heading | whole | processor | slowest |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in dict.fromkeys(name for _, name, _ in found):
        first, *later = [times for _, other, times in found if other == name]
        later = later or [first]
        middle = [statistics.median(times[key] or 0 for times in later) for key in _FIGURES]
        cells = [*(first[key] or 0 for key in _FIGURES), *middle, max(times["whole"] for times in later)]
        yield f"| {name} | " + " | ".join(f"{cell:.0f}" for cell in cells) + " |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--outputs", type=int, default=0)
    parser.add_argument("--db", type=Path)
    parser.add_argument("--project", default="sample")
    parser.add_argument("--graded", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = options.db or Path(folder) / "app.duckdb"
        if not path.exists():
            make(path, options.outputs)
        ids = some_outputs(path, options.project) if options.graded else []
        grading = grades(ids, path, options.project) if ids else itertools.repeat(None)
        process, url = start_app(path, options.project, "ana")
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{url}/?labelcore-project={options.project}")
            page.locator(_MENU).first.wait_for(timeout=60_000)
            page.wait_for_timeout(5_000)
            print("\n".join(table(list(visits(page, process.pid, options.rounds, lambda: next(grading))))))
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()

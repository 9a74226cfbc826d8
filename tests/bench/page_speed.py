"""How long each page takes from the click in the menu to its heading and to its last piece.

    PYTHONPATH=. python tests/bench/page_speed.py [--rounds 3] [--db FILE --project NAME]

In Chromium beside the app, on the sample project unless a file is named; milliseconds of the page's clock,
medians of the rounds and the slowest. ``heading``: the new page's heading stands. ``whole``: the last time
that anything was added to the page before a second in which nothing was. The first round, in which the
server meets each page for the first time, stands apart.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from labelcore.stages import demonstrating, projects
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.app_server import serving

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
    const isQuiet = seen.heading !== null && now - seen.whole > 1000;
    if (!isQuiet && now < 60000) return;
    clearInterval(timer);
    observer.disconnect();
    done(seen);
  }, 50);
})"""


def sample(folder: Path) -> Path:
    """A database with the sample project, as `labelcore demo` makes it."""
    path = folder / "app.duckdb"
    db = open_database(path)
    demonstrating.demo(Workspace(db, projects.open_project(db, "sample")))
    close_database(path)
    return path


def visits(page: Page, rounds: int) -> Iterator[tuple[int, str, dict[str, float]]]:
    """The round, the page's name in the menu, and its milliseconds."""
    names = [text.split("\n")[-1] for text in page.locator(_MENU).all_inner_texts()]  # without their icons
    for number in range(rounds):
        for place in (*range(1, len(names)), 0):  # the first page stands there already
            yield number, names[place], page.evaluate(_CLICK, [_MENU, place])


def table(found: list[tuple[int, str, dict[str, float]]]) -> Iterator[str]:
    """A row of Markdown for each page."""
    yield "| page | heading, first | whole, first | heading | whole | slowest |"
    yield "|---|---|---|---|---|---|"
    for name in dict.fromkeys(name for _, name, _ in found):
        first, *later = [times for _, other, times in found if other == name]
        later = later or [first]
        middle = [statistics.median(times[key] or 0 for times in later) for key in ("heading", "whole")]
        cells = [first["heading"] or 0, first["whole"], *middle, max(times["whole"] for times in later)]
        yield f"| {name} | " + " | ".join(f"{cell:.0f}" for cell in cells) + " |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--db", type=Path)
    parser.add_argument("--project", default="sample")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = options.db or sample(Path(folder))
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        with serving(path, options.project, "ana") as url:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{url}/?labelcore-project={options.project}")
            page.locator(_MENU).first.wait_for(timeout=60_000)
            page.wait_for_timeout(5_000)
            print("\n".join(table(list(visits(page, options.rounds)))))
        browser.close()


if __name__ == "__main__":
    main()

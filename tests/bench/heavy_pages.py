"""Pages that show heavy outputs, in Chromium: CPU seconds of the page's main thread, and its longest task.

    PYTHONPATH=. python tests/bench/heavy_pages.py [--only NAME]

One and five megabytes on one line, 199,000 marks over one letter, 50,000 lines of Markdown tables, HTML and
JSON nested 50,000 deep and ten megabytes of JSON, each in a separate project beside two ordinary outputs, and
a judge open that people disagree with. CPU seconds by the thread's clock, so that a busy machine tells the
same; no page may take two.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page

from labelcore.models import Criterion, JudgeVersion, Output
from labelcore.stages import grading, projects
from labelcore.stages.judging import running
from labelcore.store import (
    close_database,
    criteria as criterion_table,
    judges as judge_table,
    open_database,
    outputs as output_table,
)
from labelcore.workspace import Workspace
from pages.widgets import keys
from tests.app_server import serving
from tests.chromium import chromium

HEAVY = {
    "line": "word " * 200_000,
    "unbroken": "x" * 1_000_000,
    "five": "word " * 1_000_000,
    "deep": "[" * 50_000 + "]" * 50_000,
    "marks": "e" + "\u0301" * 199_000,
    "tables": "| a | b |\n|---|---|\n" + "| **x** | `y` |\n" * 50_000,
    "html": "<div>" * 50_000 + "deep" + "</div>" * 50_000,
    "quotes": "> " * 2_000 + "deep\n" + "- " * 2_000 + "deep",
    "json": json.dumps(
        [{"id": at, "text": "value " * 20, "nested": {"a": [at] * 5}} for at in range(50_000)]
    ),
}
PAGES = ("grading", "outputs", "team", "results", "progress", "judging")
"""Of Team the conflicts."""


def make(path: Path) -> None:
    """A project for each; people disagree on its heavy output, and a judge with the most of them."""
    db = open_database(path)
    for name, text in HEAVY.items():
        workspace = Workspace(db, projects.open_project(db, name))
        place = {"project_id": workspace.project.id}
        texts = {"heavy": text, "one": "Ordinary.", "two": "Another."}
        made = [
            Output(id=f"{name}_{key}", text=text, input=text[:300_000], **place)
            for key, text in texts.items()
        ]
        output_table.add(db, made)
        for person, value in (("Ben", "pass"), ("Cleo", "fail")):
            for output in made:
                grading.grade(workspace.by(person), output.id, value, note="too long")
        judge(workspace, made)
    close_database(path)


def judge(workspace: Workspace, made: list[Output]) -> None:
    """A judge that fails everything, where people pass it."""
    place = {"project_id": workspace.project.id, "version": 1}
    named = f"{workspace.project.name}-c"
    criterion = Criterion(id=named, name="Short", statement="It is short.", status="accepted", **place)
    criterion_table.save(workspace.db, [criterion])
    version = JudgeVersion(
        id=f"{named}-j",
        judge_id=f"{named}-j",
        name="Short",
        kind="code",
        criterion_id=named,
        criterion_version=1,
        spec={"detector": "words", "side": "above", "threshold": -1},
        **place,
    )
    judge_table.save(workspace.db, [version])
    for output in made:
        grading.grade(workspace.by("Ben"), output.id, "pass", criterion=criterion)
    running.run(workspace, [version], [output.id for output in made])


def seconds_on(page: Page, address: str) -> tuple[float, float]:
    """The main thread's CPU seconds from the address to the page at rest, and the longest task in seconds."""
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(
        "window.longest = 0; new PerformanceObserver((list) => { for (const task of list.getEntries()) "
        "window.longest = Math.max(window.longest, task.duration); }).observe({ entryTypes: ['longtask'] });"
    )
    page.goto(address)
    page.locator("h1").first.wait_for(timeout=120_000)
    if "/team?" in address:
        page.get_by_role("tab", name="Conflicts").click(timeout=60_000)
    if "/judging?" in address:
        page.get_by_text("Disagrees with people (").first.wait_for(timeout=60_000)
    page.wait_for_timeout(6_000)
    told = {metric["name"]: metric["value"] for metric in client.send("Performance.getMetrics")["metrics"]}
    return float(told["TaskDuration"]), float(page.evaluate("window.longest")) / 1000


def try_all(browser: Browser, url: str, only: str) -> None:
    """Each page of each project, in a new tab."""
    for name in HEAVY:
        if only not in name:
            continue
        for at in PAGES:
            page = browser.new_context().new_page()
            place = urlencode(
                {
                    "labelcore-project": name,
                    "labelcore-annotator": "Ana",
                    "labelcore-role": "engineer",
                    keys.JUDGE: f"{name}-c-j",
                }
            )
            cpu, longest = seconds_on(page, f"{url}/{at}?{place}")
            print(f"{name:10} {at:10} {cpu:6.2f} s CPU, longest task {longest:5.2f} s", flush=True)
            page.context.close()


def main() -> None:
    """Make, serve, look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "heavy.duckdb"
        make(path)
        with serving(path, "line") as url, chromium() as browser:
            try_all(browser, url, chosen.only)


if __name__ == "__main__":
    main()

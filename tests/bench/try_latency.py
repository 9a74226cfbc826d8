"""From "Try it" to the first result and to the last: in the app, and on the command line's path.

    PYTHONPATH=. python tests/bench/try_latency.py [--rounds 5] [--latency 1.0 2.0] [--outputs 50]

A judge is changed and tried on graded outputs of the project of `tests/refinable.py`; the endpoint answers
each question after so many seconds. ``first``: by the page's clock, from the press until the first verdict
with its reason stands there, less the endpoint's latency. ``ratio``: the whole trial of so many outputs
beside outputs / concurrency x latency, rounded up to whole waves, without the page. Medians, and the slowest.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page

from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.refining.trying import try_prompt
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests import refinable
from tests.app_server import serving
from tests.chromium import chromium
from tests.mock_endpoint import MockEndpoint, serving as serving_endpoint

USER = "User: what it is asked of each output"
_WATCH = """
() => new Promise((done) => {
  const main = document.querySelector('[data-testid="stMain"]');
  const start = performance.now();
  const stands = () => /(pass|fail): (nothing is promised|it promises money)/.test(main.innerText);
  const timer = setInterval(() => {
    const now = performance.now() - start;
    if (!stands() && now < 60000) return;
    clearInterval(timer);
    done(now);
  }, 20);
  [...document.querySelectorAll("button")].find((b) => /^Try it/.test(b.innerText.trim())).click();
})"""


def made(path: Path) -> None:
    """The project whose judge has decided all outputs."""
    workspace, _ = refinable.make(open_database(path))
    judging.run_judges(workspace)
    close_database(path)


def address(app: str) -> str:
    given = {"project": refinable.PROJECT, "annotator": "ann", "role": "engineer", "language": "English"}
    told = {f"labelcore-{name}": value for name, value in given.items()}
    return f"{app}/judging?{urlencode(told | {'show': 'prompt'})}"


def first_results(page: Page, app: str, rounds: int, tag: str) -> list[float]:
    """Seconds from the press to the first verdict on the page; another draft in each round."""
    found = []
    for number in range(rounds):
        page.goto(address(app))
        area = page.get_by_label(USER)
        area.click()
        words = f"Round {number} of {tag}."
        area.fill(f"{words} {refinable.TOLD}\\n\\n{{{{criterion}}}}\\n\\n{{{{input}}}}\\n\\n{{{{output}}}}")
        page.locator("code", has_text=words).wait_for()
        page.get_by_role("button", name="Try it").wait_for()
        found.append(page.evaluate(_WATCH) / 1000)
    return found


def whole_trials(path: Path, rounds: int, outputs: int, tag: str) -> list[float]:
    """Seconds of whole trials, without the page."""
    db, found = open_database(path), []
    workspace = Workspace(db, refinable.project_of(db), "ann")
    judge = judging.active_judges(workspace)[0]
    for number in range(rounds):
        words = f"system:\nWhole {number} {tag}.\n\nuser:\n{{{{criterion}}}}\n\n{{{{output}}}}\n"
        began = time.perf_counter()
        trial = try_prompt(workspace, judge, file=words, limit=outputs)
        found.append(time.perf_counter() - began)
        assert len(trial.attempts) == outputs, trial.troubles
    close_database(path)
    return found


def told(name: str, found: list[float], unit: str) -> None:
    print(
        f"  {name}: median {statistics.median(found):.2f} {unit} ({min(found):.2f} to {max(found):.2f})",
        flush=True,
    )


def measure(endpoint: MockEndpoint, path: Path, latency: float, given: argparse.Namespace) -> None:
    """Both figures at one latency of the endpoint."""
    endpoint.latency, tag = latency, f"{latency} {time.time_ns():x}"
    print(f"endpoint: {latency} s", flush=True)
    waves = math.ceil(given.outputs / settings().concurrency)
    seconds = whole_trials(path, given.rounds, given.outputs, tag)
    told(
        f"{given.outputs} outputs, {settings().concurrency} at once",
        [s / (waves * latency) for s in seconds],
        "x ideal",
    )
    with serving(path, refinable.PROJECT, "ann") as app, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(90_000)
        first_results(page, app, 1, f"warm {tag}")
        found = [s - latency for s in first_results(page, app, given.rounds, tag)]
    told("press to first result, less the latency", found, "s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, nargs="+", default=[1.0, 2.0])
    parser.add_argument("--outputs", type=int, default=50)
    given = parser.parse_args()
    with serving_endpoint() as (endpoint, url), tempfile.TemporaryDirectory() as folder:
        endpoint.answer = refinable.answer
        os.environ |= {"LABELCORE_BASE_URL": url, "LABELCORE_API_KEY": "k", "LABELCORE_MODEL": "mock"}
        settings.cache_clear()
        path = Path(folder) / "bench.duckdb"
        made(path)
        for latency in given.latency:
            measure(endpoint, path, latency, given)


if __name__ == "__main__":
    main()

"""Fixtures of the grading card's journeys."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from labelcore.stages import demonstrating, projects
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.chromium import LONGEST, chromium
from tests.databases import made_once
from tests.journeys._card import PAGE, PLAIN, Trial, under_policy
from tests.journeys._server import Server

expect.set_options(timeout=LONGEST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of the whole app, which take minutes, come before those of the card alone: so no worker is left
    with one when the others are done.
    """
    items.sort(key=lambda item: "trial" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page as wide as a laptop's."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    yield page
    page.close()


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project as `labelcore demo` makes it, to be copied."""
    return made_once(tmp_path_factory, "sample.duckdb", _demonstrate)


def _demonstrate(path: Path) -> None:
    db = open_database(path)
    demonstrating.demo(Workspace(db, projects.open_project(db, "sample")))
    close_database(path)


@pytest.fixture(scope="session")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """One server for all trials, and where they have their folders."""
    folder = tmp_path_factory.mktemp("trials")
    with Server(PAGE, {"CARD_TRIALS": str(folder)}) as server:
        yield server, folder


@pytest.fixture
def trial(trials: tuple[Server, Path]) -> Callable[..., Trial]:
    server, folder = trials

    def make(items: list[dict[str, Any]] = PLAIN, **settings: Any) -> Trial:
        if server.process is None:  # a test that failed had stopped it
            server.start()
        return Trial(server, Path(tempfile.mkdtemp(dir=folder)), items, settings)

    return make


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []
    violations: list[str] = []

    def note(message: ConsoleMessage) -> None:
        is_streamlits_own = "Executing inline script" in message.text  # a flag for crawlers
        if "Content Security Policy" in message.text and not is_streamlits_own:
            violations.append(message.text)

    def make(trial: Trial, **options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.route(re.compile(f"^{re.escape(trial.url)}$"), under_policy)
        page.on("console", note)
        page.goto(trial.url)
        expect(page.locator(".card")).to_be_visible()
        return page

    yield make
    for context in contexts:
        context.close()
    assert not violations

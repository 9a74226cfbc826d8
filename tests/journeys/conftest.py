"""Fixtures of the grading card's journeys."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.journeys._card import FLAGS, PLAIN, Trial, under_policy


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Callable[..., Trial]]:
    trials: list[Trial] = []

    def make(items: list[dict[str, Any]] = PLAIN, **settings: Any) -> Trial:
        trials.append(Trial(tmp_path, items, settings))
        trials[-1].server.start()
        return trials[-1]

    yield make
    for started in trials:
        started.server.stop()


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
        page.route(trial.server.url, under_policy)
        page.on("console", note)
        page.goto(trial.server.url)
        expect(page.locator(".card")).to_be_visible(timeout=20_000)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not violations

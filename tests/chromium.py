"""A Chromium for journeys, pictures and benches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.bring_chromium import installed

LONGEST = 120_000
"""Milliseconds until what is waited for must be drawn, on the busiest of machines."""
_UNDER_WAY = Path(__file__).parent / "under_way.js"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=LocalNetworkAccessChecks",  # an answer with a policy added has no address
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that is there, or that LABELCORE_CHROMIUM names, while the block runs."""
    path = installed()  # before Playwright runs, which it may start itself
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        browser.on("context", _prepare)
        yield browser
        browser.close()


def _prepare(context: BrowserContext) -> None:
    context.set_default_timeout(LONGEST)
    context.add_init_script(path=_UNDER_WAY)

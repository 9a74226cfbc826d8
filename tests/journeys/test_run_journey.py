"""A run that is begun in a box is seen beside it, and can be stopped: the box does not stand over it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from labelcore.settings import settings
from labelcore.store import close_database, open_database
from tests import refinable
from tests.app_server import serving
from tests.journeys.rules import settle
from tests.mock_endpoint import serving as serving_endpoint

pytestmark = pytest.mark.journey


def test_a_run_of_some_judges_is_stopped_where_it_is_watched(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "app.duckdb"
    page = browser.new_page(viewport={"width": 390, "height": 844})
    with serving_endpoint() as (endpoint, url):
        endpoint.answer = refinable.answer
        for name, value in (("BASE_URL", url), ("API_KEY", "k"), ("MODEL", "mock")):
            monkeypatch.setenv(f"LABELCORE_{name}", value)
        settings.cache_clear()
        refinable.make(open_database(database))
        close_database(database)
        given = {"labelcore-project": refinable.PROJECT, "labelcore-role": "engineer"}
        with serving(database, refinable.PROJECT, "ann") as app, endpoint.held():
            page.goto(f"{app}/judging?{urlencode(given)}")
            settle(page)
            page.get_by_role("button", name="Run some").click()
            page.get_by_role("button", name="Begin").click()
            page.get_by_role("button", name="Stop").click()
            expect(page.get_by_role("button", name="Begin")).to_be_hidden()
            endpoint.answering.set()
            expect(page.get_by_text(re.compile("^Stopped: "))).to_be_visible()
    page.close()
    settings.cache_clear()

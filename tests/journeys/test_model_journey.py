"""A model is connected from the Judges page, where nothing is connected yet."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.app_server import serving
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey


def test_what_comes_of_connecting_a_model_is_said_where_it_was_typed(
    browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    with serving(tmp_path / "app.duckdb", "shop", "sam") as url:
        page.goto(f"{url}/judging")
        page.get_by_role("button", name="No model is connected").click()
        settle(page)
        page.get_by_role("link", name="Connect one in a minute").click()
        address = page.get_by_role("textbox", name="Address", exact=True)
        address.wait_for()
        settle(page)  # what is drawn anew loses what is typed
        address.fill("http://169.254.169.254/v1")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("No endpoint may stand at http://169.254.169.254/v1.")).to_be_visible()
        settle(page)
        address.fill("http://localhost:11434/v1")  # whoever sits here may let one stand on this machine
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("ollama is added. Test it next.")).to_be_visible()
    page.close()

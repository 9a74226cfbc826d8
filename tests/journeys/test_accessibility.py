"""Every page of the real app against axe's rules for WCAG A and AA, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from labelcore.stages import grading, judging, projects
from labelcore.stages.aligning import choosing_set
from labelcore.stages.deriving import derivation
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from pages.widgets import keys, menu
from tests.app_server import serving
from tests.journeys.rules import broken, settle
from tests.stages.test_loop import plant

pytestmark = pytest.mark.journey

_SHOWN = ("how", "verdicts", "race", "rulings", "check", "schema", "bring", "models")
VIEWS = tuple(f"judging?show={view}" for view in _SHOWN)
PAGES = ("", *(menu.address(file) for file, _, _ in menu.menu()[1:]), *VIEWS)

RINGLESS = """() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const field = "input:not([type=radio], [type=checkbox]), textarea, canvas, [role=gridcell]";
  if (!active || active === document.body || active.matches(field)) return "";
  const carrier = active.closest(active.matches("input") ? "label" : "text") ?? active;
  const style = getComputedStyle(carrier);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const seen = carrier.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const crossed = active.matches("main") && getComputedStyle(active, "::before").content !== "none";
  const good = ring && seen && !crossed;
  return good ? "" : active.innerText || active.ariaLabel || active.outerHTML.slice(0, 80);
}"""
"""What has the focus unseen, without a line around it or, as the whole page, with one through its title;
Streamlit frames a field itself.
"""
STOPS = 40

CONTRAST = """element => {
  const brush = document.createElement("canvas").getContext("2d");
  const light = (colour) => {
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const parts = [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = parts.map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const ground = light(getComputedStyle(document.querySelector(".stApp")).backgroundColor);
  const text = light(getComputedStyle(element).color);
  return Math.max(ground, text) / Math.min(ground, text);
}"""
"""Of an element's text with the ground of the page; axe leaves tabs out, over which a line moves."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("app") / "app.duckdb"
    db = open_database(path)
    project = projects.open_project(db, "test")
    plant(Workspace(db, project))
    derivation.derive(Workspace(db, project), offline=True, accept_all=True)
    judging.propose(Workspace(db, project))
    judging.run_judges(Workspace(db, project))
    choosing_set.choose(Workspace(db, project))
    grading.set_rules(Workspace(db, project), ask_criteria=True, suggestions="first")
    close_database(path)
    with serving(path, "test", "ben") as url:
        yield url


def test_no_page_breaks_the_rules(app: str, browser: Browser) -> None:
    found: list[str] = []
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page = browser.new_page(color_scheme=scheme, bypass_csp=True)
        for name in PAGES:
            page.goto(f"{app}/{name}")
            page.locator("h1").first.wait_for()
            settle(page)
            found += broken(page, f"{scheme} /{name}")
            for at in range(1, page.locator("[role=tab]").count()):
                tab = page.locator("[role=tab]").nth(at)
                tab.click()
                settle(page)
                found += broken(page, f"{scheme} /{name} {tab.inner_text()}")
        page.close()
    assert not found, found


def test_a_moment_can_be_chosen_on_a_phone(app: str, browser: Browser) -> None:
    size: ViewportSize = {"width": 390, "height": 844}
    page = browser.new_context(viewport=size, bypass_csp=True).new_page()
    page.goto(f"{app}/results?{keys.RESULTS_VIEW}=judges")
    page.get_by_role("spinbutton").first.wait_for()
    settle(page)
    assert not broken(page, "/results, judges in use")
    page.goto(f"{app}/judging?show=bring&labelcore-language=zh")
    page.get_by_role("button", name="选择文件").wait_for()
    settle(page)
    assert not broken(page, "/judging, a prompt is brought in Chinese")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chosen_tab_is_read(app: str, browser: Browser, scheme: Literal["light", "dark"]) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(f"{app}/team")
    chosen = page.locator("[role=tab][aria-selected=true] p").first
    chosen.wait_for()
    settle(page)
    assert chosen.evaluate(CONTRAST) >= 4.5
    page.close()


@pytest.mark.parametrize(
    "name", ["home", "importing", "progress", "team", "deriving", "judging", "results", "exporting"]
)
def test_where_the_keyboard_is_is_seen(app: str, page: Page, name: str) -> None:
    page.goto(f"{app}/{name}")
    page.locator("h1").first.wait_for()
    settle(page)
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(RINGLESS) == ""

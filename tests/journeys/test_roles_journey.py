"""An invitation is opened, and project, person, role and language come along to every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from labelcore.stages import importing, projects
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.app_server import serving
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two projects; the one that is not opened by itself has outputs."""
    folder = tmp_path_factory.mktemp("app")
    database, answers = folder / "app.duckdb", folder / "answers.csv"
    answers.write_text("output\n" + "".join(f"Answer {number}.\n" for number in range(5)))
    db = open_database(database)
    projects.open_project(db, "empty")
    importing.import_file(Workspace(db, projects.open_project(db, "support")), str(answers))
    close_database(database)
    with serving(database, "empty") as url:
        yield url


def test_the_way_back_leads_to_the_tab_that_was_open(app: str, page: Page) -> None:
    page.goto(f"{app}/team")
    page.get_by_role("tab", name="Rules", exact=True).click()
    expect(page.get_by_label("People on each output")).to_be_visible()  # open, and drawn
    expect(page).to_have_url(re.compile("team-tab-en=Rules"))
    for held in ((), ("Control",)):  # Streamlit opens it here whatever key is held
        page.get_by_role("link", name="Outputs", exact=True).first.click(modifiers=[*held])
        expect(page.locator("h1")).to_have_text("Outputs")
        page.go_back()
        expect(page.get_by_label("People on each output")).to_be_visible()
        expect(page).to_have_url(re.compile("team-tab-en=Rules"))


def test_what_nobody_chose_comes_along_to_the_next_page(tmp_path: Path, browser: Browser) -> None:
    database = tmp_path / "app.duckdb"
    db = open_database(database)
    for name in ("first", "support"):
        projects.open_project(db, name)
    close_database(database)
    with serving(database, "support") as url:
        come_to_outputs(url, browser.new_page(locale="zh-CN"))


def come_to_outputs(url: str, page: Page) -> None:
    page.goto(url)
    page.get_by_role("link", name="输出", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("输出")
    settle(page)
    expect(page.get_by_role("link", name="评判器", exact=True).first).to_be_visible()
    for name, value in (("language", "%E4%B8%AD%E6%96%87"), ("project", "support")):
        expect(page).to_have_url(re.compile(f"labelcore-{name}={value}"))
    page.close()


def _place(role: str) -> str:
    named = {"project": "support", "annotator": "梅", "role": role, "language": "中文"}
    return urlencode({f"labelcore-{name}": value for name, value in named.items()})


def test_an_expert_who_was_invited_stays_who_and_where_they_are(app: str, page: Page) -> None:
    page.goto(f"{app}/progress?{_place('expert')}")
    menu = page.locator("[data-testid=stSidebarUserContent] a")
    expect(menu).to_have_count(2)
    for name, value in (("project", "support"), ("role", "expert")):
        expect(menu.first).to_have_attribute("href", re.compile(f"labelcore-{name}={value}"))
    menu.first.click()
    for named in ("project=support", "annotator=%E6%A2%85", "role=expert", "language=%E4%B8%AD%E6%96%87"):
        expect(page).to_have_url(re.compile(f"/grading.*labelcore-{named}"))
    expect(page.locator(".card")).to_be_visible()
    settle(page)
    expect(menu).to_have_count(2)
    expect(page.get_by_role("textbox", name="您的姓名")).to_have_value("梅")
    page.go_back()  # one step, for one page
    expect(page.locator("h1")).to_have_text("我的进度")
    expect(page.get_by_role("textbox", name="您的姓名")).to_have_value("梅")
    page.set_viewport_size({"width": 390, "height": 800})
    opening = page.get_by_test_id("stExpandSidebarButton")
    opening.wait_for()
    settle(page)
    opening.click()
    menu.first.click()  # on a phone the menu gives the page free
    expect(page).to_have_url(re.compile("/grading"))
    expect(opening).to_be_visible()


def test_the_next_step_opens_its_page(app: str, page: Page) -> None:
    page.goto(f"{app}/?{_place('engineer')}")
    page.locator("button[kind=primary]").first.wait_for()
    settle(page)
    page.locator("button[kind=primary]").first.click()
    expect(page).to_have_url(re.compile("/(grading|sampling|importing)"))
    link = page.locator("[data-testid=stSidebarUserContent] a").first
    expect(link).to_have_attribute("href", re.compile("labelcore-project=support"))
    expect(page).to_have_url(re.compile("labelcore-project=support"))
    settle(page)
    page.go_back()
    expect(page).to_have_url(re.compile(rf"^{app}/\?"))
    expect(page.locator("button[kind=primary]").first).to_be_visible()


def test_without_a_name_the_page_asks_for_it(app: str, page: Page) -> None:
    page.goto(f"{app}/grading?labelcore-project=support&labelcore-language=English")
    name = page.get_by_label("Write your name first: every grade carries the name of who gave it.")
    name.wait_for()
    settle(page)  # what is drawn anew loses what is typed
    name.fill("mei")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".card")).to_be_visible()


def test_no_heading_is_a_stop_of_the_keyboard(app: str, page: Page) -> None:
    page.goto(f"{app}/?{_place('manager')}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(":is(h1, h2, h3, h4) a:visible")).to_have_count(0)

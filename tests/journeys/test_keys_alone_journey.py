"""An expert grades from the door to the last output, and a manager reads the answer, with keys alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from labelcore.stages import grading, importing, projects
from labelcore.stages.importing import Description
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.app_server import serving
from tests.journeys._card import expect_status
from tests.journeys.by_keys import press, tab_to
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey

N = 16
WORDS = {
    "English": {
        "name": "Write your name first",
        "note": "promises a refund",
        "progress": "My progress",
        "mine": "You graded 16: 6 passed, 5 failed, 5 unsure; 5 with a note. 0 left.",
        "results": "Results",
        "better": "Clearly better",
        "versions": "v2 against v1",
        "share": "Share",
        "measured": "How this was measured",
    },
    "中文": {
        "name": "请先填写您的姓名",
        "note": "承诺了退款",
        "progress": "我的进度",
        "mine": "您已评 16 条：6 条通过，5 条不通过，5 条不确定；其中 5 条写了备注。还剩 0 条。",
        "results": "结果",
        "better": "明显更好",
        "versions": "v2 对比 v1",
        "share": "分享",
        "measured": "这是怎么测的",
    },
}
SEEN = """() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const box = active.getBoundingClientRect();
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  const shown = active.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  return active === document.body || (inside && shown) ? "" : active.outerHTML.slice(0, 90);
}"""
"""What has the focus out of sight."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A project to grade, with guidelines, and one whose second version is better."""
    folder = tmp_path_factory.mktemp("app")
    db = open_database(folder / "app.duckdb")
    for name, versions in (("fresh", [""]), ("graded", ["v1", "v2"])):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["input", "output", "prompt_version", "grade", "annotator"])
            for version in versions:
                grade = {"": "", "v1": "bad", "v2": "good"}[version]
                rows.writerows(
                    (f"Question {at}?", f"{version} answer {at}.", version, grade, grade and "Ana")
                    for at in range(N)
                )
        place = Workspace(db, projects.open_project(db, name))
        grades = {"grades": ("overall=grade",), "passes": ("good",), "fails": ("bad",)} if versions[0] else {}
        importing.import_file(place, str(folder / f"{name}.csv"), described=Description(**grades))
    place = Workspace(db, projects.open_project(db, "fresh"), "Lea")
    for language, text in (("en", "# What is good\nIt answers."), ("zh", "# 什么算好\n回答了问题。")):
        grading.set_guidelines(place, text=text, language=language)
    close_database(folder / "app.duckdb")
    with serving(folder / "app.duckdb", "fresh") as url:
        yield url


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    yield page
    page.close()


def opened(page: Page, app: str, address: str, **place: Any) -> None:
    named = {f"labelcore-{name}": value for name, value in place.items()}
    page.goto(f"{app}/{address}?{urlencode(named)}")


def choose(page: Page, words: str) -> None:
    """In the menu, closed on a phone; the keyboard goes on in it, behind it, and then in the page."""
    if page.viewport_size and page.viewport_size["width"] < 500:
        opens = page.get_by_test_id("stExpandSidebarButton")
        first = page.get_by_test_id("stSidebar").get_by_role("link").first
        press(page, "keyboard_double_arrow_right")
        expect(first).to_be_focused()
        press(page, "keyboard_double_arrow_left")
        expect(opens).to_be_focused()
        page.keyboard.press("Enter")
        expect(first).to_be_focused()
    press(page, words, "a")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("language", WORDS)
def test_an_expert_grades_from_the_door_to_the_last_output(app: str, page: Page, language: str) -> None:
    words = WORDS[language]
    width = page.viewport_size["width"] if page.viewport_size else 0
    opened(page, app, "grading", project="fresh", role="expert", language=language)
    tab_to(page, words["name"], "input")
    page.keyboard.type(f"Mei {width} {language}")
    page.keyboard.press("Enter")
    guide = page.locator("dialog.guide")
    expect(guide).to_be_visible()
    page.keyboard.press("Enter")
    expect(guide).to_be_hidden()
    card, ids = page.locator(".card"), []
    for at in range(N):
        ids.append(card.get_attribute("data-output-id"))
        page.keyboard.press("pfu"[at % 3])
        if at % 3 == 1:
            expect(page.locator(".card textarea").first).to_be_focused()
            page.keyboard.type(words["note"])
            page.keyboard.press("Enter")
        if at < N - 1:
            expect(card).not_to_have_attribute("data-output-id", str(ids[-1]))
        if at == 3:
            page.keyboard.press("z")
            expect(card).to_have_attribute("data-output-id", str(ids[-1]))
            page.keyboard.press("y")
            expect(card).not_to_have_attribute("data-output-id", str(ids[-1]))
        if at == 4:
            page.keyboard.press("i")
            expect(guide).to_be_visible()
            page.keyboard.press("Escape")
            expect(guide).to_be_hidden()
    assert len(set(ids)) == N
    expect_status(page, "saved")
    choose(page, words["progress"])
    expect(page.locator("h1")).to_have_text(words["progress"])
    expect(page.get_by_test_id("stMain")).to_contain_text(words["mine"])


@pytest.mark.parametrize("language", WORDS)
def test_a_manager_reads_which_version_is_better(app: str, page: Page, language: str) -> None:
    words = WORDS[language]
    opened(page, app, "home", project="graded", annotator="Tom", role="manager", language=language)
    choose(page, words["results"])
    for answer in ("better", "versions"):
        expect(page.get_by_text(words[answer]).first).to_be_visible()
    settle(page)
    stops = []
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN) == ""
        stops.append(page.evaluate("document.activeElement.innerText ?? ''"))
        if words["share"] in stops[-1]:
            break
    assert any(words["measured"] in stop for stop in stops)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    expect(page.get_by_role("button", name=words["share"])).to_be_focused()

"""On the sample a manager learns whether v2 is better; an expert grades fifteen on a phone in Chinese."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_server import serving
from tests.journeys.by_keys import press
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey

GRADES = 15
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def app(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = Path(shutil.copy(sample_file, tmp_path_factory.mktemp("sample") / "app.duckdb"))
    with serving(database, "sample") as url:
        yield url


def test_a_manager_learns_by_keys_that_v2_is_better_and_on_what_that_rests(app: str, page: Page) -> None:
    page.goto(f"{app}/?labelcore-role=manager&labelcore-language=English")
    expect(page.get_by_text(re.compile(r"v2 against v1: \+\d+ points\. Clearly better"))).to_be_visible()
    expect(page.get_by_text("Next for the team:")).to_be_visible()  # no button to a page of somebody else
    press(page, "Why, and what fails most")
    expect(page.get_by_text("graded by people")).to_be_visible()
    expect(page.get_by_text("the difference may come from the model")).to_be_visible()
    press(page, "Share")
    expect(page.get_by_text("Report as PDF")).to_be_visible()


def test_a_manager_goes_to_how_it_was_measured_and_back_and_stays_there(app: str, page: Page) -> None:
    page.goto(f"{app}/results?labelcore-role=manager&labelcore-language=English")
    versions = page.get_by_role("radio", name="version", exact=True)
    links = ("How this was measured", "Back to the results")
    for shown in (*(page.get_by_role("link", name=name) for name in links), versions):
        shown.wait_for()
        settle(page)
        shown.click()
    second = page.locator("svg a", has_text="v2")
    expect(second).to_be_visible()
    expect(versions).to_be_checked()
    expect(page.get_by_text("Over time")).to_be_visible()
    assert "view=" not in page.url
    settle(page)
    second.click()
    expect(page.get_by_text("75 outputs match")).to_be_visible()
    expect(page.get_by_role("button", name="version: v2")).to_be_visible()


def test_an_expert_grades_fifteen_with_notes_on_a_phone_in_chinese(app: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN")
    page = context.new_page()
    place = f"labelcore-role=expert&labelcore-annotator={quote('李')}"
    page.goto(f"{app}/grading?{place}")
    for place_in_queue in range(1, GRADES + 1):
        expect(page.get_by_text(re.compile(rf"^{place_in_queue} / \d+$"))).to_be_visible()
        if place_in_queue % 3:
            page.get_by_role("button", name="通过", exact=True).tap()
            continue
        page.get_by_role("button", name="不通过", exact=True).tap()
        page.locator("textarea:visible").press_sequentially("没有说明退款")
        page.get_by_role("button", name="保存并继续").tap()
    expect(page.get_by_text("已保存")).to_be_visible()
    page.goto(f"{app}/progress?{place}")
    expect(page.get_by_text(f"{GRADES}").first).to_be_visible()
    context.close()


def test_an_expert_grades_fifteen_with_notes_by_keys_alone_in_chinese(app: str, page: Page) -> None:
    place = {"role": "expert", "annotator": "周", "language": "中文"}
    page.goto(f"{app}/?{urlencode({f'labelcore-{name}': value for name, value in place.items()})}")
    press(page, "评分", "button")
    for place_in_queue in range(1, GRADES + 1):
        expect(page.get_by_text(re.compile(rf"^{place_in_queue} / \d+$"))).to_be_visible()
        page.keyboard.press("p" if place_in_queue % 3 else "f")
        if place_in_queue % 3 == 0:
            page.keyboard.insert_text("没有说明退款")
            page.keyboard.press("Enter")
    expect(page.get_by_text("已保存")).to_be_visible()
    press(page, "我的进度", "a")
    expect(page.get_by_text(re.compile(rf"您已评 {GRADES} 条.*{GRADES // 3} 条写了备注"))).to_be_visible()

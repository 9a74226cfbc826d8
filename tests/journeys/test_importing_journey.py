"""A file of ratings from 1 to 5 comes in by the page, in Chinese: nobody reads a manual first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from labelcore.stages import projects
from labelcore.store import close_database, grades, open_database
from tests.app_server import serving
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey

ROWS = "问题,回答,评分,评语\n" + "".join(
    f"能退货吗？第 {n} 单,可以的，三十天内都能退，第 {n} 单。,{n % 5 + 1},评语{n}\n" for n in range(20)
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(locale="zh-CN")
    yield page
    page.close()


def test_ratings_come_in_with_the_threshold_that_a_person_sets(tmp_path: Path, page: Page) -> None:
    database = tmp_path / "app.duckdb"
    with serving(database, "shop", "王芳") as url:
        page.goto(f"{url}/importing")
        page.locator("input[type=file]").set_input_files(
            {"name": "十月.csv", "mimeType": "text/csv", "buffer": ROWS.encode("gb18030")}
        )
        shown = page.locator(".card.shown")
        expect(shown).to_contain_text("三十天内都能退，第 0 单")
        expect(page.get_by_text("按 gb18030 编码读取")).to_be_visible()
        settle(page)
        page.get_by_role("button", name="作为评分采用").click()
        expect(page.get_by_text("2 “评分”的每个值是什么意思？")).to_be_visible()
        bring = page.get_by_role("button", name="导入 20 条输出")
        expect(bring).to_be_disabled()
        for threshold, passes, fails in (("2", 16, 4), ("4", 8, 12)):
            settle(page)
            page.get_by_role("combobox", name="合格线（不低于）").click()
            page.get_by_role("option", name=threshold, exact=True).click()
            expect(page.get_by_text(f"{passes} 通过", exact=True)).to_be_visible()
            expect(page.get_by_text(f"{fails} 不通过", exact=True)).to_be_visible()
        settle(page)
        bring.click()
        expect(page.get_by_text("新输出 20 条").first).to_be_visible()
        settle(page)
        page.get_by_role("button", name="从备注归纳标准").click()
        expect(page).to_have_url(re.compile("/deriving"))
    db = open_database(database)
    project = projects.open_project(db, "shop", create=False)
    values = [grade.value for grade in grades.current(db, project.id)]
    close_database(database)
    assert (values.count("pass"), values.count("fail")) == (8, 12)

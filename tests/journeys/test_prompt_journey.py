"""A better prompt is found and kept in the app, by mouse and by keyboard; the endpoint reads what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.refining.keeping import in_use
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from pages.widgets.judging.editor import VIEWS
from tests import refinable
from tests.app_server import serving
from tests.chromium import chromium
from tests.journeys.rules import broken, settle
from tests.mock_endpoint import MockEndpoint, serving as serving_endpoint

pytestmark = pytest.mark.journey

USER = "User: what it is asked of each output"
WHY = "Why (for the history)"
FOUND = re.compile("不好的输出中找出 100%.*n = 33.*好的输出中误判 4%.*n = 47")
"""33 of 33 bad outputs, and 2 of 47 good ones, as they are planted."""
_FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!["BUTTON", "INPUT", "TEXTAREA"].includes(element?.tagName)) return "";
  return `${element?.innerText ?? ""} ${element?.getAttribute("aria-label") ?? ""} ${element?.id ?? ""}`;
}"""


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        yield page


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockEndpoint]:
    with serving_endpoint() as (endpoint, url):
        endpoint.answer = refinable.answer
        endpoint.answer_as = {"knowing": lambda prompt: refinable.answer(f"{refinable.TOLD}\n{prompt}")}
        monkeypatch.setenv(
            "LABELCORE_ENDPOINTS", json.dumps({"second": {"base_url": url, "model": "knowing"}})
        )
        for name, value in (("BASE_URL", url), ("API_KEY", "k"), ("MODEL", "mock")):
            monkeypatch.setenv(f"LABELCORE_{name}", value)
        settings.cache_clear()
        yield endpoint
    settings.cache_clear()


@pytest.fixture
def database(tmp_path: Path, endpoint: MockEndpoint) -> Path:
    """The project whose judge has decided all outputs."""
    assert endpoint
    path = tmp_path / "app.duckdb"
    workspace, _ = refinable.make(open_database(path))
    judging.run_judges(workspace)
    close_database(path)
    return path


def address(app: str, **more: str) -> str:
    given = {"project": refinable.PROJECT, "annotator": "ann", "role": "engineer", "language": "English"}
    return f"{app}/judging?{urlencode({f'labelcore-{name}': value for name, value in given.items()} | more)}"


def kept(database: Path) -> tuple[int, str, str]:
    db = open_database(database)
    workspace = Workspace(db, refinable.project_of(db), "ann")
    version = in_use(workspace, judging.active_judges(workspace)[0].judge_id)
    return version.version, version.why, str(version.spec["template"]["user"])


def figures(database: Path) -> int:
    """How many outputs the better prompt mends."""
    db = open_database(database)
    mended, _ = refinable.planted(Workspace(db, refinable.project_of(db), "ann"))
    close_database(database)
    return len(mended)


def test_by_mouse(database: Path, page: Page) -> None:
    mended = figures(database)
    with serving(database, refinable.PROJECT, "ann") as app:
        page.goto(address(app))
        page.get_by_role("button", name="How it decides").wait_for()
        settle(page)
        page.get_by_role("button", name="How it decides").click()
        page.set_viewport_size({"width": 1440, "height": 400})  # what leads to the editor stands far down
        page.get_by_role("button", name="Edit prompt").click()
        area = page.get_by_label(USER)
        expect(area).to_be_in_viewport()
        page.set_viewport_size({"width": 1440, "height": 1000})
        expect(area).to_have_value(re.compile("{{output}}"))
        settle(page)
        area.click()
        area.fill(f"{refinable.TOLD}\n\n{area.input_value()}")
        expect(page.locator("code", has_text=refinable.TOLD)).to_be_visible()  # as the model sees it
        settle(page)
        page.get_by_role("button", name=re.compile("reference$")).click()
        expect(area).to_have_value(re.compile("{{reference}}"))
        settle(page)
        page.get_by_role("button", name="Try it").click()
        expect(page.get_by_role("heading", name=re.compile("^Better"))).to_be_visible()
        expect(page.get_by_text(f"Mended ({mended})")).to_be_visible()
        settle(page)
        page.get_by_label(WHY).fill("counts goodwill")
        page.get_by_role("button", name="Keep it").click()
        expect(page.get_by_text("Version 2 is in use.")).to_be_visible()
        settle(page)
        page.get_by_role("button", name="Let it decide the graded outputs").click()
        expect(page.get_by_text(re.compile(r"Finds 100% .* of the bad outputs"))).to_be_visible()
    version, why, user = kept(database)
    assert (version, why) == (2, "counts goodwill")
    assert refinable.TOLD in user
    assert "{{reference}}" in user


def tab_to(page: Page, words: str, most: int = 80) -> None:
    settle(page)  # what is drawn anew loses the focus
    for _ in range(most):
        page.keyboard.press("Tab")
        if words in page.evaluate(_FOCUSED):
            return
    raise AssertionError(f"no way to {words!r} by Tab")


def press(page: Page, words: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Enter")


def test_by_keyboard(database: Path, page: Page) -> None:
    """Alone, in Chinese, on a phone: from an error of the judge to the figures of the better prompt."""
    mended = figures(database)
    page.set_viewport_size({"width": 390, "height": 844})
    with serving(database, refinable.PROJECT, "ann") as app:
        page.goto(address(app, **{"labelcore-language": "zh"}))
        press(page, "评判器错了")
        press(page, "修改这个评判器")
        expect(page.get_by_label("用户部分")).to_be_visible()
        tab_to(page, "user")
        page.keyboard.press("Control+Home")
        page.keyboard.type(f"{refinable.TOLD[:20]}")
        expect(page.get_by_text("尚未保存为版本")).to_be_visible()
        settle(page)
        page.keyboard.type(f"{refinable.TOLD[20:]}\n\n")  # who pauses goes on where they were
        expect(page.locator("code", has_text=refinable.TOLD)).to_be_visible()
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("heading", name=re.compile("^更好"))).to_be_visible()
        expect(page.get_by_text(f"修好（{mended}）")).to_be_visible()
        tab_to(page, "原因")
        page.keyboard.type("善意补偿也算承诺")
        page.keyboard.press("Enter")
        expect(page.get_by_text("第 2 版已启用。")).to_be_visible()
        press(page, "返回评判器")
        press(page, "如何判定")
        press(page, "让它判断已评分的输出")
        expect(page.get_by_text(FOUND)).to_be_visible()
        press(page, "启用第 1 版")
        expect(page.get_by_text("第 1 版已启用。")).to_be_visible()
        press(page, "启用第 2 版")
        expect(page.get_by_text("第 2 版已启用。")).to_be_visible()
        hints = page.get_by_text(re.compile(r"^Alt \+ \d$|^Alt$")).locator("visible=true")
        expect(hints).to_have_count(0)
        page.set_viewport_size({"width": 1440, "height": 1000})
        expect(hints).not_to_have_count(0)
        page.keyboard.press("Alt+1")
        expect(page.get_by_label("用户部分")).to_have_value(re.compile(f"^{refinable.TOLD}"))
    version, why, user = kept(database)
    assert (version, why) == (2, "善意补偿也算承诺")
    assert user.startswith(refinable.TOLD)


def test_a_row_of_many_tried_at_once_opens_its_outputs_also_after_a_reload(
    database: Path, page: Page
) -> None:
    with serving(database, refinable.PROJECT, "ann") as app:
        page.goto(address(app, show="prompt-matrix"))
        page.get_by_role("button", name="Try them all (2)").click()
        open_row(page, 1)
        page.reload()
        expect(page.get_by_text("found again from stored answers")).to_be_visible()
        open_row(page, 1)
        page.get_by_role("radio", name="Still right").click()
        expect(page.get_by_text("Tried: pass. nothing is promised").first).to_be_visible()


def open_row(page: Page, row: int) -> None:
    """What became of the outputs of a row of the table: the page draws rows on a canvas."""
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    settle(page)
    table.click(position={"x": 15, "y": 35 * (row + 1) + 17})
    expect(page.get_by_text("Tried: fail. it promises money").first).to_be_visible()


def test_no_view_of_the_editor_breaks_the_rules(database: Path, endpoint: MockEndpoint, page: Page) -> None:
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    found = []
    with serving(database, refinable.PROJECT, "ann") as app:
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            for view in VIEWS:
                page.goto(address(app, show=view))
                expect(page.get_by_role("button", name="Back to the judge")).to_be_visible()
                settle(page)
                found += broken(page, f"{scheme} {view}")
        page.goto(address(app, show="prompt"))
        found += in_the_states_of_a_trial(page, endpoint)
    assert not found, "\n".join(found)


def in_the_states_of_a_trial(page: Page, endpoint: MockEndpoint) -> list[str]:
    """What is wrong while a trial runs, with its results, and where the endpoint refuses."""
    area = page.get_by_label(USER)
    expect(area).to_have_value(re.compile("{{output}}"))
    with endpoint.held():
        area.fill(f"{area.input_value()}\n{refinable.TOLD} {len(endpoint.prompts)}")
        area.press("Control+Enter")
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        found = broken(page, "running")
    expect(page.get_by_text(re.compile(r"^Mended \("))).to_be_visible()
    settle(page)
    found += broken(page, "results")
    endpoint.shares = {"401": 1.0}
    page.get_by_role("button", name="Write").click()
    area.fill(f"{area.input_value()} Twice.")
    area.press("Control+Enter")
    expect(page.get_by_text(re.compile("refuses the key"))).to_be_visible()
    settle(page)
    endpoint.shares = {}
    return found + broken(page, "refused")

"""Every page on the sample project, in each width, theme and language: a ruler finds nothing on any."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from labelcore.store import close_database, open_database
from pages.widgets import menu
from tests.app_server import serving
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey

RULER = (Path(__file__).parent / "ruler.js").read_text("utf-8")
LIMITS = {"field": 140, "tall": 2_700, "words": 500}
LOOKS = [
    (1440, "light", "en"),
    (1024, "dark", "en"),
    (1024, "light", "zh"),
    (390, "light", "en"),
    (1440, "dark", "zh"),
    (390, "light", "zh"),
]
"""A theme changes no place, so each stands at least once with every language."""
KEYS = {"grading": ("f",)}
"""States that a key opens."""
_ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}")
_HIDDEN = ("Link to heading",)
"""What a style sheet takes away."""
_CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def sample(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sample project, as `labelcore demo` makes it."""
    return Path(shutil.copy(sample_file, tmp_path_factory.mktemp("sample") / "app.duckdb"))


@pytest.fixture(scope="module")
def app(sample: Path) -> Iterator[str]:
    with serving(sample, "sample") as url:
        yield url


@pytest.fixture(scope="module")
def data(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Everything that people, pipelines and criteria brought in: nobody's to translate."""
    path = Path(shutil.copy(sample, tmp_path_factory.mktemp("data") / "copy.duckdb"))
    db = open_database(path)
    rows = [
        *db.rows("SELECT text, input, context, CAST(conversation AS VARCHAR) FROM output"),
        *db.rows("SELECT DISTINCT CAST(metadata AS VARCHAR) FROM output"),
        *db.rows("SELECT note, annotator FROM grade"),
        *db.rows("SELECT name, statement FROM criterion_version"),
        *db.rows("SELECT name, description FROM judge_version"),
        *db.rows("SELECT DISTINCT reason FROM verdict"),
    ]
    close_database(path)
    return _plain(" ".join(str(cell) for row in rows for cell in row))


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
def test_every_page_fits(
    browser: Browser, app: str, data: str, width: int, theme: Literal["light", "dark"], language: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True
    )
    page = context.new_page()
    faults = []
    for file, _, _ in menu.menu():
        address = menu.address(file)
        _open(page, f"{app}/{address.removeprefix('home')}", language)
        for key in KEYS.get(address, ()):
            page.keyboard.press(key)
            settle(page, looks=1)
        told = page.evaluate(RULER, LIMITS)
        english = _english(told["lines"], data) + _aloud(told["read"], data) if language != "en" else []
        faults += [f"{address}: {fault}" for fault in (*told["found"], *english)]
        assert page.evaluate("document.documentElement.lang") == language
    context.close()
    assert not faults, "\n".join(faults)


def test_menus_of_tables_are_in_the_language_of_the_page(browser: Browser, app: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    _open(page, f"{app}/outputs", "zh")
    assert page.get_by_test_id("stSkipToContent").inner_text() == "跳到正文"
    place = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert place is not None
    end = place["x"] + 279, place["y"] + 18  # of the first column's heading, where its menu opens
    page.mouse.move(*end)
    page.mouse.click(*end)
    menu_of_column = page.get_by_test_id("stDataFrameColumnMenu")
    expect(menu_of_column).to_contain_text("升序排列")
    assert not re.search("(Sort|Format|Autosize|Pin|Hide)", menu_of_column.inner_text())
    page.close()


def _open(page: Page, address: str, language: str) -> None:
    """Until nothing on it is still being made."""
    named = {"project": "sample", "annotator": "jun", "language": language}
    page.goto(f"{address}?" + urlencode({f"labelcore-{key}": value for key, value in named.items()}))
    page.wait_for_selector("h1")
    settle(page, looks=2)  # charts and components move into their places


def _english(lines: list[str], data: str) -> list[str]:
    """Lines with three English words and more and none in Chinese, data aside."""
    left = [line for line in lines if not _CHINESE.search(line)]
    untold = (line for line in left if any(_plain(run) not in data for run in _ENGLISH.findall(line)))
    return [f"english: {line[:80]}" for line in untold]


def _aloud(said: list[str], data: str) -> list[str]:
    """What is read aloud or stands in an empty field in English, data aside."""
    english = (words for words in said if re.fullmatch(r"[A-Za-z][a-z_]+([ /][A-Za-z]+)*", words))
    return [f"aloud: {words}" for words in english if words not in _HIDDEN and _plain(words) not in data]


def _plain(words: str) -> str:
    return re.sub(r"\W+", "", words)


def test_the_ruler_finds_what_it_is_for(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.set_content(
        """<div data-testid=stMain style="overflow: auto">
        <input style="width: 60px"><button style="width: 50px">three words wrap here</button>
        <div style="position: relative; height: 60px">
          <a href=x style="position: absolute">under</a><a href=y style="position: absolute">over it</a>
        </div>
        <p style="width: 60px; overflow: hidden; white-space: nowrap">words that are cut off</p>
        <h3 style="width: 3em">找出不好的输出</h3>
        <p style="width: 700px">wide</p><p style="height: 3000px"></p>"""
        + "word " * 501
        + "</div>"
    )
    found = page.evaluate(RULER, LIMITS)
    rules = {fault.split(":")[0] for fault in found["found"]}
    assert rules == {"narrow", "overlap", "clipped", "sideways", "tall", "words", "torn"}
    assert _aloud(["Expand sidebar", "展开", "jun"], "jun") == ["aloud: Expand sidebar"]
    assert _english(["Drew one more output", "抽取 one more output now", "two words"], "") != []
    page.close()

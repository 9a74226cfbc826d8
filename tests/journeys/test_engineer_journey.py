"""An engineer brings in grades, gets criteria and judges, finds the worst judge, rules on it and mends it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.app_server import serving
from tests.journeys.by_keys import press
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey

GOOD, LONG = 40, 8
WORDS = "Your order leaves our house today and the carrier brings it to your door within two days".split()


def replies() -> Iterator[tuple[str, str, str]]:
    """Short replies are good, also with one long sentence; those of many sentences, long or not, are bad."""
    for n in range(GOOD):
        size = 21 if n % 4 == 0 else 8 + n % 5
        yield f"{' '.join((WORDS * 2)[:size])} {n}.", "good", ""
    for n in range(LONG):
        sentence = f"{' '.join((WORDS * 2)[: 20 + 8 * (n % 2)])} {n}."
        yield " ".join([sentence] * 6), "bad", "Too long" if n % 2 else "too long, nobody needs all this"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[str]:
    with (tmp_path / "replies.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["question", "reply", "rating", "comment", "reviewer"])
        rows.writerows((f"Where is order {n}?", *row, "Dana") for n, row in enumerate(replies()))
    with serving(tmp_path / "app.duckdb", "replies", "sam") as url:
        yield url


def button(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=words, exact=True)


def test_the_worst_judge_is_found_ruled_on_and_mended_by_keys(app: str, page: Page, tmp_path: Path) -> None:
    page.goto(f"{app}/importing")
    # A browser's file dialog cannot be driven; everything after it is keys.
    page.locator("input[type=file]").set_input_files(tmp_path / "replies.csv")
    expect(button(page, f"Import {GOOD + LONG} outputs")).to_be_visible()
    page.locator("h1").first.click()
    press(page, f"Import {GOOD + LONG} outputs")
    expect(page.get_by_text(f"{GOOD + LONG} new outputs").first).to_be_visible()
    press(page, "Make criteria from the notes")  # once: the page that opens does it
    button(page, "Accept").wait_for()
    press(page, "Accept")
    button(page, "Drop").wait_for()
    press(page, "Propose judges")  # once here, too
    button(page, "Run the judges").wait_for()
    press(page, "Run the judges")
    expect(page.get_by_text("Finished:")).to_be_visible()
    columns = page.get_by_role("table", name="Judges").get_by_role("columnheader")
    assert "US$ for 1,000" not in columns.all_inner_texts() and columns.count() == 5  # all are free

    settle(page)
    page.get_by_role("switch", name="All 6 judges").focus()
    page.keyboard.press("Space")
    page.get_by_text("longest sentence", exact=True).first.wait_for()
    press(page, "longest sentence")
    expect(page.get_by_text("in its longest sentence").first).to_be_visible()
    page.get_by_role("button", name="Judge wrong").wait_for()
    settle(page)
    page.keyboard.press("1")
    button(page, "Move its limit").wait_for()
    press(page, "Move its limit")
    limit = page.get_by_label("Its limit: words in its longest sentence")
    limit.wait_for()
    settle(page)  # what is drawn anew loses what is typed
    limit.focus()
    before = float(limit.input_value())
    limit.press_sequentially(f"{before + 4:g}")
    press(page, "Try it")
    expect(page.get_by_text(re.compile(r"^Mended \([1-9]"))).to_be_visible()
    settle(page)
    page.get_by_label("Why (for the history)").press_sequentially("one long sentence is fine")
    press(page, "Keep it")
    expect(page.get_by_text("Version 2 is in use.")).to_be_visible()
    press(page, "Choose the set")
    expect(page.get_by_text("The set is chosen:")).to_be_visible()

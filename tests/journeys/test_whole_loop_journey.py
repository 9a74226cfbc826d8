"""From a file to an alignment in the real app, with the keyboard alone, under its policy."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_server import serving
from tests.journeys.by_keys import press

pytestmark = pytest.mark.journey

WORDS = ["order", "parcel", "window", "colour", "shop", "street", "paper", "garden"]
ROWS = 24
LONG = 40


def rows() -> str:
    """Every third output is far too long."""
    chance = random.Random(5)
    lines = ["id,question,answer"]
    for i in range(ROWS):
        size = chance.randint(60, 90) if i % 3 == 0 else chance.randint(6, 18)
        lines.append(f"r{i},question {i},{' '.join(chance.choice(WORDS) for _ in range(size))}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "answers.csv").write_text(rows())
    with serving(tmp_path / "app.duckdb", "journey", "ann") as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    tab = browser.new_page()
    faults: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if "Content Security Policy" in message.text and "Executing inline" not in message.text
            else None
        ),
    )
    yield tab
    tab.close()
    assert not faults, faults[:3]


def test_import_to_alignment_by_keyboard(app: str, page: Page, tmp_path: Path) -> None:
    page.goto(f"{app}/importing")
    expect(page.get_by_role("heading", name="Import", exact=True)).to_be_visible()
    # A browser's file dialog cannot be driven; everything after it is keys.
    page.locator("input[type=file]").set_input_files(tmp_path / "answers.csv")
    expect(page.get_by_text("3 This is what experts will see")).to_be_visible()
    page.locator("h1").first.click()
    press(page, f"Import {ROWS} outputs")
    expect(page.get_by_text(f"{ROWS} new outputs").first).to_be_visible()

    press(page, "Or draw a sample first")
    expect(page.get_by_role("heading", name="Sample", exact=True)).to_be_visible()
    press(page, "Draw")
    expect(page.get_by_text(f"Drew {ROWS} outputs")).to_be_visible()

    press(page, "Next: grade them")
    card = page.locator(".card")
    expect(card).to_be_visible()
    expect(page.get_by_text(f"1 / {ROWS}")).to_be_visible()
    card.click(position={"x": 4, "y": 4})
    for place in range(1, ROWS + 1):
        expect(page.get_by_text(f"{place} / {ROWS}")).to_be_visible()
        if len(page.locator(".output").inner_text().split()) > LONG:
            page.keyboard.press("f")
            page.keyboard.type("far too long, nobody reads this")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("p")
    next_step = page.get_by_role("button", name="Make criteria from the notes")
    expect(next_step).to_be_visible()

    page.goto(f"{app}/deriving")
    press(page, "Make criteria from the notes")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
    press(page, "Accept")
    expect(page.get_by_role("button", name="Drop")).to_be_visible()

    page.goto(f"{app}/judging")
    press(page, "Propose judges")
    expect(page.get_by_text("candidates are proposed")).to_be_visible()
    press(page, "Run the judges")
    expect(page.get_by_text("Finished:")).to_be_visible()

    page.goto(f"{app}/aligning")
    press(page, "Choose the best set")
    catches = page.get_by_text("of 8 bad outputs it catches 8; of 16 good ones it wrongly fails 0")
    expect(catches.first).to_be_visible()
    expect(page.get_by_text("The second one is the honest figure")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()

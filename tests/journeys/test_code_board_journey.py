"""The board of codes in a real browser: drag, keys, hostile labels; each act is stored once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from labelcore.models import Code, Output, Quote
from labelcore.stages import grading, projects
from labelcore.store import close_database, codes as code_table, open_database, outputs as output_table
from labelcore.workspace import Workspace
from tests.app_server import serving
from tests.journeys.rules import broken, settle

pytestmark = pytest.mark.journey

HOSTILE = "<img src=x onerror=\"document.title='owned'\">[x](javascript:alert(1))"
CODES = {
    "Too long": ("too long", "far too long", "nobody reads that"),
    "太长": ("太长了",),
    "Wrong year": ("wrong year", "the year is wrong"),
    HOSTILE: ("<script>document.title='owned'</script>",),
}


def plant(path: Path) -> None:
    db = open_database(path)
    project = projects.open_project(db, "test")
    quotes = [(label, text) for label, texts in CODES.items() for text in texts]
    output_table.add(
        db, [Output(id=f"o{n}", project_id=project.id, text=f"text {n}") for n in range(len(quotes))]
    )
    for n, (_, text) in enumerate(quotes):
        grading.grade(Workspace(db, project, "ann"), f"o{n}", "fail", note=text)
    ids = {grade.note: grade for grade in grading.current_grades(Workspace(db, project))}
    names = {label: f"code_{at}" for at, label in enumerate(CODES)}
    code_table.save(
        db,
        [Code(id=key, project_id=project.id, label=label) for label, key in names.items()],
        [
            Quote(
                project_id=project.id,
                grade_id=ids[text].id,
                output_id=ids[text].output_id,
                text=text,
                code_id=names[label],
                sure=0.7,
            )
            for label, text in quotes
        ],
    )
    close_database(path)


@pytest.fixture
def board(tmp_path: Path, browser: Browser) -> Iterator[tuple[Page, Callable[[], dict[str, list[str]]]]]:
    path = tmp_path / "app.duckdb"
    plant(path)
    violations: list[str] = []
    with serving(path, "test", "ben") as url:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.on(
            "console",
            lambda message: (
                violations.append(message.text)
                if "Content Security Policy" in message.text and "inline script" not in message.text
                else None
            ),
        )
        page.goto(f"{url}/deriving")
        page.get_by_role("button", name="More").first.click()
        page.get_by_role("button", name="Board of codes").click()
        expect(page.locator(".board .card")).to_have_count(4)
        settle(page)
        yield page, lambda: shown(page)
        page.close()
    db = open_database(path)
    acts = db.rows("SELECT subject FROM audit_event WHERE action = 'codes changed'")
    assert len(set(acts)) == len(acts)
    close_database(path)
    assert not violations


def shown(page: Page) -> dict[str, list[str]]:
    """Each code on the board with its quotes."""
    found = page.locator(".board .card").evaluate_all(
        "cards => cards.map(card => [card.querySelector('.label').textContent,"
        " Array.from(card.querySelectorAll('.words'), (words) => words.textContent)])"
    )
    return {label: sorted(quotes) for label, quotes in found}


def eventually(look: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end
        time.sleep(0.1)


def code(page: Page, label: str) -> str:
    return f".board .card:has(.label:text-is('{label}'))"


def test_codes_are_merged_and_quotes_moved_by_drag_and_taken_back(
    board: tuple[Page, Callable[[], dict[str, list[str]]]],
) -> None:
    page, now = board
    page.drag_and_drop(f"{code(page, '太长')} .code", f"{code(page, 'Too long')} .code")
    eventually(lambda: "太长" not in now())
    assert "太长了" in now()["Too long"]
    expect(page.locator(".board .status")).to_have_text("太长 merged into Too long.")
    page.drag_and_drop(".board .quote:has-text('nobody reads that')", f"{code(page, 'Wrong year')} .code")
    eventually(lambda: "nobody reads that" in now().get("Wrong year", []))
    page.locator(".board .undo").click()
    eventually(lambda: "nobody reads that" in now().get("Too long", []))
    page.locator(".board .undo").click()
    eventually(lambda: now().get("太长") == ["太长了"])
    expect(page.locator(".board .undo")).to_be_hidden()


def test_the_same_by_keys(board: tuple[Page, Callable[[], dict[str, list[str]]]]) -> None:
    page, now = board
    for key in ("Space", "M", "Enter", "Esc"):
        assert key == "Enter" or page.locator(".board kbd", has_text=key).count()
    page.locator(f"{code(page, 'Too long')} .code").focus()
    order = page.locator(".board .card .label").all_inner_texts()
    here, there = order.index("Too long"), order.index("Wrong year")
    page.keyboard.press("Space")
    for _ in range(abs(there - here)):
        page.keyboard.press("ArrowRight" if there > here else "ArrowLeft")
    page.keyboard.press("m")
    eventually(lambda: "Too long" not in now())
    assert "far too long" in now()["Wrong year"]
    expect(page.locator(f"{code(page, 'Wrong year')} .code")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".board .quote:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".board .quote[aria-pressed=true]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".board [aria-pressed=true]")).to_have_count(0)
    page.keyboard.press("u")
    eventually(lambda: "Too long" in now())


def test_a_held_key_or_a_rerun_merges_once_and_hostile_labels_are_text(
    board: tuple[Page, Callable[[], dict[str, list[str]]]],
) -> None:
    page, now = board
    assert HOSTILE in now()
    assert page.locator(".board img, .board script, .board a").count() == 0
    page.locator(".board .code", has_text="onerror").click()
    page.locator(f"{code(page, '太长')} .here").click()
    eventually(lambda: HOSTILE not in now())
    settle(page)
    page.reload()
    expect(page.locator(".board .card")).to_have_count(3)
    assert page.title() != "owned"
    assert not broken(page, "board")

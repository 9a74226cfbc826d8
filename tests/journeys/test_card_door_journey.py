"""The card's door in the real app: presses by a separate request, by the page where it is shut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from labelcore.models import Grade, Output
from labelcore.stages import grading, projects, sampling
from labelcore.store import close_database, open_database, outputs as output_table
from labelcore.workspace import Workspace
from tests.app_server import ROOT
from tests.journeys._card import expect_shown, expect_status, shown
from tests.journeys._server import Server
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey
HELD = """() => {
    const ask = window.fetch;
    const given = new Promise((give) => { window.give = give; });
    window.fetch = async (...asked) => {
        const answer = await ask(...asked);
        await given;
        return answer;
    };
}"""
GIVEN = "() => window.give()"
DOOR = re.compile("/labelcore/presses$")


class App:
    """The real app with eight outputs, on a port that it keeps when it is started again."""

    def __init__(self, folder: Path) -> None:
        self.db = folder / "app.duckdb"
        db = open_database(self.db)
        project = projects.open_project(db, "door")
        made = [
            Output(id=f"o{at}", project_id=project.id, text=f"Answer {at}", input=f"Question {at}")
            for at in range(1, 9)
        ]
        output_table.add(db, made)
        sampling.draw_sample(Workspace(db, project), rule="random", n=8)
        close_database(self.db)
        env = {"LABELCORE_DB": str(self.db), "LABELCORE_PROJECT": "door", "LABELCORE_ANNOTATOR": "ann"}
        self.server = Server(ROOT / "app.py", env)

    def grades(self) -> list[Grade]:
        """Stop the server and read what is stored."""
        self.server.stop()
        db = open_database(self.db)
        found = grading.grade_history(Workspace(db, projects.open_project(db, "door")))
        close_database(self.db)
        return found


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    served = App(tmp_path)
    with served.server:
        yield served


@pytest.fixture
def open_card(app: App, browser: Browser) -> Iterator[Callable[[], Page]]:
    context = browser.new_context()
    page = context.new_page()

    def visit() -> Page:
        page.goto(f"{app.server.url}grading")
        expect(page.locator(".card .output")).to_be_visible()
        return page

    yield visit
    context.close()


def posted(page: Page) -> list[int]:
    """Grows with each request through the door."""
    seen: list[int] = []
    page.on("response", lambda response: seen.append(response.status) if DOOR.search(response.url) else None)
    return seen


def burst(page: Page, n: int) -> list[str]:
    """Press pass so often, 30 ms apart; the outputs that were on screen at each press."""
    outputs = []
    for _ in range(n):
        outputs.append(shown(page))
        page.keyboard.press("p")
        page.wait_for_timeout(30)
    return outputs


def test_a_burst_goes_through_the_door_and_grades_what_was_shown(
    app: App, open_card: Callable[[], Page]
) -> None:
    page = open_card()
    seen = posted(page)
    outputs = burst(page, 6)
    expect_status(page, "saved")
    assert seen and set(seen) == {200}
    stored = app.grades()
    assert [(grade.output_id, grade.value) for grade in stored] == [
        (output_id, "pass") for output_id in outputs
    ]
    assert len(set(outputs)) == 6


def test_the_last_grade_shows_where_to_go_and_its_undo_takes_that_away(
    app: App, open_card: Callable[[], Page]
) -> None:
    page = open_card()
    burst(page, 8)
    onward = page.get_by_role("button", name="Import outputs")
    expect(onward).to_be_visible()
    expect(page.get_by_text("All 8 graded")).to_be_visible()
    page.keyboard.press("z")
    expect(onward).not_to_be_visible()
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    expect(onward).to_be_visible()
    values = [grade.value for grade in app.grades()]
    assert values == [*["pass"] * 8, "undone", "fail"]


@pytest.mark.parametrize("status", [401, 404, 500])
def test_where_the_door_is_shut_the_page_stores_the_presses(
    app: App, open_card: Callable[[], Page], status: int
) -> None:
    page = open_card()
    page.route(DOOR, lambda route: route.fulfill(status=status, body="{}"))
    outputs = burst(page, 3)
    expect_status(page, "saved")
    assert [grade.output_id for grade in app.grades()] == outputs


def test_a_slow_answer_holds_back_no_key_and_doubles_nothing(app: App, open_card: Callable[[], Page]) -> None:
    page = open_card()
    page.evaluate(HELD)
    outputs = burst(page, 4)
    assert len(set(outputs)) == 4
    expect_status(page, "saving")
    page.evaluate(GIVEN)
    expect_status(page, "saved")
    assert [grade.output_id for grade in app.grades()] == outputs


def test_a_restarted_server_refuses_the_old_token_and_the_page_brings_a_new_one(
    app: App, open_card: Callable[[], Page]
) -> None:
    page = open_card()
    first = burst(page, 2)
    expect_status(page, "saved")
    app.server.stop()
    second = burst(page, 2)
    app.server.start()
    expect_status(page, "saved")
    settle(page)  # the page has run, and has brought a token
    seen = posted(page)
    third = shown(page)
    page.keyboard.press("p")
    expect_status(page, "saved")
    settle(page)
    assert seen == [200]
    expect_shown(page, shown(page))
    assert [grade.output_id for grade in app.grades()] == [*first, *second, third]


def test_a_page_that_is_left_at_once_keeps_its_presses(app: App, open_card: Callable[[], Page]) -> None:
    page = open_card()
    page.evaluate(HELD)
    outputs = burst(page, 3)
    page.get_by_role("link", name="Team").click()
    expect(page.get_by_role("heading", name="Team", exact=True)).to_be_visible()
    page.evaluate(GIVEN)
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.includes('/event/'))")
    assert [grade.output_id for grade in app.grades()] == outputs

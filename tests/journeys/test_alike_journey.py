"""Near-identical outputs on the card and in the pack of a named person: one press, a grade for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from labelcore.messages.card import pack_page
from labelcore.stages import grading, importing, projects
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.app_server import serving
from tests.journeys._card import expect_status

pytestmark = pytest.mark.journey
ROWS = "question,output\nCovered?,It is covered.\nCovered?,it is covered\nCovered?,It costs 15 euros.\n"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    """Three answers to one question, two of them nearly the same, assigned to ann."""
    (tmp_path / "answers.csv").write_text(ROWS)
    db = open_database(tmp_path / "app.duckdb")
    place = Workspace(db, projects.open_project(db, "cover"), "lead")
    importing.import_file(place, str(tmp_path / "answers.csv"))
    grading.assign(place, "ann")
    yield place.with_project(grading.set_rules(place, alike=True))
    close_database(tmp_path / "app.duckdb")


def test_one_press_grades_both_and_one_undo_takes_both_back(
    place: Workspace, browser: Browser, tmp_path: Path
) -> None:
    close_database(tmp_path / "app.duckdb")
    with serving(tmp_path / "app.duckdb", "cover", "ann") as url:
        page = browser.new_page()
        page.goto(f"{url}/grading")
        card = page.locator(".card")
        expect(card).to_contain_text("Nearly the same: these get the same grade")
        expect(card.locator(".alike li, .part.alike li")).to_have_text(["it is covered"])
        page.keyboard.press("p")
        expect(card.locator(".output .text")).to_have_text("It costs 15 euros.")
        expect(card.locator(".place")).to_have_text("3 / 3")
        page.keyboard.press("z")
        expect(card.locator(".output .text")).to_have_text("It is covered.")
        page.keyboard.press("u")
        page.keyboard.press("f")
        page.keyboard.press("Escape")
        expect_status(page, "saved")
        expect(card).to_contain_text("All 3 graded")
        page.close()
    db = open_database(tmp_path / "app.duckdb")
    given = grading.current_grades(Workspace(db, projects.open_project(db, "cover")), "ann")
    assert sorted(grade.value for grade in given) == ["fail", "unsure", "unsure"]


def test_a_pack_of_a_named_person_asks_once_and_comes_back_under_their_name(
    place: Workspace, browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "ann.html").write_text(pack_page(grading.make_pack(place, "ann")))
    context = browser.new_context(offline=True, accept_downloads=True)
    page = context.new_page()
    page.goto(f"file://{tmp_path}/ann.html")
    expect(page.locator(".card")).to_contain_text("Nearly the same: these get the same grade")
    page.keyboard.press("p")
    page.keyboard.press("Shift+F")
    expect(page.get_by_text("All graded")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the grades").click()
    download.value.save_as(tmp_path / "grades.json")
    context.close()
    found = grading.merge_pack(place, tmp_path / "grades.json")
    assert (found.annotator, found.refused) == ("ann", ())
    given = grading.current_grades(place, "ann")
    assert sorted(grade.value for grade in given) == ["fail", "pass", "pass"]

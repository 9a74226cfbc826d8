"""People sign in, see what is theirs, grade, and are out when they sign out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from labelcore.models import Role
from labelcore.stages import importing, people, projects
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.app_server import serving
from tests.journeys._card import expect_status
from tests.journeys.rules import broken, settle

pytestmark = pytest.mark.journey
PASSWORD = "seven green kettles sing"


class App(NamedTuple):
    url: str
    expert: str
    admin: str
    database: Path


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Two projects; an expert is invited to one of them, an admin to all."""
    folder = tmp_path_factory.mktemp("app")
    database, answers = folder / "app.duckdb", folder / "answers.csv"
    answers.write_text("output\n" + "".join(f"Answer {number}.\n" for number in range(5)))
    db = open_database(database)
    projects.open_project(db, "secret")
    place = Workspace(db, projects.open_project(db, "support"))
    importing.import_file(place, str(answers))
    expert = people.invite(place, "Ana", Role.EXPERT).path
    admin = people.invite(place, "Ada", Role.ADMIN, everywhere=True).path
    close_database(database)
    with serving(database, "support", sign_in="accounts") as url:
        yield App(url, expert, admin, database)


def _joined(browser: Browser, app: App, path: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{app.url}{path}")
    assert not broken(page, path.partition("?")[0])
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    return page


def test_an_expert_joins_grades_and_sees_nothing_else(app: App, browser: Browser) -> None:
    page = _joined(browser, app, app.expert)
    expect(page.locator(".card")).to_be_visible()
    expect(page.locator("[data-testid=stSidebarUserContent] a[href*=progress]")).to_be_visible()
    expect(page.get_by_text("Ana").first).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_count(0)
    page.keyboard.press("p")
    expect(page.locator(".card")).to_contain_text("2")
    expect_status(page, "saved")
    for address in ("team", "outputs", "judging", "results", "exporting"):
        page.goto(f"{app.url}/{address}?labelcore-role=engineer&labelcore-project=support")
        expect(page.get_by_text("Your role does not open this page in this project.")).to_be_visible()
        expect(page.get_by_text("Answer 1")).to_have_count(0)
    page.goto(f"{app.url}/grading?labelcore-project=secret")
    expect(page.get_by_text("There is no project")).to_be_visible()


def test_a_session_that_ended_shows_and_stores_nothing(app: App, browser: Browser) -> None:
    page = _joined(browser, app, app.admin)
    expect(page.get_by_role("heading", name="labelcore")).to_be_visible()
    page.goto(f"{app.url}/team")
    page.get_by_role("tab", name="People").click()
    page.get_by_label("Their name").wait_for()
    settle(page)  # what is drawn anew loses what is typed
    page.get_by_label("Their name").fill("Ben")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("/labelcore/join?invitation=")).to_be_visible()
    settle(page)
    page.get_by_label("Their name").fill("Bo")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("/labelcore/join?invitation=")).to_have_count(2)
    settle(page)
    assert not broken(page, "people")
    kept = page.context.cookies()
    page.goto(f"{app.url}/labelcore/sign-in/out")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/labelcore/sign-in$"))
    assert not broken(page, "sign-in")
    page.context.add_cookies(kept)
    page.goto(f"{app.url}/team")
    expect(page).to_have_url(re.compile("/labelcore/sign-in"))
    page.get_by_label("Your name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/team"))

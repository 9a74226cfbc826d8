"""A lead settles many conflicts by keys; those who graded look again, blind or open, and read comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from labelcore.access.sessions import COOKIE
from labelcore.models import Role
from labelcore.stages import grading, importing, projects
from labelcore.stages.deriving import editing
from labelcore.store import open_database
from labelcore.workspace import Workspace
from tests.accounts import App, serving_accounts
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey
MANY = 60
_HERE = "labelcore-project=mails&labelcore-language=English"


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Sixty outputs that Ana passes and Ben fails; on the first they differ on a criterion too."""
    folder = tmp_path_factory.mktemp("app")
    database, answers = folder / "app.duckdb", folder / "answers.csv"
    answers.write_text(
        "output\n" + "".join(f"Order {number} is on its way to you.\n" for number in range(MANY))
    )
    db = open_database(database)
    place = Workspace(db, projects.open_project(db, "mails"), "Lea")
    importing.import_file(place, str(answers))
    date = editing.add_criterion(place, "No promised date", statement="It promises no date.")
    for at, (output,) in enumerate(db.rows("SELECT output_id FROM output_current ORDER BY output_id")):
        grading.grade(place.by("Ana"), output, "pass")
        grading.grade(place.by("Ben"), output, "fail", note="when does it come?")
        if at == 0:
            grading.grade(place.by("Ana"), output, "pass", criterion=date)
            grading.grade(place.by("Ben"), output, "fail", criterion=date)
    roles = {"Lea": Role.LEAD, "Ana": Role.EXPERT, "Ben": Role.EXPERT}
    with serving_accounts(place, database, roles) as app:
        yield app


def visit(browser: Browser, app: App, who: str, page: str) -> Page:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": app.sessions[who], "url": app.url}])
    opened = context.new_page()
    opened.goto(f"{app.url}/{page}?{_HERE}")
    return opened


def act(page: Page, key: str, words: str, told: str) -> None:
    """Press a key, say why, and wait until it is said to be stored."""
    page.keyboard.press(key)
    expect(page.locator(".court textarea")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.get_by_text(told).first).to_be_visible()
    settle(page)


def test_many_conflicts_are_settled_by_keys(app: App, browser: Browser) -> None:
    lead = visit(browser, app, "Lea", "team")
    lead.get_by_role("tab", name="Conflicts").click()
    settle(lead)
    place = lead.locator(".court .place")
    expect(place).to_have_text(f"1 / {MANY + 1}")
    expect(lead.get_by_text("On the whole")).to_be_visible()
    act(lead, "f", "no pass, just fuss", "It counts as a fail now.")
    expect(place).to_have_text(f"1 / {MANY}")
    expect(lead.get_by_text("No promised date: It promises no date.")).to_be_visible()
    lead.keyboard.press("p")
    lead.keyboard.press("Enter")
    expect(lead.locator(".court .last")).to_have_text("Write why first.")
    lead.keyboard.press("Escape")
    expect(lead.locator(".court .last")).to_be_empty()
    lead.keyboard.press("j")
    expect(place).to_have_text(f"2 / {MANY}")
    expect(lead.get_by_text("It counts as a fail now.")).to_be_hidden()
    settle(lead)

    lead.keyboard.press("u")
    lead.locator(".court select").select_option(label="No promised date")
    lead.locator(".court textarea").fill("is “on its way” a date?")
    lead.locator(".court textarea").press("Enter")
    expect(lead.get_by_text("It counts nowhere")).to_be_visible()
    settle(lead)
    expect(place).to_have_text(f"2 / {MANY - 1}")
    for key, words, told in (
        ("b", "count the days", "they will not see what the others gave"),
        ("o", "see what Ana says", "with what the others gave"),
    ):
        act(lead, key, words, told)
    act(lead, "c", "@Ben why a fail?", "Your comment is shown beside the output.")
    expect(lead.get_by_label("Comments").get_by_text("@Ben why a fail?")).to_be_visible()
    lead.get_by_text("sent back (2)").click()
    settle(lead)
    expect(lead.get_by_text("Sent back; Ana, Ben have not looked again yet.")).to_be_visible()
    expect(lead.get_by_text("Your comment is shown beside the output.")).to_be_hidden()
    lead.get_by_text("settled (2)").click()
    settle(lead)
    act(lead, "w", "too soon", "The ruling is withdrawn; it is open again.")
    expect(lead.get_by_text(re.compile(rf"open \({MANY - 2}\)"))).to_be_visible()

    ben = visit(browser, app, "Ben", "grading")
    card = ben.locator(".card")
    expect(card).to_contain_text("you are asked to look at it again: count the days")
    expect(card.locator(".opinions")).to_be_hidden()
    ben.keyboard.press("p")
    expect(card).to_contain_text("you are asked to look at it again: see what Ana says")
    expect(card.get_by_role("region", name="Ben").get_by_text("when does it come?")).to_be_visible()
    ben.keyboard.press("p")
    expect(card).not_to_contain_text("look at it again")
    settle(ben)
    ben.get_by_text("Read and answer").click()
    expect(ben.get_by_text("@Ben why a fail?").first).to_be_visible()
    lead.get_by_text("all (").click()
    settle(lead)
    expect(lead.get_by_text("sent back (2)")).to_be_visible()  # Ana has not looked yet

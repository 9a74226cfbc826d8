"""Two people of different roles in two browsers at one app: what one does holds for the other at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from labelcore.access.sessions import COOKIE
from labelcore.models import Role
from labelcore.stages import grading, importing, projects
from labelcore.store import open_database
from labelcore.workspace import Workspace
from tests.accounts import App, serving_accounts
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey
NOTE = "It promises a refund that nobody gives"
_HERE = "labelcore-project=support&labelcore-language=English"
_NO_PAGE = "Your role does not open this page in this project."


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A lead, two experts and an admin of one project; the lead and an expert have graded everything."""
    folder = tmp_path_factory.mktemp("app")
    database, answers = folder / "app.duckdb", folder / "answers.csv"
    answers.write_text("output\n" + "".join(f"Answer {number}.\n" for number in range(5)))
    db = open_database(database)
    place = Workspace(db, projects.open_project(db, "support"), "Ada")
    importing.import_file(place, str(answers))
    for (output,) in db.rows("SELECT output_id FROM output_current"):
        grading.grade(place.by("Ben"), output, "fail", note=NOTE)
        grading.grade(place.by("Lea"), output, "pass")
    roles = {"Ada": Role.ADMIN, "Lea": Role.LEAD, "Ana": Role.EXPERT, "Ben": Role.EXPERT}
    with serving_accounts(place, database, roles) as app:
        yield app


def visit(browser: Browser, app: App, who: str) -> tuple[Page, list[bytes]]:
    """A browser of somebody who has signed in, and all that the app sends to it."""
    context = browser.new_context()
    context.add_cookies([{"name": COOKIE, "value": app.sessions[who], "url": app.url}])
    page, frames = context.new_page(), list[bytes]()

    def keep(frame: str | bytes) -> None:
        frames.append(frame if isinstance(frame, bytes) else frame.encode())

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", keep)

    page.on("websocket", listen)
    page.on("response", lambda answer: keep(answer.body()) if "/labelcore/" in answer.url else None)
    return page, frames


def test_an_expert_gets_no_byte_of_what_others_said_while_they_say_it(browser: Browser, app: App) -> None:
    ana, sent = visit(browser, app, "Ana")
    lea, shown = visit(browser, app, "Lea")
    ana.goto(f"{app.url}/grading?{_HERE}")
    expect(ana.locator(".card")).to_be_visible()
    lea.goto(f"{app.url}/team?{_HERE}")
    lea.get_by_role("tab", name="Conflicts").click()
    expect(lea.get_by_text(NOTE).first).to_be_visible()
    first = ana.locator("[data-output-id]").first.get_attribute("data-output-id")
    app.do("grade", "Ben", output=first, value="fail", note=f"{NOTE} again")
    for address in (f"grading?{_HERE}", f"progress?{_HERE}", f"team?{_HERE}&labelcore-role=lead"):
        ana.goto(f"{app.url}/{address}")
        expect(ana.locator("h1, .card").or_(ana.get_by_text(_NO_PAGE)).first).to_be_visible()
        settle(ana)
    assert any(b"Answer" in frame for frame in sent)
    assert any(NOTE.encode() in frame for frame in shown)
    assert not [frame for frame in sent if NOTE.encode() in frame]  # who graded how many is in the digest


def test_a_role_that_is_taken_away_holds_in_the_open_page(browser: Browser, app: App) -> None:
    lea, _ = visit(browser, app, "Lea")
    ada, _ = visit(browser, app, "Ada")
    lea.goto(f"{app.url}/team?{_HERE}")
    lea.get_by_role("tab", name="Rules").click()
    save = lea.get_by_role("button", name="Save").first
    expect(save).to_be_visible()
    settle(lea)
    before = app.do("audit")["sealed"]
    ada.goto(f"{app.url}/team?{_HERE}")
    ada.get_by_role("tab", name="People").click()
    expect(ada.get_by_role("button", name="Invite")).to_be_visible()
    app.do("people role", name="Lea", role="expert")
    save.click()
    expect(lea.get_by_text(_NO_PAGE)).to_be_visible()
    expect(lea.get_by_text(NOTE)).to_have_count(0)
    expect(lea.get_by_role("button", name="Save")).to_have_count(0)
    acts = app.do("audit", person="Lea")["acts"]
    assert app.do("audit")["sealed"] == before + 1, acts  # the change of the role alone
    lea.goto(f"{app.url}/grading?{_HERE}")
    menu = lea.locator("[data-testid=stSidebarUserContent]")
    expect(menu.locator("a[href*=progress]")).to_be_visible()
    expect(menu.locator("a[href*=team]")).to_have_count(0)
    app.do("people role", name="Lea", role="lead")


def test_signing_out_everywhere_ends_the_other_session_in_the_middle_of_its_work(
    browser: Browser, app: App
) -> None:
    ana, _ = visit(browser, app, "Ana")
    elsewhere, _ = visit(browser, app, "Ana")
    ada, _ = visit(browser, app, "Ada")
    for page in (ana, elsewhere):
        page.goto(f"{app.url}/grading?{_HERE}")
        expect(page.locator(".card")).to_be_visible()
    ada.goto(f"{app.url}/team?{_HERE}")
    ada.get_by_role("tab", name="People").click()
    table = ada.locator("[data-testid=stDataFrame]:visible")
    table.wait_for()
    settle(ada)  # its rows are painted, and have no elements to wait for
    row = 1 + sorted(app.sessions).index("Ana")
    table.click(position={"x": 15, "y": 35 * row + 17})
    ada.get_by_role("button", name="Sign out everywhere").wait_for()
    settle(ada)
    ada.get_by_role("button", name="Sign out everywhere").click()
    expect(ada.get_by_role("button", name="Invite")).to_be_visible()
    grades = app.do("team progress")
    for page in (ana, elsewhere):
        page.keyboard.press("p")
        page.wait_for_timeout(1_500)
        page.reload()
        expect(page.get_by_label("Password")).to_be_visible()
        expect(page.locator(".card")).to_have_count(0)
    assert app.do("team progress") == grades
    ada.reload()
    expect(ada.get_by_role("tab", name="People")).to_be_visible()

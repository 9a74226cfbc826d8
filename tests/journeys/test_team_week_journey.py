"""A team's week in the real app: a lead, four experts, two languages, a phone, a pack, a lost connection."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from labelcore.models import Role
from labelcore.stages import grading, importing, people, projects
from labelcore.stages.deriving import editing
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.app_server import serving
from tests.journeys._card import expect_status
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey
PASSWORD = "seven green kettles sing"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "locale": "zh-CN"}
READS = {"Ana": "en", "Ben": "en", "李雷": "zh", "韩梅": "zh"}
ENGLISH = "Order {n} arrives tomorrow, I promise.", "Order {n} was sent; I hope this helps."
CHINESE = "订单 {n} 保证明天送到。", "订单 {n} 已经寄出，希望对您有帮助。"


class App(NamedTuple):
    url: str
    invitations: dict[str, str]
    database: Path


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Twelve answers, half of them Chinese; a lead and four experts are invited, who reads what is known."""
    database, answers = tmp_path / "app.duckdb", tmp_path / "answers.jsonl"
    texts = (pair[n // 2 % 2].format(n=n) for n in range(12) for pair in [(ENGLISH, CHINESE)[n % 2]])
    answers.write_text("\n".join(json.dumps({"output": text}) for text in texts), encoding="utf-8")
    place = Workspace(db := open_database(database), projects.open_project(db, "mails"), "Eva")
    importing.import_file(place, str(answers))
    editing.add_criterion(place, "No promised date", statement="The answer promises no date.")
    invitations = {"Lena": people.invite(place, "Lena", Role.LEAD).path}
    for who, language in READS.items():
        invitations[who] = people.invite(place, who, Role.EXPERT).path
        grading.describe_member(place, who, reads=(language,))
    close_database(database)
    with serving(database, "mails", sign_in="accounts") as url:
        yield App(url, invitations, database)


@pytest.fixture
def joins(app: App, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Somebody takes up their invitation in another browser."""
    faults: list[str] = []
    contexts = []

    def join(who: str, **options: Any) -> Page:
        contexts.append(browser.new_context(accept_downloads=True, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{app.url}{app.invitations[who]}")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("button").first.click()
        return page

    yield join
    for context in contexts:
        context.close()
    assert not faults, faults[:3]


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    settle(page)


def pick(page: Page, label: str, *names: str) -> None:
    box = page.get_by_role("combobox", name=re.compile(f"^{label}")).filter(visible=True)
    for name in names:
        box.click()
        box.fill(name)
        page.get_by_role("option", name=name).wait_for()
        page.keyboard.press("Enter")
        page.get_by_role("option", name=name).wait_for(state="hidden")
    page.locator("h1").first.click()


def grade_all(page: Page, note: str, fails: str, why: str = "") -> int:
    """Fail with a note what holds these words, pass the rest; as long as the card says why it came."""
    text, done = page.locator(".card .output .text"), 0
    page.locator(".card .place").wait_for()
    while text.is_visible() and why in page.locator(".card").inner_text():
        shown = page.locator(".card").get_attribute("data-output-id")
        if re.search(fails, text.inner_text()):
            page.locator(".act.fail").click()
            page.locator(".card textarea:visible").fill(note)
            page.locator(".card button.primary:visible").click()
        else:
            page.locator(".act.pass").click()
        expect(page.locator(".card")).not_to_have_attribute("data-output-id", str(shown))
        done += 1
    expect_status(page, "saved")
    return done


def read_on(page: Page) -> None:
    """The guidelines come before the first grade."""
    page.locator("dialog.guide").wait_for()
    page.locator("dialog.guide button").last.click()


def write_guidelines(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Guidelines, in Markdown").fill(text)
    page.get_by_role("button", name="Save a new version").click()
    expect(page.get_by_text("Saved: people see them before their next grade.")).to_be_visible()
    settle(page)


def command(app: App, *words: str) -> None:
    told = [sys.executable, "-m", "labelcore", *words, "--db", str(app.database), "--project", "mails"]
    subprocess.run(told, check=True, cwd=app.database.parent, capture_output=True)


def exported(app: App, what: str, folder: Path) -> list[dict[str, str]]:
    command(app, "export", what, "--out", str(folder / f"{what}.csv"))
    return list(csv.DictReader((folder / f"{what}.csv").open(encoding="utf-8")))


def test_gold_comes_while_somebody_works_and_they_are_told(
    app: App, joins: Callable[..., Page], tmp_path: Path
) -> None:
    english = [row for row in exported(app, "outputs", tmp_path) if row["output"].startswith("Order")]
    for row in english[-2:]:
        command(app, "gold", "set", row["output_id"], "fail", "--reason", "no promises")
    command(app, "team", "rules", "--gold-share", "0.5", "--gold-feedback", "person")
    ana = joins("Ana")
    ana.locator(".card .place").wait_for()
    told = ana.get_by_text("settled as a fail: no promises")
    for _ in range(5):  # of her six outputs the last two are gold: it comes before these do
        shown = ana.locator(".card").get_attribute("data-output-id")
        ana.keyboard.press("p")
        expect(ana.locator(".card")).not_to_have_attribute("data-output-id", str(shown))
        expect_status(ana, "saved")
        if told.is_visible():
            break
    expect(told).to_be_visible()


def test_a_week_of_a_team(app: App, joins: Callable[..., Page], browser: Browser, tmp_path: Path) -> None:
    lead = joins("Lena", viewport={"width": 1440, "height": 900})
    lead.goto(f"{app.url}/team")
    tab(lead, "Guidelines")
    write_guidelines(lead, "# Never promise a date")
    tab(lead, "Assignment")
    lead.get_by_text("Assign outputs").click()
    settle(lead)
    pick(lead, "Who", *READS)
    settle(lead)
    lead.get_by_role("button", name="Assign", exact=True).click()
    settle(lead)
    tab(lead, "Rules")
    lead.get_by_label("People on each output (0: everybody grades everything)").fill("2")
    lead.get_by_text("Plan which two grade each output").click()
    settle(lead)
    lead.get_by_role("button", name="Save", exact=True).click()
    settle(lead)
    tab(lead, "Calibration")
    lead.get_by_label("How many outputs are drawn").fill("4")
    lead.get_by_role("button", name="Begin the round").click()
    expect(lead.get_by_text("Ana 0 of 2, Ben 0 of 2, 李雷 0 of 2, 韩梅 0 of 2")).to_be_visible()

    ana, li, mei = joins("Ana"), joins("李雷", locale="zh-CN"), joins("韩梅", **PHONE)
    ben = joins("Ben")
    for page in (ana, ben, li, mei):
        read_on(page)
        expect(page.locator(".card")).to_contain_text(re.compile("calibration round|校准"))
    english = grade_all(ana, "it promises a date", "promise", "calibration round")
    assert grade_all(ben, "no date", "promise|hope", "calibration round") == english
    chinese = grade_all(li, "承诺了日期", "保证", "校准")
    assert grade_all(mei, "承诺了日期", "保证|希望", "校准") == chinese == 4 - english

    tab(lead, "Progress")
    tab(lead, "Calibration")
    expect(lead.get_by_text(f"Ana {english} of {english}, Ben {english} of {english}")).to_be_visible()
    lead.get_by_role("button", name="Reveal the grades to all").click()
    settle(lead)
    lead.get_by_text("Edit a criterion or the guidelines").click()
    settle(lead)
    write_guidelines(lead, "# Never promise a date\n\nHope is taste.")
    tab(lead, "Offline")
    pick(lead, "Who grades it", "Ben")
    settle(lead)
    lead.get_by_role("button", name="Make a pack").click()
    with lead.expect_download() as pack:
        lead.get_by_role("button", name=re.compile("Download pack")).click()
    pack.value.save_as(tmp_path / "pack.html")

    away = browser.new_context(offline=True, accept_downloads=True).new_page()
    away.goto(f"file://{tmp_path}/pack.html")
    read_on(away)
    away.locator(".act.skip").click()  # it comes back at the end
    for _ in range(6 - english):
        away.keyboard.press("p")
    expect(away.get_by_text("All graded")).to_be_visible()
    with away.expect_download() as grades:
        away.get_by_role("button", name="Download the grades").click()
    grades.value.save_as(tmp_path / "grades.json")
    away.context.close()
    lead.locator("input[type=file]").set_input_files(tmp_path / "grades.json")
    expect(lead.get_by_text(re.compile("acts of Ben came in"))).to_be_visible()

    ana.reload()
    read_on(ana)
    ana.context.set_offline(True)
    ana.keyboard.press("p")
    expect_status(ana, "failing")
    ana.context.set_offline(False)
    expect_status(ana, "saved")
    grade_all(ana, "it promises a date", "promise")
    li.reload()
    read_on(li)
    li.keyboard.press("n")
    li.keyboard.type("看不懂")
    li.keyboard.press("Enter")
    li.keyboard.press("s")
    grade_all(li, "承诺了日期", "保证")
    tab(lead, "Rules")
    lead.get_by_text("Ask for each accepted criterion too").click()
    settle(lead)
    lead.get_by_role("button", name="Save", exact=True).click()
    expect(lead.get_by_text("Saved; it holds from the next output on.")).to_be_visible()
    mei.reload()
    read_on(mei)
    mei.locator(".act.pass").click()
    expect(mei.locator(".card")).to_contain_text("No promised date")
    grade_all(mei, "承诺了日期", "保证|希望")
    for page, words in ((ana, "✓ All 6 graded"), (li, "✓ 6 条全部评完"), (mei, "✓ 6 条全部评完")):
        expect(page.locator(".card")).to_contain_text(words)
    expect(ana.get_by_text("What your notes became")).to_be_visible()

    tab(lead, "Conflicts")
    pick(lead, "Who differs", "Ben")
    settle(lead)
    acts = lead.locator(".conflict, .card").last
    acts.get_by_role("button", name="Comment").click()
    lead.keyboard.type("@Ben why?")
    lead.keyboard.press("Enter")
    expect(lead.get_by_text("Your comment is shown beside the output.")).to_be_visible()
    lead.keyboard.press("f")
    lead.keyboard.type("no date may be promised")
    lead.keyboard.press("Enter")
    expect(lead.get_by_text("It counts as a fail now.")).to_be_visible()
    ben.reload()
    expect(ben.locator("dialog.guide")).not_to_be_visible()  # he has graded by them
    settle(ben)
    ben.get_by_text("Read and answer").click()
    settle(ben)
    expect(ben.get_by_text("Counts as fail, says Lena: no date may be promised").first).to_be_visible()
    ben.get_by_label("Your comment; @name shows it to that person").first.fill("It is one.")
    ben.get_by_role("button", name="Send").first.click()
    expect(ben.get_by_text("It is one.").first).to_be_visible()

    rows = exported(app, "labels", tmp_path)
    assert len({row["output_id"] for row in rows}) == 12
    [settled] = [row for row in rows if row["settled_by"] == "ruling"]
    assert (settled["label"], settled["ruled_by"]) == ("fail", "Lena")

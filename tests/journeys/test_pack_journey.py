"""A pack opened from a file, without any server: graded by keys, downloaded, merged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from labelcore.messages.card import pack_page
from labelcore.models import Criterion, Output
from labelcore.stages import grading, projects
from labelcore.stages.deriving import glossary
from labelcore.store import criteria as criterion_table, open_database, outputs as output_table
from labelcore.workspace import Workspace

pytestmark = pytest.mark.journey

HOSTILE = "</script><img src=x onerror=\"document.title='hacked'\"> \u202e reversed"


def test_a_pack_is_graded_without_a_network(tmp_path: Path, browser: Browser) -> None:
    db = open_database(None)
    project = projects.open_project(db, "test")
    made = [
        Output(id=output_table.content_id(project.id, text), project_id=project.id, text=text)
        for text in ("first", HOSTILE, "third")
    ]
    output_table.add(db, made)
    page_text = pack_page(grading.make_pack(Workspace(db, project), "ann"))
    (tmp_path / "pack.html").write_text(page_text)
    context = browser.new_context(offline=True, accept_downloads=True)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"file://{tmp_path}/pack.html")
    expect(page.get_by_text("1 / 3")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".output .chip")).to_have_text("U+202E")
    expect(page.locator(".output .text")).to_contain_text("</script><img src=x")
    page.keyboard.press("f")
    page.keyboard.type("tries to break out")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 / 3")).to_be_visible()
    page.keyboard.press("u")
    page.keyboard.press("z")
    page.reload()
    expect(page.get_by_text("3 / 3")).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_text("All graded")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the grades").click()
    download.value.save_as(tmp_path / "grades.json")
    assert page.title() == "labelcore"
    assert {url.split(":")[0] for url in requests} <= {"file", "blob"}
    context.close()
    project = projects.open_project(db, "test")
    found = grading.merge_pack(Workspace(db, project), tmp_path / "grades.json")
    events = json.loads((tmp_path / "grades.json").read_text())["events"]
    assert (found.merged, found.refused) == (len(events), ())
    labels = grading.human_labels(Workspace(db, project))
    assert labels.value == {made[0].id: True, made[1].id: False, made[2].id: True}
    assert labels.notes == {made[1].id: ("tries to break out",)}
    assert grading.merge_pack(Workspace(db, project), tmp_path / "grades.json").merged == 0
    db.close()


def test_a_pack_asks_what_the_project_asks(tmp_path: Path, browser: Browser) -> None:
    db = open_database(None)
    project = projects.open_project(db, "test")
    text = '{"price": 12}'
    output = Output(id=output_table.content_id(project.id, text), project_id=project.id, text=text)
    output_table.add(db, [output])
    short = Criterion(
        id="c1", project_id=project.id, version=2, name="Short", statement="It is short.", status="accepted"
    )
    criterion_table.save(db, [short])
    rules = {"scale": ["bad", "good", "great"], "ask_criteria": True, "ask_fields": True}
    project = grading.set_rules(Workspace(db, project), **rules)
    page_text = pack_page(grading.make_pack(Workspace(db, project), "ann"))
    (tmp_path / "pack.html").write_text(page_text)
    context = browser.new_context(offline=True, accept_downloads=True)
    page = context.new_page()
    page.goto(f"file://{tmp_path}/pack.html")
    expect(page.locator(".marks li")).to_have_count(2)
    page.keyboard.press("p")
    expect(page.locator(".notice")).to_have_text("Press a number: 1 bad · 2 good · 3 great")
    for key in ("c", "Shift+F", "p", "z", "c", "c", "u", "3"):
        page.keyboard.press(key)
    expect(page.get_by_text("All graded")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the grades").click()
    download.value.save_as(tmp_path / "grades.json")
    context.close()
    assert not grading.merge_pack(Workspace(db, project), tmp_path / "grades.json").refused
    parts = grading.part_grades(Workspace(db, project, "ann"), [output.id])[output.id]
    assert {part: grade.value for part, grade in parts.items()} == {"c1": "fail", "/price": "unsure"}
    (whole,) = [grade for grade in grading.current_grades(Workspace(db, project), "ann") if grade.is_overall]
    assert (whole.value, whole.level) == ("pass", 3)
    db.close()


def test_terms_of_a_pack_tell_their_meaning_by_tap_and_key(tmp_path: Path, browser: Browser) -> None:
    db = open_database(None)
    project = projects.open_project(db, "test")
    text = "由杭分办理 with the US desk, BUSY. \u202eUS"
    output_table.add(db, [Output(id="o1", project_id=project.id, text=text, input="a Refund, no refunds")])
    for term, meaning in (("杭分", "杭州分公司"), ("US", HOSTILE), ("refund", "money back")):
        glossary.set_term(Workspace(db, project).by("ann"), term, meaning)
    project = projects.open_project(db, "test")
    page_text = pack_page(grading.make_pack(Workspace(db, project), "ann"))
    (tmp_path / "pack.html").write_text(page_text)
    context = browser.new_context(
        offline=True, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    page.goto(f"file://{tmp_path}/pack.html")
    marked = page.locator("section.output abbr.term")
    expect(marked).to_have_text(["杭分", "US", "US"])
    expect(page.locator(".part.input abbr.term")).to_have_text(["Refund"])
    tooltip = page.get_by_role("tooltip")
    expect(tooltip).to_be_hidden()
    marked.first.tap()
    expect(tooltip).to_have_text("杭州分公司")
    box = tooltip.bounding_box()
    assert box and box["y"] + box["height"] <= 800 and box["x"] >= 0 and box["x"] + box["width"] <= 390
    marked.nth(1).focus()
    expect(tooltip).to_contain_text('onerror="document.title=')
    page.keyboard.press("Escape")
    expect(tooltip).to_be_hidden()
    marked.first.tap()
    page.locator("#strip").tap()
    expect(tooltip).to_be_hidden()
    assert page.title() == "labelcore" and page.locator("main img").count() == 0
    page.keyboard.press("p")
    expect(page.get_by_text("All graded")).to_be_visible()
    context.close()
    db.close()


def test_a_browser_that_keeps_nothing_still_grades_and_says_so(tmp_path: Path, browser: Browser) -> None:
    db = open_database(None)
    project = projects.open_project(db, "test")
    output_table.add(
        db,
        [Output(id=text, project_id=project.id, text=f"the {text} output") for text in ("first", "second")],
    )
    page_text = pack_page(grading.make_pack(Workspace(db, project), "ann"))
    (tmp_path / "pack.html").write_text(page_text)
    context = browser.new_context(offline=True, accept_downloads=True)
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda trouble: troubles.append(str(trouble)))
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    page.goto(f"file://{tmp_path}/pack.html")
    page.keyboard.press("p")
    expect(page.locator("#strip [role=status]")).to_have_text(
        "This browser keeps nothing: download before you close"
    )
    page.keyboard.press("o")
    page.keyboard.type(", as it should read")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Shift+F")
    expect(page.get_by_text("All graded")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the grades").click()
    download.value.save_as(tmp_path / "grades.json")
    assert not troubles
    context.close()
    assert not grading.merge_pack(Workspace(db, project), tmp_path / "grades.json").refused
    grades = {grade.output_id: grade for grade in grading.current_grades(Workspace(db, project), "ann")}
    assert {output_id: grade.value for output_id, grade in grades.items()} == {
        "first": "pass",
        "second": "fail",
    }
    assert grades["second"].corrected_text == "the second output, as it should read"
    db.close()


def test_two_tabs_of_a_pack_lose_no_grade(tmp_path: Path, browser: Browser) -> None:
    db = open_database(None)
    project = projects.open_project(db, "test")
    output_table.add(db, [Output(id=f"o{n}", project_id=project.id, text=f"output {n}") for n in range(3)])
    page_text = pack_page(grading.make_pack(Workspace(db, project), "ann"))
    (tmp_path / "pack.html").write_text(page_text)
    context = browser.new_context(offline=True, accept_downloads=True)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(f"file://{tmp_path}/pack.html")
    first.keyboard.press("p")
    expect(first.locator(".card .place")).to_have_text("2 / 3")
    second.keyboard.press("ArrowRight")
    second.keyboard.press("ArrowRight")
    second.keyboard.press("u")
    expect(second.locator(".card .place")).to_have_text("1 / 3")
    expect(second.locator(".card .mine")).to_have_text("Your grade: Pass")
    with first.expect_download() as download:
        first.get_by_role("button", name="Download the grades").click()
    download.value.save_as(tmp_path / "grades.json")
    context.close()
    assert grading.merge_pack(Workspace(db, project), tmp_path / "grades.json").merged == 2
    db.close()

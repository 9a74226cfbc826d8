"""The grading card through lost connections, restarted servers, reloads and refusals."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys._card import PLAIN, expect_shown, expect_status
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey


def test_grades_pressed_while_the_server_is_down_are_stored_once_after_it_returns(
    trial: Any, visit: Any
) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("p")
    card.wait_for(1)
    expect_status(page, "saved")
    card.server.stop()
    for _ in range(3):
        page.keyboard.press("p")
        page.wait_for_timeout(100)
    page.keyboard.press("f")
    page.keyboard.type("written while offline")
    page.keyboard.press("Enter")
    expect_status(page, "failing")
    expect(page.locator(".status")).to_have_text("4 not saved – retrying")  # outputs: a note is none
    card.server.start()
    expect_status(page, "saved")
    settle(page)
    assert card.graded() == [*((f"o{n}", "pass") for n in range(1, 5)), ("o5", "fail"), ("o5", "fail")]
    assert card.events()[-1]["note"] == "written while offline"
    expect_shown(page, "o6")


def test_a_reload_while_the_server_is_down_loses_nothing(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    card.server.stop()
    page.keyboard.press("p")
    page.keyboard.press("u")
    page.keyboard.press("f")
    page.keyboard.type("half a note")
    card.server.start()
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    state = re.compile("saved|ready")  # whether they were stored after the page came again, or just before
    expect(page.locator(".card .status")).to_have_attribute("data-state", state)
    assert card.graded() == [("o1", "pass"), ("o2", "unsure"), ("o3", "fail")]
    expect(page.get_by_label("What is wrong")).to_have_value("half a note")
    page.keyboard.press("Enter")
    assert card.wait_for(4)[3]["note"] == "half a note"


def test_a_long_outage_neither_stops_the_grading_nor_takes_words_out_of_a_note(
    trial: Any, visit: Any
) -> None:
    card = trial()
    page = visit(card)
    card.server.stop()
    page.keyboard.press("f")
    words = "typed slowly, all through the outage: pass fail unsure undo " * 2
    page.keyboard.type(words, delay=80)
    expect(page.get_by_label("What is wrong")).to_have_value(words)
    page.keyboard.press("Enter")
    page.keyboard.press("p")
    expect_shown(page, "o3")
    card.server.start()
    expect_status(page, "saved")
    assert card.graded() == [("o1", "fail"), ("o1", "fail"), ("o2", "pass")]


def test_the_browser_warns_before_an_unsaved_tab_closes(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    card.server.stop()
    page.keyboard.press("p")
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    card.server.start()
    expect_status(page, "saved")
    page.close(run_before_unload=True)
    assert page.is_closed() or page.wait_for_event("close")


def test_a_grade_that_can_never_be_stored_is_said_so_and_not_sent_for_ever(trial: Any, visit: Any) -> None:
    card = trial([{"output_id": "gone", "text": "about to be deleted"}, *PLAIN])
    page = visit(card)
    page.keyboard.press("p")
    expect(page.get_by_text("could not be stored: this output was deleted")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect_status(page, "ready")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".notice")).to_be_hidden()

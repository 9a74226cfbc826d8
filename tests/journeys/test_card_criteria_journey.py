"""Asking by criterion: what is required cannot be missed, a failed one takes a note."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys._card import PLAIN, expect_shown
from tests.journeys.rules import broken, settle

pytestmark = pytest.mark.journey

CRITERIA = [
    {
        "id": f"c{at}",
        "version": 2,
        "name": name,
        "severity": "must",
        "statement": f"It is {name.lower()}.",
        "required": required,
    }
    for at, (name, required) in enumerate([("Short", True), ("Polite", True), ("Warm", False)], 1)
]


def test_what_is_required_is_asked_first_and_cannot_be_missed(trial: Any, visit: Any) -> None:
    card = trial(criteria=CRITERIA)
    page = visit(card)
    asked = page.locator(".asked-now strong")
    expect(asked).to_have_text("Short")
    expect(page.locator(".mark .severity")).to_have_text(["required", "required", "optional"])
    expect(page.get_by_role("button", name="Fail: Short")).to_be_visible()
    page.keyboard.press("s")  # left open
    expect(asked).to_have_text("Polite")
    page.keyboard.press("d")
    page.keyboard.press("s")
    expect(asked).to_have_text("The output as a whole")
    page.keyboard.press("p")
    expect(page.locator(".notice")).to_have_text("Not graded yet. Still open: Short")
    expect_shown(page, "o1")
    expect(asked).to_have_text("Short")
    page.keyboard.press("f")
    expect(page.locator(".note-title label")).to_have_text("Short: what is wrong?")
    page.keyboard.type("p is a word, fuss too")
    page.keyboard.press("Enter")
    expect(asked).to_have_text("Polite")
    for _ in range(2):
        page.keyboard.press("c")
    expect(asked).to_have_text("The output as a whole")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    expect(asked).to_have_text("Short")
    answered = [(event["criterion_id"], event["value"], event["note"]) for event in card.wait_for(4)]
    assert answered == [
        ("c2", "skipped", ""),
        ("c1", "fail", ""),
        ("c1", "fail", "p is a word, fuss too"),
        (None, "pass", ""),
    ]
    assert all(event["criterion_version"] == 2 for event in card.events()[:3])


def test_a_second_touch_of_a_criterion_leads_back_to_the_whole(trial: Any, visit: Any) -> None:
    many = [
        {
            "id": f"m{at}",
            "version": 1,
            "name": f"Criterion number {at}",
            "severity": "should",
            "statement": "It is.",
        }
        for at in range(12)
    ]
    card = trial(criteria=many)
    page = visit(card)
    page.set_viewport_size({"width": 390, "height": 844})
    asked = page.locator(".asked-now strong")
    last = page.locator(".mark").last
    last.click()
    expect(asked).to_have_text("Criterion number 11")
    last.click()
    expect(asked).to_have_text("The output as a whole")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    expect(page.locator(".mark").first).to_be_in_viewport(ratio=1)
    page.keyboard.press("s")
    expect(page.locator(".line .last")).to_have_text("Skipped")  # no number: the next output takes its place


def test_where_there_is_no_output_nothing_can_be_answered(trial: Any, visit: Any) -> None:
    page = visit(trial(items=PLAIN[:1]))
    page.keyboard.press("p")
    for name in ("Pass", "Fail", "Unsure", "Skip", "Note"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_enabled()


def test_a_note_on_a_criterion_outlives_a_reload_and_an_undo(trial: Any, visit: Any) -> None:
    card = trial(criteria=CRITERIA)
    page = visit(card)
    page.keyboard.press("f")
    page.keyboard.type("half a ")
    card.wait_for(1)
    page.reload()
    expect(page.locator("#note")).to_have_value("half a ")
    page.keyboard.type("thought")
    page.locator(".act.undo").click()
    expect(page.locator(".mark").first.locator(".value")).to_have_text("–")
    while page.locator(".asked-now strong").inner_text() != "Short":
        page.keyboard.press("c")
    page.keyboard.press("f")
    expect(page.locator("#note")).to_have_value("half a thought")
    page.keyboard.press("Enter")
    notes = [(event["value"], event["note"]) for event in card.wait_for(4)]
    assert notes == [("fail", ""), ("undone", ""), ("fail", ""), ("fail", "half a thought")]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_card_with_criteria_fits_and_keeps_the_rules_of_accessibility(
    trial: Any, visit: Any, width: int
) -> None:
    page = visit(trial(criteria=CRITERIA), viewport={"width": width, "height": 860})
    settle(page)
    assert not broken(page, "card")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".act.inapplicable")).to_be_in_viewport()


def test_where_nothing_is_left_no_criterion_is_asked_for_or_denied(trial: Any, visit: Any) -> None:
    page = visit(trial(PLAIN[:1], criteria=CRITERIA[2:]))
    expect_shown(page, "o1")
    page.keyboard.press("p")
    expect(page.locator(".big")).to_be_visible()
    page.keyboard.press("c")
    settle(page)
    expect(page.locator(".notice")).to_be_hidden()

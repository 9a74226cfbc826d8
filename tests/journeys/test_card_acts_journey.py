"""What the grading card lets people do beside the grade: criteria, redo, marks, suggestions."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys._card import PLAIN, expect_shown
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey

CRITERIA = [
    {"id": "c1", "version": 1, "name": "Short", "severity": "must", "statement": "It is short."},
    {"id": "c2", "version": 3, "name": "Kind", "severity": "should", "statement": "It is kind."},
]


def test_criteria_are_graded_by_key_and_the_whole_after_them(trial: Any, visit: Any) -> None:
    card = trial(criteria=CRITERIA)
    page = visit(card)
    expect(page.locator(".mark")).to_have_count(2)
    page.keyboard.press("c")
    expect(page.locator(".mark").first).to_have_attribute("aria-current", "true")
    page.keyboard.press("f")
    page.keyboard.press("Enter")  # a failed criterion asks what is wrong: nothing more to say
    expect(page.locator(".mark").nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    seen = [(e["output_id"], e["criterion_id"], e["criterion_version"], e["value"]) for e in card.wait_for(3)]
    assert seen == [("o1", "c1", 1, "fail"), ("o1", "c2", 3, "pass"), ("o1", None, None, "pass")]
    page.keyboard.press("z")
    page.keyboard.press("z")
    expect_shown(page, "o1")
    expect(page.locator(".mark").nth(1)).to_have_attribute("data-value", "none")
    taken_back = card.wait_for(5)[3:]
    assert [(e["value"], e["criterion_id"]) for e in taken_back] == [("undone", None), ("undone", "c2")]
    page.reload()
    expect(page.locator(".mark").first).to_have_attribute("data-value", "fail")


def test_redo_gives_again_what_was_taken_back(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("u")
    expect_shown(page, "o2")
    page.keyboard.press("z")
    expect_shown(page, "o1")
    page.keyboard.press("y")
    expect_shown(page, "o2")
    assert [e["value"] for e in card.wait_for(3)] == ["unsure", "undone", "unsure"]
    page.keyboard.press("y")
    expect(page.get_by_text("There is nothing to give again.")).to_be_visible()


def test_marked_words_and_a_corrected_text_travel_with_the_grade(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("m")
    expect(page.get_by_text("Select some words of the output first")).to_be_visible()
    page.locator(".output .text").dblclick(position={"x": 10, "y": 12})
    page.keyboard.press("m")
    expect(page.get_by_text("Marked: “Answer”")).to_be_visible()
    page.keyboard.press("o")
    field = page.get_by_label("How should this output read?")
    expect(field).to_have_value("Answer 1")
    field.press("End")
    page.keyboard.type(", said kindly")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    (event,) = card.wait_for(1)
    assert event["corrected_text"] == "Answer 1, said kindly"
    assert [(s["text"], s["start"], s["end"]) for s in event["spans"]] == [("Answer", 0, 6)]


def test_words_are_marked_by_touch_and_stay_painted(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    offer = page.get_by_role("button", name="Mark these words")
    expect(offer).to_be_hidden()
    page.get_by_role("button", name="Fail").tap()
    _choose_a_word(page)
    offer.tap()
    expect(offer).to_be_hidden()
    page.locator("#note").fill("wrong word")
    page.get_by_role("button", name="Save, next").tap()
    expect_shown(page, "o2")
    grades = card.wait_for(3)
    assert [[span["text"] for span in grade["spans"]] for grade in grades] == [[], ["Answer"], ["Answer"]]
    assert (grades[-1]["value"], grades[-1]["note"]) == ("fail", "wrong word")
    assert _painted(page) == []
    page.reload()
    page.get_by_role("button", name="Previous output").tap()
    expect_shown(page, "o1")
    assert _painted(page) == ["Answer"]
    _choose_a_word(page)
    offer.tap()
    expect(page.get_by_text("Marked: “Answer”")).to_be_hidden()
    assert _painted(page) == []


def _choose_a_word(page: Page) -> None:
    """As a finger that stays on a word chooses it."""
    page.locator(".output .plain").evaluate(
        "text => getSelection().setBaseAndExtent(text.firstChild, 0, text.firstChild, 'Answer'.length)"
    )


def _painted(page: Page) -> list[str]:
    marked: list[str] = page.evaluate("() => [...CSS.highlights.get('labelcore-marked')].map(String)")
    return marked


def test_keys_can_be_changed_and_stay_changed(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("?")
    page.get_by_role("button", name="Change U").click()
    page.keyboard.press("p")  # taken by pass
    expect(page.get_by_text("The key p cannot be taken")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Change X")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".card")).to_be_visible()
    page.keyboard.press("u")
    page.keyboard.press("x")
    expect_shown(page, "o2")
    assert card.graded() == [("o1", "unsure")] or card.wait_for(1)[0]["value"] == "unsure"


def test_unseen_goes_to_the_first_output_without_a_grade(trial: Any, visit: Any) -> None:
    page = visit(trial())
    page.keyboard.press("p")
    expect_shown(page, "o2")
    counted = page.locator(".counted")
    expect(counted).to_be_hidden()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect_shown(page, "o4")
    expect(counted).to_have_text("1 graded")
    page.keyboard.press("g")
    expect_shown(page, "o2")


JUDGED = [output | {"suggestion": {"value": "fail", "reason": "It is too long."}} for output in PLAIN]


def test_the_judges_are_silent_until_the_grade_is_given(trial: Any, visit: Any) -> None:
    card = trial(JUDGED)
    page = visit(card)
    page.keyboard.press("a")
    expect(page.get_by_text("only after you have graded")).to_be_visible()
    expect(page.get_by_text("It is too long.")).to_have_count(0)
    page.keyboard.press("p")
    expect_shown(page, "o2")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("The judges: Fail. It is too long.")).to_be_visible()
    page.keyboard.press("a")
    first, second = card.wait_for(2)
    assert (first["value"], first["judge_shown"], first["agreed"]) == ("pass", False, False)
    assert (second["value"], second["judge_shown"], second["agreed"]) == ("fail", True, True)
    assert second["supersedes"] == first["client_id"]


def test_a_project_may_show_the_judges_first(trial: Any, visit: Any) -> None:
    card = trial(JUDGED, suggest_first=True)
    page = visit(card)
    expect(page.get_by_text("The judges: Fail. It is too long.")).to_be_visible()
    page.keyboard.press("a")
    expect_shown(page, "o2")
    page.keyboard.press("p")
    seen = [(e["value"], e["judge_shown"], e["agreed"]) for e in card.wait_for(2)]
    assert seen == [("fail", True, True), ("pass", True, False)]


def test_what_was_said_before_is_taken_by_key(trial: Any, visit: Any) -> None:
    card = trial(phrases=["too long", "invents a price"])
    page = visit(card)
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="invents a price")).to_be_visible()
    page.keyboard.press("Alt+2")
    page.keyboard.press("Alt+1")
    page.keyboard.press("Enter")
    expect_shown(page, "o2")
    assert card.wait_for(2)[1]["note"] == "invents a price; too long"


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_a_note_has_the_whole_width_and_leaves_the_output_in_view(trial: Any, visit: Any, width: int) -> None:
    page = visit(trial(criteria=CRITERIA, phrases=["too long", "invents", "rude", "off topic"]))
    page.set_viewport_size({"width": width, "height": 844})
    page.keyboard.press("f")
    expect(page.locator("#note")).to_be_focused()
    settle(page)
    note, dock, output = (page.locator(part).bounding_box() for part in ("#note", ".dock", ".output"))
    assert note["width"] >= dock["width"] - 2
    assert output["y"] >= 0
    assert output["y"] + min(output["height"], 200) <= dock["y"]
    offered = page.get_by_role("group", name="Said before").get_by_role("button")
    assert offered.count() == 4  # three phrases and the button for the others
    offered.get_by_text("more").click()
    expect(offered.get_by_text("off topic")).to_be_visible()
    expect(page.locator("#note")).to_be_focused()

"""The grading card in a real Chromium: no press is lost, doubled, or put on another output."""

from __future__ import annotations

import random
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys._card import PLAIN, expect_shown, expect_status, shown
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey


def test_each_paced_press_grades_the_output_that_was_shown(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    expect(page.locator(".place")).to_have_text("1 / 40")
    seen = []
    presses = [("p", "pass"), ("Shift+F", "fail"), ("3", "unsure"), ("s", "skipped")] * 3
    for n, (key, value) in enumerate(presses, 1):
        expect_shown(page, f"o{n}")
        seen.append((shown(page), value))
        page.keyboard.press(key)
    card.wait_for(12)
    assert card.graded() == seen
    assert [output for output, _ in seen] == [f"o{n}" for n in range(1, 13)]
    expect_status(page, "saved")
    event = card.events()[0]
    assert event["seconds"] > 0
    assert event["shown_at"].startswith("20")


def test_a_burst_of_six_keys_shows_six_and_stores_six(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    for _ in range(6):
        page.keyboard.press("p")
        page.wait_for_timeout(30)
    expect_shown(page, "o7")
    card.wait_for(6)
    settle(page)
    assert card.graded() == [(f"o{n}", "pass") for n in range(1, 7)]


def test_presses_beyond_what_is_loaded_are_refused_on_screen_and_stored_for_nothing(
    trial: Any, visit: Any
) -> None:
    card = trial(PLAIN[:20])
    page = visit(card)
    for _ in range(25):
        page.keyboard.press("p")
    expect_status(page, "saved")
    settle(page)
    stored = card.graded()
    assert len(stored) == len({output for output, _ in stored}) >= 11
    if len(stored) < 20:
        expect_shown(page, f"o{len(stored) + 1}")


def test_a_held_key_grades_once(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    for _ in range(12):
        page.keyboard.down("p")
    page.keyboard.up("p")
    card.wait_for(1)
    settle(page)
    assert card.graded() == [("o1", "pass")]
    expect_shown(page, "o2")


def test_a_held_f_types_nothing_into_the_note(trial: Any, visit: Any) -> None:
    page = visit(trial())
    for _ in range(5):
        page.keyboard.down("f")
    page.keyboard.up("f")
    expect(page.get_by_label("What is wrong")).to_have_value("")
    page.keyboard.press("f")
    expect(page.get_by_label("What is wrong")).to_have_value("f")


def test_undo_takes_back_the_latest_grade_and_shows_its_output_again(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect_shown(page, "o3")
    page.keyboard.press("z")
    expect_shown(page, "o2")
    first, second, undone = card.wait_for(3)
    assert (undone["value"], undone["output_id"]) == ("undone", "o2")
    assert undone["supersedes"] == second["client_id"]
    page.keyboard.press("z")
    expect_shown(page, "o1")
    assert card.wait_for(4)[3]["supersedes"] == first["client_id"]
    page.keyboard.press("z")
    expect(page.get_by_text("There is nothing to take back.")).to_be_visible()


def test_undo_works_after_a_reload(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    for _ in range(8):
        page.keyboard.press("p")
    expect_status(page, "saved")
    page.reload()
    expect_shown(page, "o9")
    page.keyboard.press("z")
    expect_shown(page, "o8")
    events = card.wait_for(9)
    assert events[8]["supersedes"] == events[7]["client_id"]


def test_fail_is_stored_at_once_and_its_note_when_it_is_written(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("f")
    (fail,) = card.wait_for(1)
    assert (fail["value"], fail["note"]) == ("fail", "")
    expect_shown(page, "o1")
    page.keyboard.type("The year is wrong, p u z")
    page.keyboard.press("Enter")
    expect_shown(page, "o2")
    noted = card.wait_for(2)[1]
    assert (noted["output_id"], noted["value"]) == ("o1", "fail")
    assert noted["note"] == "The year is wrong, p u z"
    assert noted["supersedes"] == fail["client_id"]
    page.keyboard.press("z")
    expect_shown(page, "o1")
    taken_back = {event["supersedes"] for event in card.wait_for(4)[2:]}
    assert taken_back == {fail["client_id"], noted["client_id"]}


def test_escape_goes_on_without_a_note_but_asks_before_it_drops_text(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("f")
    page.keyboard.press("Escape")
    expect_shown(page, "o2")
    page.keyboard.press("f")
    page.keyboard.type("hm")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Press Esc once more")).to_be_visible()
    page.keyboard.press("Escape")
    expect_shown(page, "o3")
    assert [event["note"] for event in card.wait_for(2)] == ["", ""]


def test_a_note_written_first_is_stored_with_the_grade(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("n")
    page.keyboard.type("good tone")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Note for your grade: good tone")).to_be_visible()
    page.keyboard.press("p")
    expect_shown(page, "o2")
    (event,) = card.wait_for(1)
    assert (event["value"], event["note"]) == ("pass", "good tone")


def test_looking_back_and_grading_again_supersedes_the_earlier_grade(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("p")
    page.keyboard.press("p")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("k")
    expect_shown(page, "o1")
    expect(page.get_by_role("button", name="Pass")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("u")
    events = card.wait_for(3)
    assert (events[2]["output_id"], events[2]["value"]) == ("o1", "unsure")
    assert events[2]["supersedes"] == events[0]["client_id"]
    expect_shown(page, "o3")


# Notes what was on screen in the moment of each key, before the card hears of it.
WITNESS = """() => {
  window.seen = [];
  window.addEventListener("keydown", (event) => {
    const host = document.querySelector("[data-testid=stBidiComponentIsolated]");
    const card = host.shadowRoot.querySelector(".card");
    window.seen.push([card.dataset.outputId ?? null, event.key]);
  }, true);
}"""
VALUES = {"p": "pass", "F": "fail", "u": "unsure", "s": "skipped"}


@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_hail_of_keys_every_grade_is_on_the_output_that_was_on_screen(
    trial: Any, visit: Any, seed: int
) -> None:
    draw = random.Random(seed)
    card = trial([*PLAIN, *({"output_id": f"x{n}", "text": f"More {n}"} for n in range(100))])
    page = visit(card)
    page.evaluate(WITNESS)
    for n in range(90):
        keys = ["p", "u", "s", "Shift+F", "z", "ArrowLeft", "ArrowRight"]
        page.keyboard.press(draw.choices(keys, [6, 3, 2, 3, 2, 1, 1])[0])
        page.wait_for_timeout(draw.choice([0, 0, 5, 20, 60]))
        if n == 45 and seed == 2:
            card.server.stop()
            card.server.start()
    expect_status(page, "saved")
    settle(page)
    meant = [(output, VALUES[key]) for output, key in page.evaluate("seen") if key in VALUES and output]
    assert [grade for grade in card.graded() if grade[1] != "undone"] == meant
    ids = [event["client_id"] for event in card.events()]
    assert len(ids) == len(set(ids))


def test_keys_typed_into_another_field_or_meant_for_the_browser_grade_nothing(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    page.keyboard.press("Control+p")
    page.keyboard.press("Alt+f")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    settle(page)
    assert card.events() == []


def test_the_end_is_said_and_the_last_grade_can_still_be_taken_back(trial: Any, visit: Any) -> None:
    card = trial(PLAIN[:2])
    page = visit(card)
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect(page.get_by_text("All 2 graded")).to_be_visible()
    page.keyboard.press("z")
    expect_shown(page, "o2")
    page.keyboard.press("u")
    expect(page.get_by_text("All 2 graded")).to_be_visible()
    assert card.graded()[-1] == ("o2", "unsure")


def test_nothing_to_grade_is_said_with_the_next_step(trial: Any, visit: Any) -> None:
    page = visit(trial([]))
    expect(page.get_by_text("Draw a sample first")).to_be_visible()

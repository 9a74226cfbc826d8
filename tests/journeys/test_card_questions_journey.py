"""What the grading card can ask beside pass and fail: levels, fields, two versions side by side."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys._card import PLAIN, expect_shown, shown
from tests.journeys.rules import broken, settle

pytestmark = pytest.mark.journey

SCALE = [
    {"name": "Bad", "value": "fail"},
    {"name": "So so", "value": "fail"},
    {"name": "Good", "value": "pass"},
    {"name": "Great", "value": "pass"},
]


def test_a_number_chooses_the_level_and_a_low_one_asks_what_is_wrong(trial: Any, visit: Any) -> None:
    card = trial(scale=SCALE)
    page = visit(card)
    expect(page.get_by_role("button", name="Great")).to_be_visible()
    expect(page.locator(".act.pass:not(.choices .act)")).to_be_hidden()
    page.keyboard.press("4")
    expect_shown(page, "o2")
    page.keyboard.press("p")
    expect(page.locator(".notice")).to_have_text("Press a number: 1 Bad · 2 So so · 3 Good · 4 Great")
    page.keyboard.press("2")
    page.keyboard.type("misses the date")
    page.keyboard.press("Enter")
    expect_shown(page, "o3")
    events = card.wait_for(3)
    answered = [(e["output_id"], e["value"], e["level"], e["note"]) for e in events]
    assert answered == [("o1", "pass", 4, ""), ("o2", "fail", 2, ""), ("o2", "fail", 2, "misses the date")]
    page.keyboard.press("z")
    page.keyboard.press("z")
    expect_shown(page, "o1")
    page.keyboard.press("y")
    assert [(e["value"], e["level"]) for e in card.wait_for(7)[-1:]] == [("pass", 4)]
    page.reload()
    expect(page.locator(".card")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect_shown(page, "o1")
    expect(page.locator(".mine")).to_contain_text("Your grade: Great")


def test_fields_of_a_structured_output_are_graded_like_criteria(trial: Any, visit: Any) -> None:
    text = json.dumps({"price": 12, "a/b": "x"})
    fields = [{"pointer": "/price", "value": "12"}, {"pointer": "/a~1b", "value": '"x"'}]
    card = trial([{"output_id": "o1", "text": text, "fields": fields}, *PLAIN[1:3]])
    page = visit(card)
    expect(page.locator(".mark .name")).to_have_text(["price", "a/b"])
    for key in ("c", "Shift+F", "p", "p"):
        page.keyboard.press(key)
    expect_shown(page, "o2")
    expect(page.locator(".mark")).to_have_count(0)
    answered = [(e["field"], e["criterion_id"], e["value"]) for e in card.wait_for(3)]
    assert answered == [("/price", None, "fail"), ("/a~1b", None, "pass"), (None, None, "pass")]
    page.keyboard.press("z")
    page.keyboard.press("z")
    undone = card.wait_for(5)[3:]
    assert [(e["field"], e["value"]) for e in undone] == [(None, "undone"), ("/a~1b", "undone")]


def test_two_versions_stand_side_by_side_and_differences_can_be_shown(trial: Any, visit: Any) -> None:
    pairs = [
        {
            "output_id": f"a{n}~b{n}",
            "input": "Q",
            "text": "The red fox runs",
            "other": "The blue fox runs far",
        }
        for n in range(1, 5)
    ]
    card = trial(pairs, compare=True)
    page = visit(card)
    expect(page.locator(".sides .output")).to_have_count(2)
    expect(page.get_by_role("button", name="Unsure")).to_be_hidden()
    page.locator("[data-format=diff]").first.click()
    expect(page.locator(".sides .output").first.locator("ins")).to_have_text("red")
    expect(page.locator(".sides .output").first.locator("del")).to_have_text(["blue", " far"])
    for key in ("1", "3", "2"):
        before = shown(page)
        page.keyboard.press(key)
        expect(page.locator(".card")).not_to_have_attribute("data-output-id", before)
    assert [e["value"] for e in card.wait_for(3)] == ["left", "right", "tie"]
    page.set_viewport_size({"width": 390, "height": 800})
    settle(page)
    boxes = [side.bounding_box() for side in page.locator(".sides .output").all()]
    assert boxes[0] and boxes[1] and boxes[1]["y"] > boxes[0]["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_texts_are_searched_and_folded_ones_open_where_something_is_found(trial: Any, visit: Any) -> None:
    long = "\n".join(["filler line"] * 200 + ["the needle", "a second Needle"])
    card = trial([{"output_id": "o1", "text": "no match", "input": long}, *PLAIN[1:3]])
    page = visit(card)
    expect(page.locator(".text.folded")).to_have_count(1)
    page.keyboard.press("/")
    page.keyboard.type("needle pass"[:6])
    expect(page.locator(".find .count")).to_have_text("1 of 2")
    expect(page.locator(".text.folded")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".find .count")).to_have_text("2 of 2")
    painted = "CSS.highlights.get('labelcore-found').size"
    assert page.evaluate(painted) == 2
    assert card.events() == []
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    assert page.evaluate(painted) == 0


def test_tool_calls_and_passages_are_laid_out(trial: Any, visit: Any) -> None:
    turns = [
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": "", "calls": [["search", '{"query": "fox"}']]},
        {"role": "tool", "name": "search", "content": '[{"hit": 1}]'},
    ]
    passages = json.dumps(
        [
            {"title": "Handbook", "text": "A passage that is long enough to be read as one.", "score": 0.93},
            "Another passage without a source, also long enough.",
        ]
    )
    card = trial(
        [
            {
                "output_id": "o1",
                "text": "There.",
                "conversation": turns,
                "context": passages,
                "reference": "Over there.",
            }
        ]
    )
    page = visit(card)
    expect(page.locator(".call code")).to_have_text("search")
    expect(page.locator(".call .json .name")).to_have_text(["query"])
    expect(page.locator(".bubble.tool .role")).to_have_text("tool · search")
    expect(page.locator(".passage summary")).to_have_text(["1 · Handbook 0.93", "2"])
    page.locator(".output [data-format=diff]").click()
    expect(page.locator(".output del")).to_have_text(["Over there"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_question_keeps_the_rules_of_accessibility(trial: Any, browser: Any, scheme: str) -> None:
    turns = [{"role": "tool", "name": "f", "content": "42", "calls": [["g", "{}"]]}]
    items = [
        {
            "output_id": "o1",
            "text": '{"a": 1}',
            "conversation": turns,
            "reference": "x",
            "fields": [{"pointer": "/a", "value": "1"}],
        },
        {"output_id": "o2~o3", "text": "left text", "other": "right text"},
    ]
    card = trial(items, scale=SCALE)
    page = browser.new_context(color_scheme=scheme, bypass_csp=True).new_page()
    page.goto(card.url)
    expect(page.locator(".card")).to_be_visible()
    found = []
    for keys in (["/"], ["Escape", "4", "/"]):
        for key in keys:
            page.keyboard.press(key)
        page.locator("[data-format=diff]").first.click()
        found += broken(page, " ".join(keys))
    page.context.close()
    assert not found, found

"""Terms on the grading card: marked in every text, their meaning shown on focus, never as markup."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys._card import PLAIN, expect_shown
from tests.journeys.rules import broken, settle

pytestmark = pytest.mark.journey

HOSTILE = '"><img src=x onerror="window.broken=1"><b>not bold</b>'
TERMS = [
    {"term": "杭州分公司", "meaning": "the branch in Hangzhou"},
    {"term": "refund", "meaning": "money back"},
    {"term": "杭分", "meaning": "杭州分公司"},
    {"term": "US", "meaning": HOSTILE},
]


def test_a_term_is_marked_and_tells_its_meaning_on_focus_as_text(trial: Any, visit: Any) -> None:
    text = "由杭分办理。The US desk told us: Refund, no refunds. BUSY 杭州分公司 <b>US</b>"
    card = trial([{"output_id": "o1", "text": text, "input": "杭分?", "terms": TERMS}, *PLAIN[1:3]])
    page = visit(card)
    marked = page.locator(".output abbr.term")
    expect(marked).to_have_text(["杭分", "US", "Refund", "杭州分公司", "US"])
    expect(page.locator(".output .text")).to_have_text(text)
    expect(page.locator(".part.input abbr.term")).to_have_attribute("title", "杭州分公司")
    meaning = page.get_by_role("tooltip")
    expect(meaning).to_be_hidden()
    marked.first.focus()
    expect(meaning).to_have_text("杭州分公司")
    expect(marked.first).to_have_attribute("aria-describedby", "term-meaning")
    page.keyboard.press("Tab")
    expect(meaning).to_have_text(HOSTILE)
    assert page.locator(".card img, .card b").count() == 0
    assert page.evaluate("window.broken") is None
    box, mark_box = meaning.bounding_box(), marked.nth(1).bounding_box()
    assert box and mark_box and 0 <= box["y"] - mark_box["y"] - mark_box["height"] < 20
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    marked.nth(2).click()
    expect(meaning).to_have_text("money back")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    expect(meaning).to_be_hidden()
    assert [e["value"] for e in card.wait_for(1)] == ["pass"]


def test_terms_are_marked_in_every_layout_at_most_two_hundred_times_and_found_by_searching(
    trial: Any, visit: Any
) -> None:
    deep = json.dumps({"a": {"b": {"c": "US desk"}}})
    items = [
        {"output_id": "o1", "text": "**US** *refund* `US`", "input": deep, "terms": TERMS},
        {"output_id": "o2", "text": "US " * 500, "terms": TERMS},
    ]
    page = visit(trial(items))
    output = page.locator(".output")
    expect(output.locator("strong abbr.term, em abbr.term, code abbr.term")).to_have_count(3)
    output.get_by_role("button", name="Plain text").click()
    expect(output.locator("abbr.term")).to_have_text(["US", "refund", "US"])
    page.locator(".part.input .json details:not([open]) > summary").click()
    expect(page.locator(".part.input .json abbr.term")).to_have_text("US")
    page.keyboard.press("/")
    page.keyboard.type("us* *ref")
    expect(page.locator(".find .count")).to_have_text("0 of 0")
    page.keyboard.press("Control+a")
    page.keyboard.type("us** *refu")
    expect(page.locator(".find .count")).to_have_text("1 of 1")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    expect(page.locator("abbr.term")).to_have_count(200)


def test_an_edit_of_the_glossary_reaches_cards_that_the_browser_holds(trial: Any, visit: Any) -> None:
    def items(*terms: dict[str, str]) -> list[dict[str, Any]]:
        outputs = [{"output_id": f"o{n}", "text": f"the US desk {n}", "terms": terms} for n in range(1, 4)]
        return [*outputs, *PLAIN[3:6]]

    card = trial(items({"term": "US", "meaning": "old"}, {"term": "desk", "meaning": "table"}))
    page = visit(card)
    marked = page.locator(".output abbr.term")
    expect(marked).to_have_text(["US", "desk"])
    card.store.with_name("items.json").write_text(json.dumps(items({"term": "US", "meaning": "new"})))
    page.keyboard.press("p")
    expect_shown(page, "o2")
    card.wait_for(1)
    expect(marked).to_have_text(["US"])
    expect(marked).to_have_attribute("title", "new")
    card.store.with_name("items.json").write_text(json.dumps(items()))
    page.keyboard.press("p")
    expect_shown(page, "o3")
    expect(marked).to_have_count(0)
    expect(page.locator(".output .text")).to_have_text("the US desk 3")


def test_both_sides_of_a_pair_have_their_terms(trial: Any, visit: Any) -> None:
    pair = {"output_id": "a~b", "text": "US here", "other": "a Refund", "input": "杭分?", "terms": TERMS}
    page = visit(trial([pair], compare=True))
    expect(page.locator(".sides abbr.term")).to_have_text(["US", "Refund"])
    expect(page.locator(".part.input abbr.term")).to_have_text("杭分")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_shown_meaning_keeps_the_rules_of_accessibility(trial: Any, browser: Any, scheme: str) -> None:
    card = trial([{"output_id": "o1", "text": "The US desk", "terms": TERMS}])
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, has_touch=True)
    page = context.new_page()
    page.goto(card.url)
    page.locator("abbr.term").wait_for()
    settle(page)
    page.locator("abbr.term").tap()
    expect(page.get_by_role("tooltip")).to_be_visible()
    found = broken(page, scheme)
    context.close()
    assert not found, found

"""The guidelines on the card: before the first grade of a version, one key away, and harmless."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys._card import expect_shown
from tests.journeys.rules import broken

pytestmark = pytest.mark.journey

HOSTILE = """# What is good
- names the **clause**
<img src=x onerror="document.title='hacked'"><script>document.title='hacked'</script>
![track](https://example.com/pixel.png) [press me](javascript:document.title='hacked')
"""
GUIDELINE = {
    "texts": {"en": HOSTILE, "zh": "# 什么算好\n写明**条款**。"},
    "versions": {"en": 2, "zh": 3},
    "examples": [
        {"value": "pass", "why": "names the clause", "text": "See § 4."},
        {"value": "fail", "why": "promises", "text": "<b>We refund all.</b>"},
    ],
}


def test_the_guidelines_come_before_the_first_grade_and_by_their_key(trial: Any, visit: Any) -> None:
    card = trial(guideline=GUIDELINE)
    page = visit(card)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    guide = page.locator("dialog.guide")
    expect(guide).to_be_visible()
    page.keyboard.press("p")  # nothing is graded under the guidelines
    expect(guide.get_by_role("heading", name="What is good")).to_be_visible()
    expect(guide.locator("strong", has_text="clause")).to_be_visible()
    expect(guide.locator(".examples li")).to_have_count(2)
    assert guide.locator("img, a, script, b").count() == 0
    assert page.title() != "hacked"
    assert not [url for url in requests if "example.com" in url]
    assert not broken(page, "card")
    page.keyboard.press("Enter")
    expect(guide).to_be_hidden()
    expect_shown(page, "o1")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    assert [event["output_id"] for event in card.wait_for(1)] == ["o1"]
    page.keyboard.press("i")
    expect(guide).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    expect_shown(page, "o2")
    expect(guide).to_be_hidden()


def test_without_guidelines_the_card_has_no_button_for_them(trial: Any, visit: Any) -> None:
    page = visit(trial())
    expect(page.locator(".act.guideline")).to_be_hidden()
    page.keyboard.press("i")
    expect(page.locator(".notice")).to_have_text("No guidelines are written for this project.")

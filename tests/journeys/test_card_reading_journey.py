"""The grading card as people read it: hostile content, formats, phones, languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

from tests.journeys._card import PLAIN, expect_shown
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey

HOSTILE = [
    "<img src=http://evil.example/a.png onerror=alert(1)><script>alert(2)</script>",
    "![x](http://evil.example/b.png) [click](javascript:alert(3)) <http://evil.example/c>\n\n# h",
    '{"a": "<img src=http://evil.example/d.png onerror=alert(4)>", "__proto__": {"b": 1}}',
    "right\u202eleft\u200b zero \x07 bell \U000e0041 tag, "
    "fine: \U0001f468\u200d\U0001f467 ❤\ufe0f می\u200cخواهم",
    "| a |\n|---|\n| <iframe src=http://evil.example/e></iframe> |\n\n```\n<style>*{}</style>\n",
]


def test_hostile_content_is_inert_and_what_hides_is_shown(trial: Any, visit: Any) -> None:
    hostile = [
        {
            "output_id": f"h{n}",
            "text": text,
            "input": text,
            "context": text,
            "conversation": [{"role": "<b>user</b>", "content": text, "name": text, "calls": [[text, text]]}],
            "metadata": {text: text},
            "reason_for_pick": text,
        }
        for n, text in enumerate(HOSTILE)
    ]
    shown_card = trial(hostile)
    page = visit(shown_card)
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: asked.append(_outside(request, shown_card.server.url)))

    def close(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", close)
    for n, text in enumerate(HOSTILE):
        expect_shown(page, f"h{n}")
        for button in page.locator(".formats button").all():
            button.click()
        card = page.locator(".card")
        assert card.locator("img, iframe, script, a, object, embed, style, svg").count() == 0
        if "<img" in text:
            expect(card.locator(".output")).to_contain_text("onerror=alert(")
        if "\u202e" in text:
            chips = card.locator(".output .chip").all_text_contents()
            assert chips == ["U+202E", "U+200B", "BEL", "U+E0041"]
        page.keyboard.press("Shift+F")
    settle(page)
    assert not dialogs
    assert not [url for url in asked if url]


def _outside(request: Request, home: str) -> str:
    inside = request.url.startswith((home, home.replace("http", "ws"), "data:", "blob:"))
    return "" if inside else request.url


MARKDOWN = (
    "# Title\n\nSome **bold**, *italic* and `code`.\n\n1. one\n2. two\n   - deep\n\n> quoted\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n\n[words](http://x.example/y)"
)


def test_markdown_and_json_are_laid_out_and_can_be_read_raw(trial: Any, visit: Any) -> None:
    tree = '{"big": 12345678901234567890, "list": [1, 2], "deep": {"a": {"b": {"c": 1}}}}'
    card = trial([{"output_id": "m", "text": MARKDOWN}, {"output_id": "j", "text": tree}])
    page = visit(card)
    output = page.locator(".output")
    for selector in ("[role=heading]", "strong", "em", "ol > li ul li", "blockquote", "td", "pre"):
        expect(output.locator(f".markdown {selector}").first).to_be_visible()
    expect(output).to_contain_text("words (http://x.example/y)")
    output.get_by_role("button", name="Plain text").click()
    expect(output.locator(".plain")).to_have_text(MARKDOWN, use_inner_text=True)
    page.keyboard.press("p")
    expect(output.locator(".json")).to_contain_text("12345678901234567890")
    output.get_by_role("button", name="Plain text").click()
    expect(output.locator(".plain")).to_have_text(tree)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_sees_all_buttons_and_never_scrolls_sideways(trial: Any, visit: Any, scheme: str) -> None:
    wide = "x" * 400 + "\n\n```\n" + "y" * 400 + "\n```\n\n|" + "wide cell|" * 30 + "\n|" + "--|" * 30
    card = trial([{"output_id": "w", "text": wide, "input": "z" * 500}, *PLAIN])
    page = visit(card, viewport={"width": 360, "height": 740}, color_scheme=scheme, has_touch=True)
    expect(page.locator(".card")).to_have_attribute("data-theme", scheme)
    settle(page)
    sideways = "() => document.querySelector('[data-testid=stMain]').scrollWidth"
    assert page.evaluate(sideways) <= 360
    for name in ("Pass", "Fail", "Unsure", "Skip", "Note", "Undo"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] + box["height"] <= 740
        assert box["height"] >= 40
    assert not _keys_on_buttons(page)
    expect(page.get_by_role("button", name="Keys", exact=True)).to_have_count(0)  # there are none to press
    page.get_by_role("button", name="Fail", exact=True).tap()
    page.keyboard.type("too wide")
    settle(page)
    assert page.evaluate(sideways) <= 360
    page.get_by_role("button", name="Save, next").tap()
    assert card.wait_for(2)[1]["note"] == "too wide"


def _keys_on_buttons(page: Page) -> list[str]:
    return page.locator("button kbd").locator("visible=true").all_inner_texts()


def test_keys_stand_on_buttons_only_where_there_is_room(trial: Any, visit: Any) -> None:
    page = visit(trial(PLAIN))
    settle(page)
    assert {"P", "F", "U"} <= {*_keys_on_buttons(page)}
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("button kbd").locator("visible=true")).to_have_count(0)


def test_the_card_speaks_chinese(trial: Any, visit: Any) -> None:
    page = visit(trial(language="zh"))
    expect(page.get_by_role("button", name="不通过")).to_be_visible()
    words = page.locator(".card").inner_text()
    assert not re.search(r"\b(Pass|Fail|Skip|Undo|Note|Ready)\b", words)

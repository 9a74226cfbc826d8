"""Reaching and pressing what stands on a page with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys.rules import settle

_FOCUSED = """tag => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const words = active.matches("input, textarea") ? active.getAttribute("aria-label") : active.innerText;
  return active.matches(tag || "a, button, [role=button], tr") ? words : "";
}"""


def tab_to(page: Page, words: str, tag: str = "") -> None:
    """Press Tab until what has the focus says these words, and is such an element."""
    page.locator("h1").first.wait_for()
    settle(page)  # a drawing in the middle of it would take the focus away
    for _ in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED, tag.lower())
        if words in str(focused):
            return
    raise AssertionError(f"Tab never reached '{words}'")


def press(page: Page, words: str, tag: str = "") -> None:
    """Tab there, then Enter."""
    tab_to(page, words, tag)
    page.keyboard.press("Enter")

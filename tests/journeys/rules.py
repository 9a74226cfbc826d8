"""axe's rules for WCAG A and AA, asked of a page as it stands."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SETTLED = "() => !document.querySelector('[data-stale=true]')"


def settle(page: Page) -> None:
    """Wait until nothing is drawn anew: what is, is pale."""
    page.wait_for_timeout(1_200)
    page.wait_for_function(SETTLED, timeout=30_000)


def broken(page: Page, where: str) -> list[str]:
    """Each rule that the page breaks, with the first place."""
    answer = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    return [
        f"{where}: {violation['id']} at {violation['nodes'][0]['target']}"
        for violation in answer.response["violations"]
    ]

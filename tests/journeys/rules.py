"""axe's rules for WCAG 2.2 A and AA, asked of a page as it stands."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""Everything of WCAG 2.2 up to AA."""
_STANDS = """(looks) => {
    const app = document.querySelector(".stApp");
    const busy = isUnderWay() || (app && app.dataset.testScriptState !== "notRunning");
    const pale = document.querySelector("[data-stale=true], [data-testid=stSkeleton]");
    const look = `${document.body.innerHTML.length} ${document.documentElement.scrollHeight}`;
    window.looks = window.look === look && !busy && !pale ? window.looks + 1 : 0;
    window.look = look;
    return window.looks >= looks;
}"""


def settle(page: Page, looks: int = 4) -> None:
    """Wait until the server owes nothing and nothing is drawn any more: so many looks in a row, 0.3 s apart,
    find the same.
    """
    page.evaluate("window.look = null")
    page.wait_for_function(_STANDS, arg=looks, polling=300)


def broken(page: Page, where: str) -> list[str]:
    """Each rule that the page breaks, with the first place."""
    answer = Axe().run(page, options={"runOnly": WCAG})
    return [
        f"{where}: {violation['id']} at {violation['nodes'][0]['target']}"
        for violation in answer.response["violations"]
    ]

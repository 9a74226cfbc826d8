"""What the grading card's journeys share: trials with a store each on one server, and words of the card."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.journeys._server import Server

PAGE = Path(__file__).parent / "apps" / "grading_card_page.py"
PLAIN = [{"output_id": f"o{n}", "input": f"Question {n}", "text": f"Answer {n}"} for n in range(1, 41)]


class Trial:
    """One card with its store, on a server that has more of them, and what a test asks of it."""

    def __init__(
        self, server: Server, folder: Path, items: list[dict[str, Any]], settings: dict[str, Any]
    ) -> None:
        self.server, self.store = server, folder / "store.jsonl"
        (folder / "items.json").write_text(json.dumps(items))
        (folder / "settings.json").write_text(json.dumps(settings))
        self.url = f"{server.url}?trial={folder.name}"

    def events(self) -> list[dict[str, Any]]:
        lines = self.store.read_text().splitlines() if self.store.exists() else []
        return [json.loads(line) for line in lines]

    def graded(self) -> list[tuple[str, str]]:
        return [(event["output_id"], event["value"]) for event in self.events()]

    def wait_for(self, n: int, seconds: float = 120) -> list[dict[str, Any]]:
        """The events, once n are stored."""
        end = time.monotonic() + seconds
        while len(self.events()) < n and time.monotonic() < end:
            time.sleep(0.02)
        return self.events()


# The policy that the app sends. Every journey runs under it, and none may violate it.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; "
    "connect-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'self'"
)


def under_policy(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, headers=answer.headers | {"content-security-policy": POLICY})


def shown(page: Page) -> str:
    return str(page.locator(".card").get_attribute("data-output-id"))


def expect_shown(page: Page, output_id: str) -> None:
    expect(page.locator(".card")).to_have_attribute("data-output-id", output_id)


def expect_status(page: Page, state: str) -> None:
    status = page.locator(".card .status")
    expect(status).to_have_attribute("data-state", state)

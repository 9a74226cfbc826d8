"""Journeys wait for what the server owes the page, also while the page does not know yet that it will run."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys._card import expect_status
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey


def test_what_a_busy_server_has_not_begun_is_under_way(trial: Any, visit: Any) -> None:
    card = trial()
    page = visit(card)
    settle(page)
    assert not page.evaluate("isUnderWay()")
    card.server.process.send_signal(signal.SIGSTOP)
    try:
        page.keyboard.press("p")
        page.wait_for_function("() => isUnderWay()")
        expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
    finally:
        card.server.process.send_signal(signal.SIGCONT)
    settle(page)
    assert not page.evaluate("isUnderWay()")
    expect_status(page, "saved")
    assert card.graded() == [("o1", "pass")]

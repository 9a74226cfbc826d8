"""Presses become durable one by one: what a card sent, through the library, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from labelcore.errors import LabelcoreError
from pages.widgets.grading_card import CardEvent, CardEvents


def store_each(
    events: CardEvents, store: Callable[[CardEvent], list[str]]
) -> tuple[list[str], dict[str, str]]:
    """The client ids that are stored durably, and why others can never be (a press never costs
    another one).
    """
    stored: list[str] = []
    refused: dict[str, str] = {}
    for event in events:
        try:
            stored += store(event)
        except LabelcoreError as trouble:
            refused[event.client_id] = str(trouble)
        except ValueError:  # the browser is not trusted: a press may not fit the question
            refused[event.client_id] = "it does not fit what is asked"
    return stored, refused

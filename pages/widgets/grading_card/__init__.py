"""The grading card: one component without an iframe that owns keys, queue and display.

A page uses it in three lines, in this order, because what is acknowledged must be stored first::

    acknowledged = store(received(KEY))            # durable, idempotent by client_id
    items, place, total = next_items()             # read after storing
    late = grading_card(items, setting, place=place, total=total, acknowledged=acknowledged, key=KEY)

``late`` holds what ``received`` could not yet see (the first run of a new session); storing it at
once is welcome, and leaving it is safe: the browser sends again whatever is not acknowledged.
"""

from pages.widgets.grading_card.component import asset_folder, grading_card, received
from pages.widgets.grading_card.contract import (
    CardCriterion,
    CardEvent,
    CardEvents,
    CardField,
    CardGrade,
    CardItem,
    CardLevel,
    CardSetting,
    CardSuggestion,
    CardTerm,
    CardTurn,
    Language,
    read_events,
)
from pages.widgets.grading_card.messages import LANGUAGES, MESSAGES, messages_for

__all__ = [
    "LANGUAGES",
    "MESSAGES",
    "CardCriterion",
    "CardEvent",
    "CardEvents",
    "CardField",
    "CardGrade",
    "CardItem",
    "CardLevel",
    "CardSetting",
    "CardSuggestion",
    "CardTerm",
    "CardTurn",
    "Language",
    "asset_folder",
    "grading_card",
    "messages_for",
    "read_events",
    "received",
]

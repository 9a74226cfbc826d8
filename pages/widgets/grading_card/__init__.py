"""The grading card: one component without an iframe that owns keys, queue and display.

A page uses it in three lines, in this order, because what is acknowledged must be stored first::

    acknowledged = store(received(KEY))            # durable, idempotent by client_id
    news = next_items(acknowledged)                # read after storing
    late = grading_card(news, key=KEY)

``late`` holds what ``received`` could not yet see (the first run of a new session); storing it at
once is welcome, and leaving it is safe: the browser sends again whatever is not acknowledged.
"""

from pages.widgets.grading_card.component import Seat, asset_folder, grading_card, received
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
from pages.widgets.grading_card.news import CardNews, held_by_browser

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
    "CardNews",
    "CardSetting",
    "CardSuggestion",
    "CardTerm",
    "CardTurn",
    "Language",
    "Seat",
    "asset_folder",
    "grading_card",
    "held_by_browser",
    "messages_for",
    "read_events",
    "received",
]

"""What travels between the grading card in a browser and the library, on a page and in a pack."""

from labelcore.stages.grading.card.contract import (
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
    read_events,
)
from labelcore.stages.grading.card.items import card_items, coming_items, setting_of, terms_of_pair, turns_of
from labelcore.stages.grading.card.news import CardNews, held_by_browser
from labelcore.stages.grading.card.presses import Receipt, grade_of, store_each, store_events

__all__ = [
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
    "Receipt",
    "card_items",
    "coming_items",
    "grade_of",
    "held_by_browser",
    "read_events",
    "setting_of",
    "store_each",
    "store_events",
    "terms_of_pair",
    "turns_of",
]

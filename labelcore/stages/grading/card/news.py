"""What the card is told: with a run of the page, or in answer to presses that it sent by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import Field

from labelcore.models import Frozen
from labelcore.stages.grading.card.contract import CardItem, CardSetting


class CardNews(Frozen):
    """The coming outputs, the setting, and what became of the presses.

    ``items``: the output to grade now and about ten after it; a few graded ones before it (with
    ``current``) let people look back after a reload. Order and gaps do not matter. ``place``:
    1-based position of the first output to grade; ``total + 1`` when all are graded. ``total``:
    outputs in the sample; 0 when there is none. ``done``: how many of them this person has graded
    (default: ``place - 1``). ``acknowledged``: client_ids that are stored durably; the browser
    forgets them. ``refused``: client_id -> sentence, for presses that can never be stored (say, the
    output was deleted); the card stops sending them and shows the sentence. ``pace``: a quiet line
    on top. ``page``: what the page around the card depends on; when an answer's differs from the
    last run's, the card asks for a run. ``stamp``: taken before the outputs were read; of two with the
    same ``epoch`` (a server's life) the lower knows less.
    """

    items: tuple[CardItem, ...]
    setting: CardSetting
    place: int
    total: int
    done: int | None = None
    acknowledged: tuple[str, ...] = ()
    refused: Mapping[str, str] = Field(default_factory=dict)
    pace: str = ""
    page: str = ""
    epoch: str | None = None
    stamp: int = 0

    @property
    def is_done(self) -> bool:
        """Nothing is left to grade (what was graded last may still be among the items)."""
        return self.place > self.total

    def as_data(self, words: Mapping[str, str], have: Collection[str] = ()) -> dict[str, Any]:
        """Plain JSON, with the card's words, without what the browser says that it holds
        (see `held_by_browser`).
        """
        terms_held = dict(held.rsplit("#", 1) for held in have if "#" in held)
        language = self.setting.language
        news = {
            "items": [
                card.as_data(known=card.output_id in have, known_terms=terms_held.get(card.output_id, ""))
                for card in self.items
            ],
            "place": self.place,
            "total": self.total,
            "done": self.place - 1 if self.done is None else self.done,
            "acknowledged": list(self.acknowledged),
            "refused": dict(self.refused),
            "messages": None if language in have else dict(words),
            "pace": self.pace,
            "page": self.page,
            "epoch": self.epoch,
            "stamp": self.stamp,
        }
        return news | self.setting.as_data()


def held_by_browser(payload: object) -> set[str]:
    """Output ids (and the language) that the browser holds already and need not be sent again;
    for those with terms also ``id#key`` with the key of these terms.
    """
    have = payload.get("have") if isinstance(payload, Mapping) else None
    return {name for name in have if isinstance(name, str)} if isinstance(have, list) else set()

"""A person's grading session in a project: presses in, the coming outputs out.

One way for both doors: the page, which runs as a whole, and the card's own requests, which are
answered in a few milliseconds (`pages.widgets.presses`).
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from labelcore.messages import Language
from labelcore.stages import grading
from labelcore.stages.grading.card import (
    CardEvents,
    CardItem,
    CardNews,
    CardSetting,
    Receipt,
    card_items,
    setting_of,
    store_events,
)
from labelcore.workspace import Workspace
from pages.widgets.pace import pace_words
from pages.widgets.pairs import pair_items, pair_setting, store_pairs

_EPOCH, _stamps = uuid.uuid4().hex, itertools.count(1)
Way = Literal["single", "pairs"]
"""Outputs one by one, or two versions side by side."""


@dataclass(frozen=True)
class GradingSession:
    """Who grades what, and how."""

    workspace: Workspace
    language: Language
    way: Way

    def store(self, events: CardEvents) -> Receipt:
        """Make presses durable."""
        return (store_events if self.way == "single" else store_pairs)(self.workspace, events)

    def news(self, events: CardEvents) -> CardNews:
        """Store the presses, then say what comes next; without presses also what was last."""
        stored, refused = self.store(events)
        stamp = next(_stamps)
        coming = self._outputs(first=not stored) if self.way == "single" else self._pairs()
        return coming.model_copy(
            update={"acknowledged": tuple(stored), "refused": refused, "epoch": _EPOCH, "stamp": stamp}
        )

    def _outputs(self, *, first: bool) -> CardNews:
        workspace = self.workspace
        queue = grading.grading_queue(workspace)
        phrases = grading.phrases(workspace) if first else None
        return self._told(
            queue,
            card_items(workspace, queue, first=first),
            setting_of(workspace, self.language, phrases),
            pace_words(workspace, queue, self.language),
        )

    def _pairs(self) -> CardNews:
        queue = grading.comparing_queue(self.workspace)
        setting = pair_setting(self.workspace, self.language)
        return self._told(queue, pair_items(self.workspace.project, queue), setting)

    def _told(
        self,
        queue: grading.Queue | grading.PairQueue,
        items: Sequence[CardItem],
        setting: CardSetting,
        pace: str = "",
    ) -> CardNews:
        place = queue.items[0].position if queue.items else queue.total + 1
        # The page around the card shows the project's rules, and where to go when all is done.
        page = f"{self.workspace.project.at.isoformat()} {'open' if queue.items else 'done'}"
        return CardNews(
            items=tuple(items),
            setting=setting,
            place=place,
            total=queue.total,
            done=queue.done,
            page=page,
            pace=pace,
        )

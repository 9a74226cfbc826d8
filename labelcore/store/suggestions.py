"""Suggestions for a judge and what became of them; an event is never overwritten, the last one counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from labelcore.models import now
from labelcore.models.base import ProjectItem
from labelcore.store.connection import Database
from labelcore.store.rows import RowMapping

State = Literal["offered", "accepted", "rejected"]


class SuggestionEvent(ProjectItem):
    """A suggestion was offered, accepted or rejected. ``against_id``: the version that it changes;
    ``judge_version_id``: the version with it, whose specification is ``spec``; ``figures``: its changes on
    dev.
    """

    judge_id: str
    suggestion_id: str
    state: State
    kind: str
    words: str
    against_id: str
    judge_version_id: str
    spec: dict[str, Any]
    figures: dict[str, Any]
    why: str = ""
    author: str = ""
    at: datetime = Field(default_factory=now)


_EVENT = RowMapping(SuggestionEvent, "prompt_suggestion", id="event_id", at="made_at")
_LAST = "QUALIFY row_number() OVER (PARTITION BY suggestion_id ORDER BY made_at DESC, event_id) = 1"


def record(db: Database, events: Sequence[SuggestionEvent]) -> None:
    """Log what was offered or decided."""
    _EVENT.add(db, events)


def of_judge(db: Database, project_id: str, judge_id: str) -> dict[str, SuggestionEvent]:
    """The last event of each of a judge's suggestions, by its id, the oldest first."""
    source = f"prompt_suggestion WHERE project_id = ? AND judge_id = ? {_LAST} ORDER BY made_at, event_id"
    return {event.suggestion_id: event for event in _EVENT.find(db, source, [project_id, judge_id])}

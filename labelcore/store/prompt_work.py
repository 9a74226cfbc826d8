"""Work on a judge's prompt before it is a version: people's drafts, suggestions and what became of them, what
was tried together, and every comparison of two versions on dev. Events are never overwritten; of a suggestion
the last one counts, and of a matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from labelcore.models import now
from labelcore.models.base import ProjectItem
from labelcore.store.connection import Database, utc
from labelcore.store.rows import RowMapping

SuggestionState = Literal["offered", "accepted", "rejected"]


class _PromptWork(ProjectItem):
    """What somebody did on a version of a judge."""

    judge_id: str
    judge_version_id: str
    author: str = ""
    at: datetime = Field(default_factory=now)


class StoredDraft(_PromptWork):
    """A draft as JSON, "" once there is none; ``version``: the one that it was begun on."""

    version: int
    words: str


class SuggestionEvent(_PromptWork):
    """A suggestion was offered, accepted or rejected. ``against_id``: the version that it changes;
    ``judge_version_id``: the version with it, whose specification is ``spec``; ``figures``: its changes on
    dev.
    """

    suggestion_id: str
    state: SuggestionState
    kind: str
    words: str
    against_id: str
    spec: dict[str, Any]
    figures: dict[str, Any]
    why: str = ""


class Look(_PromptWork):
    """One comparison on n dev outputs: the mean of TPR and TNR of the ``present`` version (``against_id``)
    and of the new one (``figure``), and the new one's ``noise`` (a standard deviation); None: not measurable.

    ``state``: a hash of all that there was to see.
    """

    against_id: str
    state: str
    n: int
    present: float | None = None
    figure: float | None = None
    noise: float | None = None


class StoredMatrix(_PromptWork):
    """What was tried together beside a version: the combinations (``cells``), each with its specification and
    what ended it, and the rate that is ``enough``, None where all were to be tried.

    ``drawn``: the outputs on which they were tried, drawn from a ``pool``, by id; ``tried``: False once it
    ended and none of them had decided anything. It is kept before it begins, and once more when it has ended.
    """

    cells: tuple[dict[str, Any], ...]
    enough: float | None = None
    pool: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
    tried: bool = True


_DRAFT = RowMapping(StoredDraft, "prompt_draft", id="draft_id", at="made_at")
_EVENT = RowMapping(SuggestionEvent, "prompt_suggestion", id="event_id", at="made_at")
_LOOK = RowMapping(Look, "prompt_look", id="look_id", at="made_at")
_MATRIX = RowMapping(StoredMatrix, "prompt_matrix", id="matrix_id", at="made_at")
_OF = "project_id = ? AND judge_id = ?"


def keep_draft(db: Database, draft: StoredDraft) -> None:
    """Keep it in the place of the ones before it."""
    _DRAFT.add(db, [draft])
    of = [draft.project_id, draft.judge_id, draft.author, draft.id, utc(draft.at)]
    db.run(f"DELETE FROM prompt_draft WHERE {_OF} AND author = ? AND draft_id <> ? AND made_at <= ?", of)


def newest_draft(db: Database, project_id: str, judge_id: str, author: str) -> StoredDraft | None:
    """The draft of a person and a judge."""
    source = f"prompt_draft WHERE {_OF} AND author = ? ORDER BY made_at DESC, draft_id LIMIT 1"
    return next(iter(_DRAFT.find(db, source, [project_id, judge_id, author])), None)


def record_suggestions(db: Database, events: Sequence[SuggestionEvent]) -> None:
    """Log what was offered or decided."""
    _EVENT.add(db, events)


def suggestions_of(db: Database, project_id: str, judge_id: str) -> dict[str, SuggestionEvent]:
    """The last event of each of a judge's suggestions, by its id, the oldest first."""
    last = "QUALIFY row_number() OVER (PARTITION BY suggestion_id ORDER BY made_at DESC, event_id) = 1"
    source = f"prompt_suggestion WHERE {_OF} {last} ORDER BY made_at, event_id"
    return {event.suggestion_id: event for event in _EVENT.find(db, source, [project_id, judge_id])}


def record_look(db: Database, look: Look) -> None:
    """Log a look."""
    _LOOK.add(db, [look])


def looks_of(db: Database, project_id: str, judge_id: str) -> list[Look]:
    """The looks at one judge's versions, the oldest first; what was seen before is no look."""
    first = "QUALIFY row_number() OVER (PARTITION BY state ORDER BY made_at, look_id) = 1"
    source = f"prompt_look WHERE {_OF} {first} ORDER BY made_at, look_id"
    return _LOOK.find(db, source, [project_id, judge_id])


def keep_matrix(db: Database, matrix: StoredMatrix) -> None:
    """Keep what is tried together, or what ended it; of one matrix the last event counts."""
    _MATRIX.add(db, [matrix])


def newest_matrix(db: Database, project_id: str, judge_version_id: str) -> StoredMatrix | None:
    """What was last tried beside a version of a judge; one that came to nothing only where all did."""
    source = (
        "prompt_matrix WHERE project_id = ? AND judge_version_id = ? "
        "QUALIFY row_number() OVER (PARTITION BY matrix_id ORDER BY made_at DESC) = 1 "
        "ORDER BY tried DESC, made_at DESC, matrix_id DESC LIMIT 1"
    )
    found = _MATRIX.find(db, source, [project_id, judge_version_id])
    return next(iter(found), None)

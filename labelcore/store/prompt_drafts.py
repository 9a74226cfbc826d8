"""What people write of prompts before it is a version: one draft of each person and judge."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from labelcore.models import now
from labelcore.models.base import ProjectItem
from labelcore.store.connection import Database, utc
from labelcore.store.rows import RowMapping


class StoredDraft(ProjectItem):
    """A draft as JSON, "" once there is none; ``version``: the one that it was begun on."""

    judge_id: str
    judge_version_id: str
    version: int
    words: str
    author: str = ""
    at: datetime = Field(default_factory=now)


_DRAFT = RowMapping(StoredDraft, "prompt_draft", id="draft_id", at="made_at")
_OF = "project_id = ? AND judge_id = ? AND author = ?"


def keep(db: Database, draft: StoredDraft) -> None:
    """Keep it in the place of the ones before it."""
    _DRAFT.add(db, [draft])
    of = [draft.project_id, draft.judge_id, draft.author, draft.id, utc(draft.at)]
    db.run(f"DELETE FROM prompt_draft WHERE {_OF} AND draft_id <> ? AND made_at <= ?", of)


def newest(db: Database, project_id: str, judge_id: str, author: str) -> StoredDraft | None:
    """The draft of a person and a judge."""
    source = f"prompt_draft WHERE {_OF} ORDER BY made_at DESC, draft_id LIMIT 1"
    return next(iter(_DRAFT.find(db, source, [project_id, judge_id, author])), None)

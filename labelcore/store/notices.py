"""The outbox: notices, the steps of each on its way, and how a project wants them sent."""

from __future__ import annotations

from typing import NamedTuple

from labelcore.models import Notice, NoticeRules, NoticeStep
from labelcore.store.connection import Database
from labelcore.store.lookups import remembers, written
from labelcore.store.rows import RowMapping

_RULES = RowMapping(NoticeRules, "notice_rules")
_NOTICE = RowMapping(Notice, "notice", id="notice_id", at="made_at")
_STEP = RowMapping(NoticeStep, "notice_step", at="made_at")
_NEWEST = "QUALIFY row_number() OVER (PARTITION BY notice_id ORDER BY step_id DESC) = 1"
_OPEN = "('sending', 'waiting', 'failed')"


class Sending(NamedTuple):
    """A notice and its newest step; None: nobody has tried yet."""

    notice: Notice
    step: NoticeStep | None


@remembers("notice_rules")
def rules(db: Database, project_id: str) -> NoticeRules:
    """How a project wants its notices sent."""
    rows = _RULES.find(db, "notice_rules WHERE project_id = ? ORDER BY made_at DESC LIMIT 1", [project_id])
    return rows[0] if rows else NoticeRules(project_id=project_id)


def save_rules(db: Database, new: NoticeRules) -> None:
    """Store how notices are sent from now on."""
    _RULES.add(db, [new])
    written(db, "notice_rules")


def add(db: Database, notice: Notice) -> bool:
    """Put a notice into the outbox; False where its key is there already."""
    if notice.key and db.rows(
        "SELECT 1 FROM notice WHERE project_id = ? AND key = ? LIMIT 1", [notice.project_id, notice.key]
    ):
        return False
    _NOTICE.add(db, [notice])
    return True


def step(db: Database, new: NoticeStep) -> None:
    """Store how far a notice is; durable when this returns."""
    _STEP.add(db, [new])


def newest(db: Database, project_id: str, limit: int = 200) -> list[Sending]:
    """The newest notices of a project with how far each is."""
    source = "notice_unique WHERE project_id = ? ORDER BY made_at DESC, notice_id DESC LIMIT ?"
    return _with_steps(db, project_id, _NOTICE.find(db, source, [project_id, limit]))


def unfinished(db: Database, project_id: str) -> list[Sending]:
    """The notices that still have to be sent, or whose sending was begun, oldest first."""
    source = (
        "notice_unique WHERE project_id = ? AND channel <> 'link' AND notice_id NOT IN (SELECT notice_id "
        f"FROM (FROM notice_step WHERE project_id = ? {_NEWEST}) WHERE state NOT IN {_OPEN}) "
        "ORDER BY made_at, notice_id"
    )
    return _with_steps(db, project_id, _NOTICE.find(db, source, [project_id, project_id]))


def _with_steps(db: Database, project_id: str, notices: list[Notice]) -> list[Sending]:
    source = f"notice_step WHERE project_id = ? AND notice_id IN (SELECT unnest(?)) {_NEWEST}"
    steps = _STEP.find(db, source, [project_id, [notice.id for notice in notices]])
    by_notice = {latest.notice_id: latest for latest in steps}
    return [Sending(notice, by_notice.get(notice.id)) for notice in notices]

"""Telling people: what is put into a project's outbox, and how the project wants it sent."""

from __future__ import annotations

from typing import Any

from labelcore.models import Frozen, Notice, NoticeKind, NoticeState, Role, name_key, new_id
from labelcore.operations import operation
from labelcore.stages import signing
from labelcore.store import notices as table
from labelcore.store.notices import Sending
from labelcore.workspace import Workspace

_MOST_WORDS = 2_000


class NoticeRow(Frozen):
    """A notice and how far it is; ``state`` of one that is handed over as a link is "link"."""

    notice: Notice
    state: NoticeState | str
    tries: int = 0
    why: str = ""
    detail: str = ""

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        return self.notice.model_dump(exclude={"key"}) | self.model_dump(exclude={"notice"})


def mention(workspace: Workspace, output_id: str, person: str, *, words: str = "") -> Notice | None:
    """Tell somebody that a comment on an output names them; None where that is whoever wrote it.

    ``words``: the comment, kept only where the project lets texts leave.
    """
    return tell(workspace, "mention", person, output_id=output_id, words=words)


def tell(workspace: Workspace, kind: NoticeKind, person: str, **given: Any) -> Notice | None:
    """Put a notice into the outbox, in this thread's transaction where there is one.

    None: it would tell people of what they did, or its ``key`` is there already.
    """
    known = signing.known_as(workspace.db, workspace.project, person)
    if known and name_key(known) == name_key(workspace.person):
        return None
    rules = table.rules(workspace.db, workspace.project.id)
    given["words"] = str(given.get("words", ""))[:_MOST_WORDS] if rules.texts else ""
    notice = Notice(
        id=new_id("notice"),
        project_id=workspace.project.id,
        kind=kind,
        person=known,
        channel=rules.channel,
        made_by=workspace.person,
        **given,
    )
    return notice if table.add(workspace.db, notice) else None


@operation("notices list", role=Role.LEAD, listed_as="notices")
def list_notices(workspace: Workspace) -> list[NoticeRow]:
    """Show the newest notices: who is told what, and how far each is."""
    return [_row(sending) for sending in table.newest(workspace.db, workspace.project.id)]


def _row(sending: Sending) -> NoticeRow:
    notice, step = sending
    if step is None:
        return NoticeRow(notice=notice, state="link" if notice.channel == "link" else "waiting")
    return NoticeRow(notice=notice, **step.model_dump(include={"state", "tries", "why", "detail"}))


def notices_for(workspace: Workspace, limit: int = 5) -> list[Notice]:
    """What this person was told lately, the newest first."""
    mine = name_key(workspace.person)
    newest = (sending.notice for sending in table.newest(workspace.db, workspace.project.id))
    return [notice for notice in newest if name_key(notice.person) == mine != ""][:limit]

"""Notices in words: the subject of each, how far it is, and what kept it."""

from __future__ import annotations

from labelcore.messages.catalogue import counted, say
from labelcore.models import Notice
from labelcore.stages.notifying import NoticeRow
from labelcore.wording import Wording

_STATES = {
    "link": Wording("to be handed over"),
    "waiting": Wording("waits to be sent"),
    "sending": Wording("is being sent"),
    "sent": Wording("sent"),
    "failed": Wording("not sent yet, tried again"),
    "given up": Wording("not sent"),
    "unclear": Wording("may have arrived, so it is not sent again by itself"),
}


def subject_words(notice: Notice) -> str:
    """What a notice tells, in one line."""
    by, figures = notice.made_by or say("Somebody"), notice.figures
    match notice.kind:
        case "invitation":
            return say("{by} invites you", by=by)
        case "mention":
            return say("{by} mentioned you in a comment", by=by)
        case "batch":
            return counted("The 1 output is graded", "All {n:,} outputs are graded", n=figures.get("n", 0))
        case "reminder":
            waiting = counted(
                "1 output waits for your grade", "{n:,} outputs wait for your grade", n=figures.get("n", 0)
            )
            day = figures.get("day")
            return say("{waiting}, due on {day}", waiting=waiting, day=day) if day else waiting


def notice_words(notice: Notice) -> str:
    """Who is told what."""
    return say("{person}: {words}", person=notice.person or say("everybody"), words=subject_words(notice))


def state_words(row: NoticeRow) -> str:
    """How far a notice is, and what kept it."""
    return say(_STATES[row.state])

"""Notices in words: the subject of each, how far it is, and what kept it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labelcore.messages.catalogue import counted, say
from labelcore.messages.telling import sentence
from labelcore.models import Notice, fact
from labelcore.wording import Wording

if TYPE_CHECKING:  # sentences wait for no numbers
    from labelcore.stages.notifying import NoticeRow, NoticeSettings

_STATES = {
    "link": Wording("link to pass on"),
    "waiting": Wording("waits to be sent"),
    "sending": Wording("is being sent"),
    "sent": Wording("sent"),
    "failed": Wording("not sent yet, will be tried again"),
    "given up": Wording("not sent"),
    "unclear": Wording("may have arrived, so it is not sent again by itself"),
}
WORDS = {
    "notice_no_server": "no mail server is set: LABELCORE_SMTP_HOST and LABELCORE_SMTP_FROM",
    "notice_no_mailbox": "no e-mail address is known",
    "notice_no_encryption": "the mail server offers no encryption",
    "notice_refused": "the mail server answered {detail}",
    "notice_unreachable": "the server was not reached: {detail}",
    "notice_fell_silent": "the other side fell silent",
    "notice_interrupted": "the app ended in the middle",
    "notice_changed": "the channel was changed meanwhile",
    "notice_no_address": "it is not the address of a webhook",
    "notice_not_https": "the address is not https",
    "notice_inner": "the address leads into the network",
    "notice_redirects": "the address answered {detail}, and redirects are not followed",
    "notice_answered": "the address answered {detail}",
}


def subject_words(notice: Notice) -> str:
    """What a notice tells, in one line."""
    by, figures = notice.made_by or say("Somebody"), notice.figures
    match notice.kind:
        case "invitation":
            return say("{by} invites you", by=by)
        case "password":
            return say("A new password was chosen for your account")
        case "address":
            return say("The e-mail address of your account was changed")
        case "sign-in":
            return say("Somebody signed in as you from a new place: {place}", place=figures.get("place", ""))
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
    state = say(_STATES[row.state])
    why = why_words(row.why, row.detail)
    return say("{state} ({why})", state=state, why=why) if why else state


def why_words(why: str, detail: str) -> str:
    """What kept a notice; "" where nothing did."""
    return sentence(fact(f"notice_{why.replace(' ', '_')}", detail=detail)) if why else ""


def trial_words(to: str, why: str, detail: str) -> str:
    """What came of a test."""
    if why:
        return say("The test did not arrive: {why}.", why=why_words(why, detail))
    return say("The test was taken for {to}.", to=to) if to else say("The test was taken.")


def missing_words(report: NoticeSettings) -> Iterator[str]:
    """What whoever runs labelcore has to set first."""
    if "server" in report.missing:
        yield say(
            "No mail server is set: whoever runs labelcore sets LABELCORE_SMTP_HOST and LABELCORE_SMTP_FROM."
        )
    if "url" in report.missing:
        yield say("Links lead to this machine only: whoever runs labelcore sets LABELCORE_URL.")

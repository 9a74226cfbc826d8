"""Operations that send notices: what is due, and a test. Each is tried by one thread at a time.

A step is stored before the first byte leaves: a notice whose sending was cut short is never sent again by
itself.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

from labelcore.errors import BadInput
from labelcore.messages.catalogue import calling, speaking
from labelcore.messages.letters import Letter, base, letter_of, link_to, page_of, trial_letter
from labelcore.models import Frozen, Notice, NoticeRules, NoticeStep, Role, new_id, now
from labelcore.operations import Effect, operation
from labelcore.post import UndeliveredMessage, hooks, mail
from labelcore.settings import settings
from labelcore.stages import people, projects, signing
from labelcore.stages.grading.talking import is_told_to_all
from labelcore.stages.notifying import mailbox_of
from labelcore.stages.reporting.digest import tell_what_is_due
from labelcore.store import Database, notices as table, outputs as output_table, people as people_table
from labelcore.store.notices import Sending
from labelcore.workspace import Workspace

_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
"""Between one try and the next; after the last the notice is given up."""
_OF_ALL = {"no server", "unreachable", "no encryption"}
"""What keeps one notice keeps the others too: they are not tried in this round."""
_HOURS = 7 * 24.0
_sending = threading.Lock()


class SentNotices(Frozen):
    """How many notices were sent, are tried again later, were given up, or may have arrived."""

    sent: int
    failed: int
    given_up: int
    unclear: int


class ChannelTried(Frozen):
    """What came of a test. ``why``: the code of what kept it, "" where it was taken."""

    to: str
    why: str
    detail: str


@operation("notices send", role=Role.LEAD, effect=Effect.GRADUAL)
def send_notices(workspace: Workspace) -> SentNotices:
    """Send the notices that are due now; the running app does so by itself."""
    return send_due(workspace)


def send_due(workspace: Workspace) -> SentNotices:
    """Send what is due of one project, one after the other."""
    counts: Counter[str] = Counter()
    with _sending:
        for sending in table.unfinished(workspace.db, workspace.project.id):
            if sending.step and sending.step.state == "sending":  # its process ended, and nobody knows when
                counts[_store(workspace, sending, "unclear", why="interrupted").state] += 1
            elif _is_due(sending):
                step = _send(workspace, sending)
                counts[step.state] += 1
                if step.why in _OF_ALL:
                    break
    return SentNotices(
        sent=counts["sent"], failed=counts["failed"], given_up=counts["given up"], unclear=counts["unclear"]
    )


def send_all(db: Database, *, asks: bool = False) -> None:
    """Send what is due of every project; ``asks``: look also whether there is something new to tell."""
    for project in projects.list_projects(db):
        if table.rules(db, project.id).channel != "link":
            workspace = Workspace(db, project)
            if asks:
                tell_what_is_due(workspace)
            send_due(workspace)


def _is_due(sending: Sending) -> bool:
    step = sending.step
    return step is None or step.state == "waiting" or now() - step.at >= _WAITS[step.tries - 1]


def _send(workspace: Workspace, sending: Sending) -> NoticeStep:
    rules = table.rules(workspace.db, workspace.project.id)
    if rules.channel != sending.notice.channel:
        return _store(workspace, sending, "given up", why="changed")
    tries = (sending.step.tries if sending.step else 0) + 1
    _store(workspace, sending, "sending", tries=tries)
    try:
        _deliver(workspace, rules, sending.notice)
    except UndeliveredMessage as trouble:
        state = "given up" if trouble.for_good or tries > len(_WAITS) else "failed"
        details = {"tries": tries, "why": trouble.why, "detail": trouble.detail}
        return _store(workspace, sending, "unclear" if trouble.unclear else state, **details)
    return _store(workspace, sending, "sent", tries=tries)


def _store(workspace: Workspace, sending: Sending, state: str, **details: Any) -> NoticeStep:
    place = {"project_id": workspace.project.id, "notice_id": sending.notice.id}
    step = NoticeStep.model_validate({**place, "state": state, **details})
    table.step(workspace.db, step)
    return step


def _deliver(workspace: Workspace, rules: NoticeRules, notice: Notice) -> None:
    with speaking(rules.language), calling(workspace.project.settings.noun):
        to = mailbox_of(workspace, notice.person)
        if rules.channel == "email" and not to:
            raise UndeliveredMessage("no mailbox")
        link = _link(workspace, rules, notice)
        if rules.channel == "webhook" and notice.words and not is_told_to_all(workspace, notice.output_id):
            notice = notice.model_copy(update={"words": ""})  # some who read the channel grade it blind
        letter = letter_of(workspace, notice, rules, link, _quoted(workspace, rules, notice))
        _hand_over(rules, to, letter, notice.model_dump(include={"id", "kind", "person", "output_id", "at"}))


def _hand_over(rules: NoticeRules, to: str, letter: Letter, facts: dict[str, Any]) -> None:
    if rules.channel == "email":
        mail.send(to, letter.subject, letter.text, facts["id"])
    else:
        document = facts | {"text": f"{letter.line} {letter.link}", "link": letter.link}
        hooks.post(rules.webhook, rules.secret, document | ({"body": letter.text} if rules.texts else {}))


def _link(workspace: Workspace, rules: NoticeRules, notice: Notice) -> str:
    """Where a notice leads; an invitation by e-mail of somebody without a password to where they choose one.
    Its secret is made now: the outbox holds none.
    """
    if notice.kind == "invitation" and rules.channel == "email" and settings().sign_in == "accounts":
        register = people_table.register(workspace.db)
        person = register.by_name(notice.person)
        if person and not register.password_of(person.person_id):
            issue = {"person_id": person.person_id, "by": notice.made_by}
            secret = signing.issue(workspace.db, "invitation", hours=_HOURS, **issue)
            return f"{base()}{people.JOIN}?invitation={secret}"
    role = str(notice.figures.get("role") or "")
    return link_to(workspace, page_of(notice), rules.language, notice.person, role)


def _quoted(workspace: Workspace, rules: NoticeRules, notice: Notice) -> str:
    if not rules.texts or not notice.output_id:
        return ""
    output = output_table.many(workspace.db, [notice.output_id]).get(notice.output_id)
    return output.text if output else ""


@operation("notices test", role=Role.LEAD, effect=Effect.GRADUAL)
def try_channel(workspace: Workspace) -> ChannelTried:
    """Send a test by the project's channel: to your e-mail address, or to the webhook.

    Raises:
        BadInput: notices are handed over as links, or you have no e-mail address here.
    """
    rules = table.rules(workspace.db, workspace.project.id)
    if rules.channel == "link":
        raise BadInput(
            "Nothing is sent: notices are links that you pass on.",
            next_step="`labelcore notices set --channel email` or `--channel webhook --webhook https://…`.",
        )
    to = mailbox_of(workspace, workspace.person)
    if rules.channel == "email" and not to:
        raise BadInput(
            "There is no e-mail address of {person}.",
            next_step="`labelcore people address NAME EMAIL` keeps one.",
            person=workspace.person or "you",
        )
    with speaking(rules.language):
        letter = trial_letter(workspace, link_to(workspace, "team", rules.language))
    try:
        _hand_over(rules, to, letter, {"id": new_id("test"), "kind": "test", "at": now()})
    except UndeliveredMessage as trouble:
        return ChannelTried(to=to, why=trouble.why, detail=trouble.detail)
    return ChannelTried(to=to, why="", detail="")

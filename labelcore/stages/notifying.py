"""Telling people: what is put into a project's outbox, and how the project wants it sent."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.models import (
    Channel,
    Frozen,
    Notice,
    NoticeKind,
    NoticeRules,
    NoticeState,
    NoticeStep,
    Role,
    name_key,
    new_id,
    now,
)
from labelcore.operations import Effect, Flags, Options, operation
from labelcore.post.addresses import fault_of, host_of, is_loopback, is_mailbox
from labelcore.settings import settings
from labelcore.stages import signing
from labelcore.store import audit, notices as table, people as people_table
from labelcore.store.notices import Sending
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_MOST_WORDS, _LATELY = 2_000, 5
_FAULTS = {
    "no address": Wording("it is not the address of a webhook"),
    "not https": Wording("it begins with https, or leads to this machine"),
    "inner": Wording(
        "it leads into the network; whoever runs labelcore may allow it in LABELCORE_WEBHOOK_HOSTS"
    ),
}


class NoticeRow(Frozen):
    """A notice and how far it is; ``state`` of one that is handed over as a link is "link"."""

    notice: Notice
    state: NoticeState | Literal["link"]
    tries: int = 0
    why: str = ""
    detail: str = ""

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        return self.notice.model_dump(exclude={"key"}) | self.model_dump(exclude={"notice"})


class NoticeSettings(Frozen):
    """How notices are sent. ``webhook``: its host alone; ``secret``: shown once, when it was made;
    ``missing``: what nothing can be sent without ("server", "url"), "" where all is there.
    """

    channel: Channel
    webhook: str
    secret: str
    language: str
    texts: bool
    missing: tuple[str, ...]


class NoticeChange(Options):
    """What is to be different; what is not given stays."""

    channel: Channel | None = Field(default=None, description="link, email or webhook.")
    webhook: str | None = Field(default=None, description="The address that notices are posted to.")
    language: Literal["en", "zh"] | None = Field(default=None, description="In which notices are written.")
    texts: Annotated[bool | None, Flags(("--texts/--no-texts",))] = Field(
        default=None,
        description="Let notices quote outputs and comments; a webhook's channel is told a comment only once "
        "everybody has graded its output.",
    )
    new_secret: bool = Field(default=False, description="Make another secret for the webhook.")


def mention(workspace: Workspace, output_id: str, person: str, *, words: str = "") -> Notice | None:
    """Tell somebody that a comment on an output names them; None where that is whoever wrote it.

    ``words``: the comment, kept only where the project lets texts leave.
    """
    return tell(workspace, "mention", person, output_id=output_id, words=words)


def tell(workspace: Workspace, kind: NoticeKind, person: str, **fields: Any) -> Notice | None:
    """Put a notice into the outbox, in this thread's transaction where there is one.

    None: it would tell people of what they did, or its ``key`` is there already.
    """
    name = signing.known_as(workspace.db, workspace.project, person)
    if name and name_key(name) == name_key(workspace.person):
        return None
    rules = table.rules(workspace.db, workspace.project.id)
    fields["words"] = str(fields.get("words", ""))[:_MOST_WORDS] if rules.texts else ""
    notice = Notice(
        id=new_id("notice"),
        project_id=workspace.project.id,
        kind=kind,
        person=name,
        channel=rules.channel,
        made_by=workspace.person,
        **fields,
    )
    return notice if table.add(workspace.db, notice) else None


def tell_of_account(workspace: Workspace, kind: NoticeKind, person: str, **figures: str) -> bool:
    """Write to somebody what became of their account, in case it was not they who did it. ``person``: a
    name, or the address that was theirs.

    False: the project sends nothing by e-mail, or knows no address of theirs.
    """
    by_mail = table.rules(workspace.db, workspace.project.id).channel == "email"
    if not by_mail or not mailbox_of(workspace, person):
        return False
    return tell(workspace.by(""), kind, person, figures=figures) is not None


def tell_of_address(workspace: Workspace, person: str, before: str, after: str) -> None:
    """Write to the mailbox that was somebody's, and to the one that is now."""
    for known in (before, person) if before not in {"", after} else ():
        tell_of_account(workspace, "address", known)


@operation("notices list", role=Role.LEAD, listed_as="notices")
def list_notices(workspace: Workspace) -> list[NoticeRow]:
    """Show the newest notices: who is told what, and how far each is."""
    return [_row(sending) for sending in table.newest(workspace.db, workspace.project.id)]


def _row(sending: Sending) -> NoticeRow:
    notice, step = sending
    if step is None:
        return NoticeRow(notice=notice, state="link" if notice.channel == "link" else "waiting")
    return NoticeRow(notice=notice, **step.model_dump(include={"state", "tries", "why", "detail"}))


def notices_for(workspace: Workspace) -> list[Notice]:
    """What this person was told lately, the newest first."""
    mine = name_key(workspace.person)
    newest = (sending.notice for sending in table.newest(workspace.db, workspace.project.id))
    return [notice for notice in newest if name_key(notice.person) == mine != ""][:_LATELY]


@operation("notices again", role=Role.LEAD, effect=Effect.APPENDS)
def send_again(workspace: Workspace, notice: str) -> NoticeRow:
    """Put a notice that was not sent, or may not have arrived, back into the outbox.

    Raises:
        NotFound: there is no such notice among the newest.
        BadInput: it was sent, still waits, or is handed over as a link.
    """
    rows = {row.notice.id: row for row in list_notices(workspace)}
    if notice not in rows:
        raise NotFound("There is no notice '{notice}'.", next_step="`labelcore notices list`.", notice=notice)
    if rows[notice].state not in {"unclear", "given up"}:
        raise BadInput(
            "Only what was not sent, or may not have arrived, is sent again.",
            next_step="`labelcore notices list` shows how far each is.",
        )
    step = NoticeStep(project_id=workspace.project.id, notice_id=notice, state="waiting")
    table.step(workspace.db, step)
    return _row(Sending(rows[notice].notice, step))


@operation("notices show", role=Role.LEAD)
def show_notices(workspace: Workspace) -> NoticeSettings:
    """Show how people are told, and what is missing for it."""
    return _settings(table.rules(workspace.db, workspace.project.id))


_SAME = NoticeChange()


@operation("notices set", role=Role.LEAD, effect=Effect.WRITES)
def set_notices(workspace: Workspace, *, changed: NoticeChange = _SAME) -> NoticeSettings:
    """Say how people are told: by a link that the lead hands over, by e-mail, or by a webhook.

    Raises:
        BadInput: the address of the webhook cannot be used, or is missing.
        NotAllowed: it leads to this machine, and whoever asks is not at it.
    """
    before = table.rules(workspace.db, workspace.project.id)
    changes = changed.model_dump(exclude_none=True, exclude={"new_secret"})
    rules = before.model_copy(update=changes | {"made_by": workspace.person, "made_at": now()})
    if rules.channel == "webhook" or changed.webhook:
        _check_webhook(workspace, rules.webhook)
    secret = ""
    if rules.webhook and (changed.new_secret or rules.webhook != before.webhook):
        secret = secrets.token_hex(32)
        rules = rules.model_copy(update={"secret": secret})
    table.save_rules(workspace.db, rules)
    details = {"channel": rules.channel, "webhook": host_of(rules.webhook), "texts": rules.texts}
    audit.note(workspace.db, workspace.project.id, workspace.person, "notices set", "", **details)
    return _settings(rules).model_copy(update={"secret": secret})


def _check_webhook(workspace: Workspace, address: str) -> None:
    if fault := fault_of(address):
        raise BadInput(
            "This webhook cannot be used: {why}.",
            next_step="`labelcore notices set --channel webhook --webhook https://…`.",
            why=_FAULTS[fault],
        )
    if is_loopback(address) and not workspace.here:
        raise NotAllowed("Only somebody at this machine may let a webhook lead to it.")


def _settings(rules: NoticeRules) -> NoticeSettings:
    missing = [] if settings().url else ["url"]
    if rules.channel == "email" and not (settings().smtp_host and is_mailbox(settings().smtp_from)):
        missing.append("server")
    return NoticeSettings(
        channel=rules.channel,
        webhook=host_of(rules.webhook),
        secret="",
        language=rules.language,
        texts=rules.texts,
        missing=() if rules.channel == "link" else tuple(missing),
    )


def mailbox_of(workspace: Workspace, name: str) -> str:
    """Where somebody is written to: their address, or their name where that is one; "" for nowhere."""
    person = people_table.register(workspace.db).by_name(name)
    if person and is_mailbox(person.email):
        return person.email
    return name if is_mailbox(name) else ""

"""How people are told: the channel, a test, addresses, reminders, and what is in the outbox."""

from __future__ import annotations

from typing import Any

import streamlit as st

from labelcore.messages import say, sending
from labelcore.messages.letters import page_of
from labelcore.messages.notifying import missing_words, notice_words, state_words, trial_words
from labelcore.models import Role
from labelcore.stages import notifying, people
from labelcore.stages.notifying import NoticeChange, NoticeSettings
from labelcore.stages.reporting.digest import remind
from labelcore.text.showing import clock
from labelcore.workspace import Workspace
from pages.widgets import address, keys, shell, telling
from pages.widgets.shell import plain

_SHOWN = 100


def show_notices(workspace: Workspace) -> None:
    """The channel first, then what was told."""
    st.write(
        say(
            "People are notified when they are invited, when outputs wait for them and when a "
            "comment names them; the lead, when all outputs are graded. Notices also appear on "
            "My progress."
        )
    )
    current = notifying.show_notices(workspace)
    _show_channel(workspace, current)
    for words in missing_words(current):
        st.warning(plain(words), icon=":material/info:")
    if current.channel == "email":
        _show_addresses(workspace)
    if st.button(say("Remind everybody who has something left")):
        with shell.guard():
            n = sum(row.did == "told" for row in remind(workspace))
        st.success(say("{n:,} people are reminded; nobody twice in a day.", n=n))
    _show_outbox(workspace)


def _show_channel(workspace: Workspace, current: NoticeSettings) -> None:
    channels = {
        "link": say("By a link that I pass on"),
        "email": say("By e-mail"),
        "webhook": say("By a webhook"),
    }
    chosen = shell.choose(
        say("How people are notified"),
        channels,
        st.radio,
        index=list(channels).index(current.channel),
        horizontal=True,
        key=keys.NOTICE_CHANNEL,
    )
    change: dict[str, Any] = {"channel": chosen, "language": shell.language()}
    if chosen == "webhook":
        label = say("Address, now at {host}", host=current.webhook) if current.webhook else say("Address")
        if webhook := st.text_input(label, placeholder="https://", key=keys.NOTICE_WEBHOOK).strip():
            change["webhook"] = webhook
    if chosen != "link":
        why = say("A webhook's channel is told a comment only once everybody has graded its output.")
        change["texts"] = st.checkbox(
            say("Notices may quote outputs and comments"),
            current.texts,
            help=why if chosen == "webhook" else None,
        )
    with st.container(horizontal=True):
        if st.button(say("Save"), type="primary"):
            _save(workspace, NoticeChange(**change))
        if current.channel != "link" and st.button(say("Send a test")):
            with shell.guard():
                trial = sending.try_channel(workspace)
            (st.error if trial.why else st.success)(plain(trial_words(trial.to, trial.why, trial.detail)))


def _save(workspace: Workspace, change: NoticeChange) -> None:
    with shell.guard():
        saved = notifying.set_notices(workspace, changed=change)
    if not saved.secret:
        telling.tell_anew(say("Saved"))
    st.write(say("Each post is signed with this secret. It is shown once: keep it where the posts arrive."))
    st.code(saved.secret, language=None, wrap_lines=True)


def _show_addresses(workspace: Workspace) -> None:
    rows = [row for row in people.list_people(workspace) if row.email]
    if rows:
        shell.table([{say("person"): row.name, say("e-mail"): row.email} for row in rows])
    with (
        st.form(keys.NOTICE_ADDRESS, clear_on_submit=True, border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input(say("Their name"), max_chars=100)
        email = st.text_input(say("E-mail"), max_chars=254)
        pressed = st.form_submit_button(say("Save this address"))
    if pressed and name.strip():
        with shell.guard():
            people.set_address(workspace, name, email.strip())
        telling.tell_anew(say("Saved"))


def _show_outbox(workspace: Workspace) -> None:
    rows = notifying.list_notices(workspace)[:_SHOWN]
    st.subheader(say("Notices so far"))
    if not rows:
        st.write(say("Nobody has been notified of anything yet."))
        return
    shown = [
        {
            say("when"): clock(row.notice.at),
            say("what"): notice_words(row.notice),
            say("state"): state_words(row),
        }
        for row in rows
    ]
    if any(row.state == "link" for row in rows):
        st.caption(say("Choose a row to see its link."))
    for at in shell.choose_rows(shown, shell.key_of("notices", [row.notice.id for row in rows])):
        row = rows[at]
        if row.state == "link":
            link = address.invitation(page_of(row.notice), row.notice.person, Role.EXPERT)
            st.code(link, language=None, wrap_lines=True)
        elif row.state in {"unclear", "given up"} and st.button(
            say("Send again"), key=f"again-{row.notice.id}"
        ):
            with shell.guard():
                notifying.send_again(workspace, row.notice.id)
            telling.tell_anew(say("It is sent again."))

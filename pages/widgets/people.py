"""Who signs in, and what they are in this project; an admin changes it. Also people chosen by name."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.models import Role
from labelcore.stages import auditing, grading, notifying, people
from labelcore.workspace import Workspace
from pages.widgets import keys, shell, telling
from pages.widgets.menu import ROLES
from pages.widgets.shell import plain

_ROLES = {**ROLES, Role.ADMIN: "Admin"}


def show_people(workspace: Workspace) -> None:
    """All people in a table, what can be done with one of them below it."""
    table = st.container()
    invite(workspace)  # first, so that whoever is invited now stands in the table
    with table:
        rows = people.list_people(workspace)
        shown = [_row(row) for row in rows]
        if workspace.role is not Role.ADMIN:
            shell.table(shown)
            shell.aside(say("An admin changes roles and removes people."))
            return
        chosen = shell.choose_rows(shown, shell.key_of("people", [row.name for row in rows]))
    if chosen:
        _change(workspace, rows[chosen[0]])


def show_audit(workspace: Workspace) -> None:
    """Who did what when from where, with whether anything of it was changed afterwards."""
    person, act, since, until = _filters(workspace)
    trail = auditing.read(workspace, person=person.strip(), act=act or "", since=since, until=until)
    if trail.broken_at:
        st.error(say("The chain is broken at act {broken_at}: from there on something was changed.", trail))
    else:
        shell.aside(say("{n:,} acts in the chain, none of them changed.", n=trail.sealed))
    columns = [say("when"), say("person"), say("act"), say("subject"), say("from")]
    shell.table(
        [
            dict(zip(columns, (row.at, row.person, row.act, row.subject, row.origin), strict=True))
            for row in trail.acts
        ]
    )
    st.download_button(say("Download as CSV"), trail.table(), "audit.csv", "text/csv")


def _filters(workspace: Workspace) -> tuple[str, str | None, date | None, date | None]:
    """Whose acts, which and of which days."""
    acts = auditing.act_names(workspace)
    columns = st.columns(4)
    person = columns[0].text_input(say("Only what this person did"), key=keys.AUDITED)
    act = columns[1].selectbox(say("Only this act"), acts, index=None, key=keys.AUDITED_ACT)
    first = columns[2].date_input(say("From (UTC)"), None, key=keys.AUDITED_SINCE)
    last = columns[3].date_input(say("To (UTC)"), None, key=keys.AUDITED_UNTIL)
    return person, act, first, last


def _row(row: people.PersonRow) -> dict[str, Any]:
    words = say(_ROLES[row.role]) if row.role else _without_a_role_here(row)
    state = (
        say("signs in") if row.can_sign_in else say("invited") if row.invited_until else say("cannot sign in")
    )
    devices = counted("1 browser", "{n:,} browsers", n=row.sessions) if row.sessions else "–"
    return {say("person"): row.name, say("role"): words, say("state"): state, say("signed in on"): devices}


def _without_a_role_here(row: people.PersonRow) -> str:
    """What somebody is whom this project gives no role."""
    if row.everywhere:
        return say("{role}, in every project", role=say(_ROLES[row.everywhere]))
    return say("nothing here")


def invite(workspace: Workspace) -> None:
    """A link that is good for once; who is known already only gets the role."""
    first = sorted(_ROLES, key=lambda role: role is not Role.EXPERT)
    roles = {role: say(_ROLES[role]) for role in first if workspace.role.includes(role)}
    key = f"{keys.LINKS}-{workspace.project.id}"
    with (
        st.form(keys.INVITED, clear_on_submit=True, border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input(say("Their name"), max_chars=100)
        role = shell.choose(say("Their role"), roles)
        is_lead = workspace.role.includes(Role.LEAD)
        is_mailed = is_lead and notifying.show_notices(workspace).channel == "email"
        email = st.text_input(say("E-mail"), max_chars=254).strip() if is_mailed else ""
        pressed = st.form_submit_button(say("Invite"))
    if pressed and name.strip():
        with shell.guard():
            if email:
                people.set_address(workspace, name, email)
            invited = people.invite(workspace, name, role)
            links = [link for link in st.session_state.get(key, []) if link.name != invited.name]
            st.session_state[key] = [invited, *links]
    for invitation in st.session_state.get(key, []):
        _show_link(invitation)


def _show_link(invitation: people.Invitation) -> None:
    if invitation.expires_at is None:
        st.success(plain(say("{name} signs in already, and has the role now.", name=invitation.name)))
        return
    url = urlsplit(str(st.context.url or ""))
    words = say("Send {name} this link. It works once, within {n} days.", name=invitation.name, n=7)
    st.write(plain(words))
    st.code(f"{url.scheme}://{url.netloc}{invitation.path}", language=None, wrap_lines=True)


def _change(workspace: Workspace, row: people.PersonRow) -> None:
    """What an admin does with one person; each act is one press."""
    st.subheader(plain(row.name))
    faces = {str(role): say(words) for role, words in _ROLES.items()}
    faces["none"] = _without_a_role_here(row)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        held = str(row.role) if row.role else "none"
        role = st.selectbox(
            say("Role"),
            list(faces),
            list(faces).index(held),
            faces.__getitem__,
            key=f"role-{row.name}-{held}",
        )
        if st.button(say("Give this role")):
            _do(lambda: people.set_role(workspace, row.name, role))
        if st.button(say("Sign out everywhere")):
            _do(lambda: people.sign_out(workspace, row.name))
        if st.button(say("New password")):
            with shell.guard():
                _show_link(people.reset(workspace, row.name))
        with st.popover(say("Remove")):
            st.write(say("They cannot sign in any more; their grades stay, under another name."))
            if st.button(say("Remove"), key=f"remove-{row.name}", type="primary"):
                _do(lambda: people.remove(workspace, row.name))


def _do(act: Any) -> None:
    with shell.guard():
        act()
    telling.tell_anew(say("Saved"))


def choose_person(workspace: Workspace, label: str) -> str:
    """The chosen name; "": none is."""
    names = grading.team_names(workspace)
    chosen = st.selectbox(label, names, index=None, placeholder=say("Choose"), accept_new_options=True)
    return chosen or ""


def choose_people(workspace: Workspace, label: str, nobody: str = "") -> list[str]:
    """The chosen names; ``nobody``: what it means that none is chosen."""
    names = grading.team_names(workspace)
    hint = nobody or say("Choose")
    return st.multiselect(label, names, placeholder=hint, accept_new_options=True)

"""An invitation: a link that opens the right page for the right person, in this project."""

import streamlit as st

from labelcore.messages import say
from labelcore.models import Role
from labelcore.settings import settings
from labelcore.workspace import Workspace
from pages.widgets import keys, links, people
from pages.widgets.menu import FIRST, ROLES


def offer_invitation(workspace: Workspace) -> None:
    """A name and a role give the link; the copy button is the code block's. Where people sign in it is theirs
    alone.
    """
    if not workspace.role.includes(Role.LEAD):
        return
    with st.popover(say("Invite someone"), icon=":material/person_add:"):
        if settings().sign_in:
            people.invite(workspace)
            return
        person = st.text_input(
            say("Their name"), key=keys.INVITED, help=say("Their grades will carry this name.")
        )
        faces = {role: say(ROLES[role]) for role in (Role.EXPERT, Role.LEAD, Role.MANAGER, Role.ENGINEER)}
        chosen = st.selectbox(
            say("Their role"), list(faces), format_func=faces.__getitem__, key=keys.INVITED_AS
        )
        st.write(say("Send this link:"))
        st.code(links.invitation(FIRST[chosen], person, chosen), language=None, wrap_lines=True)
        if links.is_only_here():
            st.caption(say("This link works on this machine only: serve with --address to let others in."))

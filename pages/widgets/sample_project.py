"""The sample project out of the way of a person's projects, and back."""

import streamlit as st

from labelcore.messages import say
from labelcore.models import Project, Role
from labelcore.stages import projects
from labelcore.workspace import Workspace
from pages.widgets import keys, shell


def offer_hiding(workspace: Workspace) -> None:
    """One press, where there is another project to work in."""
    known = projects.list_projects(workspace.db)
    sample = next((project for project in known if project.settings.sample), None)
    others = [project.name for project in known if project != sample and not project.settings.hidden]
    if sample is None or not others or not workspace.may_everywhere(Role.ENGINEER):
        return
    label = say("Show the sample project") if sample.settings.hidden else say("Hide the sample project")
    help_ = None if sample.settings.hidden else say("Nothing is lost; it can be shown again here.")
    st.button(label, help=help_, on_click=_switch, args=(workspace, sample, others[0]))


def _switch(workspace: Workspace, sample: Project, other: str) -> None:
    """Who stands in the sample when it is hidden goes on in another project."""
    hides = not sample.settings.hidden
    with shell.guard():
        (projects.hide if hides else projects.show)(shell.as_now(workspace), sample.name)
    if hides and st.session_state.get(keys.PROJECT) == sample.name:
        st.session_state[keys.PROJECT] = other

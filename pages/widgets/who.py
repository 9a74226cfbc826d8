"""People chosen by name: those of the team, or somebody who is new."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages import grading
from labelcore.workspace import Workspace


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

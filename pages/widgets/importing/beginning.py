"""A new project: begun where its first outputs come in, or from Home while another one is open."""

from __future__ import annotations

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.messages import NAMES, say, trouble_words
from labelcore.messages.catalogue import calling
from labelcore.models import Noun, Role
from labelcore.stages import projects
from labelcore.workspace import Workspace
from pages.widgets import keys, shell

_FIELDS = f"{keys.IMPORT}-project"
_GOES_ON = f"{_FIELDS}-goes-on"


def offer(workspace: Workspace, *, expanded: bool) -> None:
    """Name, task and language of a project that has nothing in it yet."""
    if not workspace.may_everywhere(Role.ENGINEER):
        return
    _show_trouble()
    if st.session_state.get(f"{_FIELDS}-begun") == workspace.project.name:
        st.success(
            say("“{name}” is ready: import its first outputs.", name=shell.plain(workspace.project.name)),
            icon=":material/check:",
        )
        return
    with st.expander(say("Begin a project"), expanded=expanded):
        _ask(workspace)


def offer_on_home(workspace: Workspace) -> None:
    """The same behind a button; it goes on at the import."""
    if st.session_state.pop(_GOES_ON, False):
        shell.open_at("1_importing.py")
    if not workspace.may_everywhere(Role.ENGINEER):
        return
    _show_trouble()
    with st.popover(say("New project"), icon=":material/add:"):
        _ask(workspace, goes_on=True)


def _show_trouble() -> None:
    if trouble := st.session_state.pop(f"{_FIELDS}-trouble", ""):
        st.error(shell.plain(trouble), icon=":material/error:")


def _ask(workspace: Workspace, *, goes_on: bool = False) -> None:
    with calling(Noun()), st.form(_FIELDS, border=False):  # the open project's word is not the new one's
        name, language = st.columns([3, 1])
        name.text_input(say("Project name"), placeholder=say("Support replies"), key=f"{_FIELDS}-name")
        shell.choose(
            say("Language of its experts"),
            NAMES,
            language.selectbox,
            index=list(NAMES).index(shell.language()),
            key=f"{_FIELDS}-language",
        )
        st.text_input(
            say("What the outputs are for"),
            placeholder=say("Answers to customers' questions, by the shop's policy"),
            key=f"{_FIELDS}-task",
        )
        label = say("What one output is called")
        st.text_input(label, placeholder=say("reply"), key=f"{_FIELDS}-noun")
        st.form_submit_button(say("Begin"), on_click=_begin, args=(workspace,), kwargs={"goes_on": goes_on})


def _begin(workspace: Workspace, *, goes_on: bool) -> None:
    state = st.session_state
    try:
        workspace = shell.as_now(workspace)
        project = projects.begin(workspace, state[f"{_FIELDS}-name"], task=state[f"{_FIELDS}-task"])
        state[keys.PROJECT] = state[f"{_FIELDS}-begun"] = project.name
        state[_GOES_ON] = goes_on
        if noun := state[f"{_FIELDS}-noun"]:
            key = "zh" if shell.language() == "zh" else "one"
            projects.name_outputs(workspace.with_project(project), **{key: noun})
        state[keys.LANGUAGE] = state[f"{_FIELDS}-language"]
    except LabelcoreError as trouble:
        state[f"{_FIELDS}-trouble"] = trouble_words(trouble, on_page=True)

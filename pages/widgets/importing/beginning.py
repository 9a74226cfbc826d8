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


def offer(place: Workspace, *, expanded: bool) -> None:
    """Name, task and language of a project that has nothing in it yet."""
    if not place.may_everywhere(Role.ENGINEER):
        return
    _show_trouble()
    if st.session_state.get(f"{_FIELDS}-begun") == place.project.name:
        st.success(
            say("“{name}” is ready: import its first outputs.", name=shell.plain(place.project.name)),
            icon=":material/check:",
        )
        return
    with st.expander(say("Begin a project"), expanded=expanded):
        _ask(place)


def offer_on_home(place: Workspace) -> None:
    """The same behind a button; it goes on at the import."""
    if st.session_state.pop(_GOES_ON, False):
        shell.open_at("1_importing.py")
    if not place.may_everywhere(Role.ENGINEER):
        return
    _show_trouble()
    with st.popover(say("New project"), icon=":material/add:"):
        _ask(place, goes_on=True)


def _show_trouble() -> None:
    if trouble := st.session_state.pop(f"{_FIELDS}-trouble", ""):
        st.error(shell.plain(trouble), icon=":material/error:")


def _ask(place: Workspace, *, goes_on: bool = False) -> None:
    with calling(Noun()), st.form(_FIELDS, border=False):  # the open project's word is not the new one's
        name, language = st.columns([3, 1])
        name.text_input(say("Project name"), placeholder=say("Support replies"), key=f"{_FIELDS}-name")
        language.selectbox(
            say("Language of its experts"),
            list(NAMES),
            index=list(NAMES).index(shell.language()),
            format_func=NAMES.__getitem__,
            key=f"{_FIELDS}-language",
        )
        st.text_input(
            say("What the outputs are for"),
            placeholder=say("Answers to customers' questions, by the shop's policy"),
            key=f"{_FIELDS}-task",
        )
        label = say("What one output is called")
        st.text_input(label, placeholder=say("reply"), key=f"{_FIELDS}-noun")
        st.form_submit_button(say("Begin"), on_click=_begin, args=(place,), kwargs={"goes_on": goes_on})


def _begin(place: Workspace, *, goes_on: bool) -> None:
    told = st.session_state
    try:
        place = shell.as_now(place)
        project = projects.begin(place, told[f"{_FIELDS}-name"], task=told[f"{_FIELDS}-task"])
        told[keys.PROJECT] = told[f"{_FIELDS}-begun"] = project.name
        told[_GOES_ON] = goes_on
        if noun := told[f"{_FIELDS}-noun"]:
            key = "zh" if shell.language() == "zh" else "one"
            projects.name_outputs(place.with_project(project), **{key: noun})
        told[keys.LANGUAGE] = told[f"{_FIELDS}-language"]
    except LabelcoreError as trouble:
        told[f"{_FIELDS}-trouble"] = trouble_words(trouble, on_page=True)

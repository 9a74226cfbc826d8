"""A new project, begun where its first outputs come in."""

from __future__ import annotations

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.messages import NAMES, say, trouble_words
from labelcore.stages import projects
from labelcore.workspace import Workspace
from pages.widgets import keys, shell

_FIELDS = f"{keys.IMPORT}-project"


def offer(place: Workspace, *, expanded: bool) -> None:
    """Name, task and language of a project that has nothing in it yet."""
    if trouble := st.session_state.pop(f"{_FIELDS}-trouble", ""):
        st.error(shell.plain(trouble), icon=":material/error:")
    if st.session_state.get(f"{_FIELDS}-begun") == place.project.name:
        st.success(
            say("“{name}” is begun: bring its first outputs in.", name=shell.plain(place.project.name)),
            icon=":material/check:",
        )
        return
    with st.expander(say("Begin a project"), expanded=expanded), st.form(_FIELDS, border=False):
        name, language = st.columns([3, 1])
        name.text_input(say("Its name"), placeholder=say("Support replies"), key=f"{_FIELDS}-name")
        language.selectbox(
            say("Language of its experts"),
            list(NAMES),
            index=list(NAMES).index(shell.language()),
            format_func=NAMES.__getitem__,
            key=f"{_FIELDS}-language",
        )
        st.text_input(
            say("What its outputs are for"),
            placeholder=say("Answers to customers' questions, by the shop's policy"),
            key=f"{_FIELDS}-task",
        )
        st.form_submit_button(say("Begin"), on_click=_begin, args=(place,))


def _begin(place: Workspace) -> None:
    told = st.session_state
    try:
        project = projects.begin(place, told[f"{_FIELDS}-name"], task=told[f"{_FIELDS}-task"])
    except LabelcoreError as trouble:
        told[f"{_FIELDS}-trouble"] = trouble_words(trouble)
        return
    told[keys.PROJECT] = told[f"{_FIELDS}-begun"] = project.name
    told[keys.LANGUAGE] = told[f"{_FIELDS}-language"]

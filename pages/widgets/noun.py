"""What the project calls one output, asked behind a button."""

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import calling
from labelcore.models import Noun
from labelcore.stages import projects
from labelcore.workspace import Workspace
from pages.widgets import keys, shell


def offer(workspace: Workspace) -> None:
    """Its forms in both languages; without any it is an output again."""
    noun = workspace.project.settings.noun
    with calling(Noun()):
        label = say("What one output is called")
    with (
        st.popover(label, icon=":material/label:"),
        st.form(f"{keys.NOUN}-{workspace.project.id}", border=False),
    ):
        st.write(say("The pages and the report call it so."))
        one = st.text_input(say("One, in English"), noun.one)
        several = st.text_input(say("Several, in English"), noun.several)
        zh = st.text_input(say("In Chinese"), noun.zh)
        if st.form_submit_button(say("Save")):
            with shell.guard():
                projects.name_outputs(workspace, one=one, several=several, zh=zh)
            st.rerun()

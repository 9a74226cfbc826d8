"""Notes that fit no criterion: those that say the same get a name from a person."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import say
from labelcore.stages.deriving import coding, derivation
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.deriving import table
from pages.widgets.outputs import show_outputs
from pages.widgets.shell import plain

_QUOTES = 8


def ask(workspace: Workspace) -> None:
    """The largest group of notes without a name: what do they have in common?"""
    groups = derivation.unnamed_codes(workspace)
    if not groups:
        return
    with st.container(border=True):
        at = st.session_state.setdefault(keys.UNNAMED, 0) % len(groups)
        coded = groups[at]
        values = {"n": len(coded.quotes), "quote": coded.quotes[0].text}
        st.write(plain(say("{n} notes, such as “{quote}”: what do they have in common?", **values)))
        with st.expander(say("These notes")):
            for quote in coded.quotes[:_QUOTES]:
                st.text(f"“{quote.text}”")
        with st.form(f"name-{coded.code.id}", border=False, clear_on_submit=True):
            name = st.text_input(say("What they have in common"), placeholder=say("A failure in a few words"))
            if st.form_submit_button(say("Make it a criterion")):
                with shell.guard():
                    criterion = coding.criterion_from_codes(workspace, [coded.code], name=name)
                table.go(criterion)
                st.rerun()
        if len(groups) > 1:
            words = say("Another group of notes ({n} of {all})", n=at + 1, all=len(groups))
            if st.button(words, type="tertiary", icon=":material/arrow_forward:"):
                st.session_state[keys.UNNAMED] = at + 1
                st.rerun()


def show_unexplained(workspace: Workspace) -> None:
    """The failed outputs that no criterion explains, and a code that would explain most of them."""
    fails = derivation.uncovered_fails(workspace)
    if not fails:
        st.success(say("Every failed output fits a criterion."))
        return
    show_outputs(workspace, say("Show them"), fails, "unexplained")
    missing = set(fails)
    gains = [
        (coded.code, sorted({quote.output_id for quote in coded.quotes} & missing))
        for coded in coding.list_codes(workspace)
    ]
    code, output_ids = max(gains, key=lambda gain: len(gain[1]), default=(None, []))
    if not code or not output_ids:
        st.write(
            say(
                "No code explains any of them yet: give codes to what people said of them on the board of "
                "codes, or ask for a note."
            )
        )
        return
    st.write(plain(say("The code “{code}” would explain {n} of them.", code=code.label, n=len(output_ids))))
    show_outputs(workspace, say("Show what it would explain"), output_ids, "next-explains")
    if st.button(say("Make it a criterion"), key="next-criterion"):
        with shell.guard():
            criterion = coding.criterion_from_codes(workspace, [code], name=code.label)
        table.go(criterion)
        st.rerun()

"""The glossary: terms and what they mean."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages.deriving import glossary
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.outputs import show_outputs
from pages.widgets.shell import plain


def show_glossary(workspace: Workspace) -> None:
    """The terms, a form to add one, and what looks like a term in notes and outputs."""
    st.write(
        say(
            "Terms and abbreviations are explained on the grading card, and judges are told them where they "
            "occur."
        )
    )
    if terms := glossary.list_terms(workspace):
        rows = [
            {
                say("term"): term.term,
                say("meaning"): term.meaning,
                say("only where"): ", ".join(f"{name}={value}" for name, value in term.scope.items()),
                say("by"): term.author,
            }
            for term in terms
        ]
        key = shell.key_of("terms", [f"{term.term} {term.scope}" for term in terms])
        for term in (terms[row] for row in shell.choose_rows(rows, key)):
            if st.button(
                plain(say("Drop {term}", term=term.term)),
                key=shell.key_of("drop", [term.term, str(term.scope)]),
            ):
                glossary.drop_term(workspace, term.term, scope=term.scope)
                st.rerun()
    with st.form("term", clear_on_submit=True):
        word, meaning = st.text_input(say("Term")), st.text_input(say("Meaning"))
        scope = st.text_input(say("Only where (field=value, or empty for everywhere)"))
        if st.form_submit_button(say("Keep it")):
            with shell.guard():
                where = dict([scope.split("=", 1)]) if "=" in scope else None
                glossary.set_term(workspace, word, meaning, scope=where)
            st.rerun()
    state_key = f"found-terms-{workspace.project.id}"
    if st.button(say("Look for terms in notes and outputs")):
        st.session_state[state_key] = glossary.find_terms(workspace)
    for at, candidate in enumerate(st.session_state.get(state_key, [])):
        with st.container(border=True):
            _candidate(workspace, candidate, at)


def _candidate(workspace: Workspace, candidate: glossary.TermCandidate, at: int) -> None:
    st.text(say("{term} ({n} outputs)", term=candidate.term, n=candidate.count))
    for quote in candidate.quotes:
        st.text(f"“{quote.text}”")
    show_outputs(
        workspace, say("Show the outputs"), candidate.outputs, shell.key_of("term", [candidate.term])
    )
    with st.form(f"candidate-{at}", border=False):
        meaning = st.text_input(say("Meaning"), candidate.meaning)
        if st.form_submit_button(say("Keep it")):
            with shell.guard():
                glossary.set_term(workspace, candidate.term, meaning, from_notes=True)
            st.rerun()

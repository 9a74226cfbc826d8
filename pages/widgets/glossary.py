"""The glossary: terms that experts see explained on the card, and judges where they occur."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from labelcore.stages.deriving import glossary
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.outputs import show_outputs
from pages.widgets.shell import plain


def show_glossary(workspace: Workspace) -> None:
    """The terms, a form to add one, and what looks like a term in notes and outputs."""
    known = glossary.list_terms(workspace)
    st.write(
        "Terms and abbreviations are explained on the grading card, and judges are told them where "
        "they occur."
    )
    if known:
        rows = [
            {"term": term.term, "meaning": term.meaning, "only where": _scope(term.scope), "by": term.author}
            for term in known
        ]
        picked = st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            key=shell.key_of("terms", [f"{term.term} {term.scope}" for term in known]),
        )
        for row in picked.selection.rows:
            if st.button(
                f"Drop {plain(known[row].term)}",
                key=shell.key_of("drop", [known[row].term, str(known[row].scope)]),
            ):
                glossary.drop_term(workspace, known[row].term, scope=known[row].scope)
                st.rerun()
    with st.form("term", clear_on_submit=True):
        term, meaning = st.text_input("Term"), st.text_input("Meaning")
        scope = st.text_input("Only where (field=value, or empty for everywhere)")
        if st.form_submit_button("Keep it"):
            with shell.guard():
                glossary.set_term(
                    workspace, term, meaning, scope=dict([scope.split("=", 1)]) if "=" in scope else None
                )
            st.rerun()
    found = f"found-terms-{workspace.project.id}"
    if st.button("Look for terms in notes and outputs"):
        st.session_state[found] = glossary.find_terms(workspace)
    for at, candidate in enumerate(st.session_state.get(found, [])):
        _candidate(workspace, candidate, at)


def _candidate(workspace: Workspace, candidate: glossary.Candidate, at: int) -> None:
    with st.container(border=True):
        st.text(f"{candidate.term} ({candidate.count} outputs)")
        for quote in candidate.quotes:
            st.text(f"“{quote.text}”")
        show_outputs(workspace, "Show the outputs", candidate.outputs, shell.key_of("term", [candidate.term]))
        _keep_candidate(workspace, candidate, at)


def _keep_candidate(workspace: Workspace, candidate: glossary.Candidate, at: int) -> None:
    with st.form(f"candidate-{at}", border=False):
        meaning = st.text_input("Meaning", candidate.meaning)
        if st.form_submit_button("Keep it"):
            with shell.guard():
                glossary.set_term(workspace, candidate.term, meaning, from_notes=True)
            st.rerun()


def _scope(scope: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in scope.items())

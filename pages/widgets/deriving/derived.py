"""A derivation: begun, watched, stopped; then what came of it, what was left out, and the model's words."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.stages.deriving import asking, derivation, editing
from labelcore.stages.deriving.derivation import Derivation
from labelcore.workspace import Workspace
from pages.widgets import keys, shell, working
from pages.widgets.shell import plain


def begin(workspace: Workspace, *, offline: bool) -> None:
    """Derive in a thread; the page goes on."""
    known = {criterion.id for criterion in editing.list_criteria(workspace)}
    st.session_state[keys.DERIVED] = {"known": known, "found": None}
    working.begin(keys.DERIVING, workspace, lambda place: derivation.derive(place, offline=offline))
    st.rerun()


def show(workspace: Workspace) -> None:
    """The derivation that goes on, or the last one's outcome until this visitor closes it."""
    if ended := working.take(keys.DERIVING):
        if ended.trouble:
            st.error(plain(ended.trouble), icon=":material/error:")
        elif keys.DERIVED in st.session_state:
            st.session_state[keys.DERIVED]["found"] = ended.found
    if working.is_under_way(keys.DERIVING):
        working.watch(keys.DERIVING, lambda: asking.stop_asking(shell.as_now(workspace)))
    kept = st.session_state.get(keys.DERIVED)
    if kept and kept["found"]:
        _show(kept["found"], kept["known"])


def _show(made: Derivation, known: set[str]) -> None:
    new = sum(criterion.id not in known for criterion in made.criteria)
    counts = counted("One criterion is proposed.", "{n} criteria are proposed.", n=new)
    nothing = [] if made.stopped else [say("The notes say nothing new.")]
    told = [*([counts] if new else nothing), *map(say, made.warnings)]
    if new and not (made.warnings or made.left_out or made.answers):
        return  # the line above says how many are proposed
    with st.container(border=True):
        st.write("\n\n".join(plain(words) for words in told))
        if made.left_out:
            with st.expander(say("What was left out ({n})", n=len(made.left_out))):
                _show_left_out(made)
        if made.answers:
            with st.expander(say("What the model answered")):
                for answer in made.answers:
                    st.code(answer, language=None, wrap_lines=True)
        if st.button(say("Close"), key="derived-close"):
            st.session_state.pop(keys.DERIVED)
            st.rerun()


def _show_left_out(made: Derivation) -> None:
    rows = [
        {say("what"): say(dropped.what), say("words"): dropped.text, say("why"): say(dropped.why)}
        for dropped in made.left_out
    ]
    shell.table(rows)

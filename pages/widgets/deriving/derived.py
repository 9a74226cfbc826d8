"""A derivation: begun, watched, stopped; then what came of it, what was left out, and the model's words."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.settings import settings
from labelcore.stages.deriving import asking, derivation
from labelcore.stages.deriving.derivation import Derivation
from labelcore.workspace import Workspace
from pages.widgets import keys, shell, working
from pages.widgets.shell import plain


def begin(workspace: Workspace, *, offline: bool, again: bool = False) -> None:
    """Derive in a thread; the page goes on."""
    st.session_state[keys.DERIVED] = None
    working.begin(
        keys.DERIVING, workspace, lambda place: derivation.derive(place, offline=offline, again=again)
    )
    st.rerun()


def show(workspace: Workspace) -> None:
    """The derivation that goes on, or the last one's outcome until this visitor closes it."""
    if ended := working.take(keys.DERIVING):
        if ended.trouble:
            st.error(plain(ended.trouble), icon=":material/error:")
        elif keys.DERIVED in st.session_state:
            st.session_state[keys.DERIVED] = ended.found
    if working.is_under_way(keys.DERIVING):
        working.watch(keys.DERIVING, lambda: asking.stop_asking(shell.as_now(workspace)))
    if made := st.session_state.get(keys.DERIVED):
        _show(workspace, made)


def _show(workspace: Workspace, made: Derivation) -> None:
    counts = counted("One criterion is proposed.", "{n} criteria are proposed.", n=made.new)
    nothing = [] if made.stopped else [say("The notes say nothing new.")]
    told = [*([counts] if made.new else nothing), *map(say, made.warnings)]
    if made.new and not (made.warnings or made.left_out or made.answers):
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
        if _may_be_reread(workspace, made) and st.button(
            say("Let the model read the notes again"), key="derive-again"
        ):
            begin(workspace, offline=False, again=True)
        if st.button(say("Close"), key="derived-close"):
            st.session_state.pop(keys.DERIVED)
            st.rerun()


def _may_be_reread(workspace: Workspace, made: Derivation) -> bool:
    nothing = not made.new and not made.stopped and not made.answers
    return nothing and settings().has_model and bool(derivation.may_be_reread(workspace))


def _show_left_out(made: Derivation) -> None:
    rows = [
        {say("what"): say(dropped.what), say("words"): dropped.text, say("why"): say(dropped.why)}
        for dropped in made.left_out
    ]
    shell.table(rows)

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
    outcome = working.take(keys.DERIVING)
    if outcome and keys.DERIVED in st.session_state:
        st.session_state[keys.DERIVED] = outcome
    if working.is_under_way(keys.DERIVING):
        working.watch(keys.DERIVING, lambda: asking.stop_asking(shell.as_now(workspace)))
    if outcome := st.session_state.get(keys.DERIVED):
        _show(workspace, outcome)


def _show(workspace: Workspace, outcome: Derivation) -> None:
    counts = counted("One criterion is proposed.", "{n} criteria are proposed.", n=outcome.new)
    nothing = [] if outcome.stopped else [say("The notes say nothing new.")]
    lines = [*([counts] if outcome.new else nothing), *map(say, outcome.warnings)]
    if outcome.new and not (outcome.warnings or outcome.left_out or outcome.answers):
        return  # the line above says how many are proposed
    with st.container(border=True):
        st.write("\n\n".join(plain(words) for words in lines))
        if outcome.left_out:
            with st.expander(say("What was left out ({n})", n=len(outcome.left_out))):
                _show_left_out(outcome)
        if outcome.answers:
            with st.expander(say("What the model answered")):
                for answer in outcome.answers:
                    st.code(answer, language=None, wrap_lines=True)
        if _may_be_reread(workspace, outcome) and st.button(
            say("Let the model read the notes again"), key="derive-again"
        ):
            begin(workspace, offline=False, again=True)
        if st.button(say("Close"), key="derived-close"):
            st.session_state.pop(keys.DERIVED)
            st.rerun()


def _may_be_reread(workspace: Workspace, outcome: Derivation) -> bool:
    nothing = not outcome.new and not outcome.stopped and not outcome.answers
    return nothing and settings().has_model and bool(derivation.may_be_reread(workspace))


def _show_left_out(outcome: Derivation) -> None:
    rows = [
        {say("what"): say(dropped.what), say("words"): dropped.text, say("why"): say(dropped.why)}
        for dropped in outcome.left_out
    ]
    shell.table(rows)

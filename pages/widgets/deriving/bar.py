"""Above the list: how many criteria there are, accept all that are proposed, find more, and the tools."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.models import Severity
from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.stages.deriving import adding, derivation, editing
from labelcore.workspace import Workspace
from pages.widgets import connecting, keys, next_step, shell, working
from pages.widgets.deriving import derived, table, tools
from pages.widgets.deriving.table import CriteriaList


def show(workspace: Workspace, listed: CriteriaList) -> None:
    """One line of where the criteria stand, and what can be done with all of them."""
    n_left = len(derivation.uncovered_fails(workspace))
    proposed = [criterion for criterion in listed.criteria if criterion.status == "proposed"]
    accepted = sum(criterion.status == "accepted" for criterion in listed.criteria)
    if listed.criteria:
        st.write(_standing(accepted, len(proposed), n_left))
    with st.container(horizontal=True, vertical_alignment="center"):
        if proposed and st.button(say("Accept all {n}", n=len(proposed)), type="primary", key="accept-all"):
            for criterion in proposed:
                editing.accept(workspace, criterion, why="accepted with all")
            st.session_state.pop(keys.DERIVED, None)  # that they are proposed is true no longer
            st.rerun()
        _find_more(workspace, first=not listed.criteria)
        _write(workspace)
        tools.offer(n_left)
        connecting.offer(
            say(
                "A model would read the notes themselves: criteria in clearer words, each with the quotes "
                "that it rests on, also where few notes are alike. Without one, notes are grouped by meaning."
            )
        )
        if accepted:
            shell.go("5_judging.py", "Next: judges")
    derived.show(workspace)
    if not listed.criteria:
        fails = projects.overview(workspace).fails
        no_fails = say("There are no criteria yet and no failed outputs: grade some, and say what is wrong.")
        words = say(
            "There are no criteria yet. They come from the notes on {n} failed outputs.", n=f"{fails:,}"
        )
        st.info(words if fails else no_fails)
        if not fails:
            shell.go("3_grading.py", "Grade")


def _write(workspace: Workspace) -> None:
    """A criterion in a person's words, with or without the outputs that show it."""
    with st.popover(say("Write one")), st.form("criterion-add", border=False, clear_on_submit=False):
        name = st.text_input(say("Name"))
        statement = st.text_area(say("What makes an output fail and pass"), height=100)
        severity = st.selectbox(say("Severity"), get_args(Severity), format_func=say)
        outputs = st.text_input(
            say("Failed outputs whose notes it rests on (optional)"),
            placeholder=say("Ids, with spaces between them"),
        )
        if st.form_submit_button(say("Add the criterion"), type="primary"):
            with shell.guard():
                criterion = adding.add_criterion(
                    workspace, name, statement=statement, severity=severity, evidence=outputs.split()
                )
                table.go(criterion)
                st.rerun()


def _standing(accepted: int, proposed: int, n_left: int) -> str:
    parts = [say("{n} accepted", n=accepted)]
    parts += [say("{n} proposed", n=proposed)] if proposed else []
    parts += [
        counted("one failed output fits none yet", "{n} failed outputs fit none yet", n=n_left)
        if n_left
        else say("every failed output fits one")
    ]
    return " · ".join(parts)


def _find_more(workspace: Workspace, *, first: bool) -> None:
    """With a model, where one is configured, or without."""
    words = say("Make criteria from the notes") if first else say("Find more in the notes")
    buttons = {words: not settings().has_model}
    if settings().has_model:
        buttons[say("Without the model")] = True
    is_next = next_step.taken("derive") and first and not settings().has_model  # a model may cost money
    for at, (label, offline) in enumerate(buttons.items()):
        if is_next | st.button(
            label,
            type="primary" if first and not at else "secondary",
            key=f"derive-{at}",
            disabled=working.is_under_way(keys.DERIVING),
        ):
            derived.begin(workspace, offline=offline)

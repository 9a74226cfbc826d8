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


def show(workspace: Workspace, found: CriteriaList) -> None:
    """One line of where the criteria stand, and what can be done with all of them."""
    left = len(derivation.uncovered_fails(workspace))
    proposed = [criterion for criterion in found.criteria if criterion.status == "proposed"]
    accepted = sum(criterion.status == "accepted" for criterion in found.criteria)
    if found.criteria:
        st.write(_standing(accepted, len(proposed), left))
    with st.container(horizontal=True, vertical_alignment="center"):
        if proposed and st.button(say("Accept all {n}", n=len(proposed)), type="primary", key="accept-all"):
            for criterion in proposed:
                editing.accept(workspace, criterion, why="accepted with all")
            st.session_state.pop(keys.DERIVED, None)  # that they are proposed is true no longer
            st.rerun()
        _find_more(workspace, first=not found.criteria)
        _write(workspace)
        tools.offer(left)
        connecting.offer(
            say(
                "A model would read the notes themselves: criteria in clearer words, each with the quotes "
                "that it rests on, also where few notes are alike. Without one, notes are grouped by meaning."
            )
        )
        if accepted:
            shell.go("5_judging.py", "Next: judges")
    derived.show(workspace)
    if not found.criteria:
        fails = projects.overview(workspace).fails
        none = say("There are no criteria yet and no failed outputs: grade some, and say what is wrong.")
        some = say(
            "There are no criteria yet. They come from the notes on {n} failed outputs.", n=f"{fails:,}"
        )
        st.info(some if fails else none)
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
                made = adding.add_criterion(
                    workspace, name, statement=statement, severity=severity, evidence=outputs.split()
                )
                table.go(made)
                st.rerun()


def _standing(accepted: int, proposed: int, left: int) -> str:
    told = [say("{n} accepted", n=accepted)]
    told += [say("{n} proposed", n=proposed)] if proposed else []
    told += [
        counted("one failed output fits none yet", "{n} failed outputs fit none yet", n=left)
        if left
        else say("every failed output fits one")
    ]
    return " · ".join(told)


def _find_more(workspace: Workspace, *, first: bool) -> None:
    """With a model, where one is configured, or without."""
    words = say("Make criteria from the notes") if first else say("Find more in the notes")
    ways = {words: not settings().has_model}
    if settings().has_model:
        ways[say("Without the model")] = True
    pressed = next_step.taken("derive") and first and not settings().has_model  # a model may cost money
    for at, (label, offline) in enumerate(ways.items()):
        if pressed | st.button(
            label,
            type="primary" if first and not at else "secondary",
            key=f"derive-{at}",
            disabled=working.is_under_way(keys.DERIVING),
        ):
            derived.begin(workspace, offline=offline)

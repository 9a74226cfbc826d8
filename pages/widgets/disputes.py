"""Where people disagree, and every act that they made, to be taken back by who made it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from labelcore.models import Grade
from labelcore.stages import grading
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.language import say
from pages.widgets.outputs import show_output

_AT_ONCE = 20
_ACTS = 200


def show_conflicts(workspace: Workspace) -> None:
    """Each output or criterion on which people disagree, with every grade, and a form to settle it."""
    found = grading.conflicts(workspace)
    still = sum(conflict.ruling is None for conflict in found)
    st.write(say("{open} are open, {settled} are settled.", open=still, settled=len(found) - still))
    for conflict in found[:_AT_ONCE]:
        with st.container(border=True):
            if conflict.criterion:
                st.text(f"{conflict.criterion.name}: {conflict.criterion.statement}")
            show_output(conflict.output)
            for event in conflict.grades:
                st.text(f"{event.annotator}: {_grade_words(event)}{f' — {event.note}' if event.note else ''}")
            _settle(workspace, conflict)


def _settle(workspace: Workspace, conflict: grading.Conflict) -> None:
    subject = conflict.criterion
    key = f"{conflict.output.id}-{subject.id if subject else None}"
    if conflict.ruling:
        st.text(
            say(
                "Ruled {value} by {author}: {reason}",
                value=say(conflict.ruling.value),
                author=conflict.ruling.author,
                reason=conflict.ruling.reason,
            )
        )
    with st.form(f"rule-{key}"):
        words = {"pass": say("pass"), "fail": say("fail")}
        if conflict.ruling and conflict.ruling.author == workspace.person:
            words["withdrawn"] = say("withdraw my ruling")
        value = st.radio(
            say("It counts as"), list(words), index=None, format_func=words.__getitem__, horizontal=True
        )
        reason = st.text_input(say("Why"))
        if st.form_submit_button(say("Settle")):
            with shell.guard():
                grading.rule(workspace, conflict.output.id, value or "", reason=reason, criterion=subject)
            st.rerun()


def show_history(workspace: Workspace) -> None:
    """The latest acts, newest first; one's own can be taken back at any time."""
    mine = st.toggle(say("Only mine"), value=bool(workspace.person))
    acts = grading.latest_acts(workspace, annotator=workspace.person if mine else None, limit=_ACTS)
    if not acts:
        st.info(say("No act is stored yet."))
        return
    st.write(say("Choose a row to see the output, and to take the act back if it is yours."))
    rows = [
        {
            say("when"): act.grade.at,
            say("person"): act.grade.annotator,
            say("grade"): _grade_words(act.grade),
            say("on"): act.subject or say("the whole"),
            say("note"): act.grade.note,
            say("state"): say(act.state),
        }
        for act in acts
    ]
    picked = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=shell.key_of("acts", [act.grade.id for act in acts]),
    )
    for row in picked.selection.rows:
        _show_act(workspace, acts[row])


def _show_act(workspace: Workspace, act: grading.Act) -> None:
    with st.container(border=True):
        if act.output:
            show_output(act.output)
        is_mine = act.state == "counts" and act.grade.annotator == workspace.person
        if is_mine and st.button(say("Take this back"), key=f"back-{act.grade.id}"):
            with shell.guard():
                grading.undo(workspace, act.grade.id)
            st.rerun()


def _grade_words(event: Grade) -> str:
    return say(event.value) + (f" ({event.level})" if event.level else "")

"""Where people disagree, and every act that they made, to be taken back by who made it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from labelcore.models import Grade
from labelcore.stages import grading
from pages.widgets import shell
from pages.widgets.language import say
from pages.widgets.outputs import show_output
from pages.widgets.shell import Place

_AT_ONCE = 20
_ACTS = 200


def show_conflicts(place: Place) -> None:
    """Each output or criterion on which people disagree, with every grade, and a form to settle it."""
    found = grading.conflicts(place.db, place.project)
    still = sum(own.ruling is None for own in found)
    st.write(say("{open} are open, {settled} are settled.", open=still, settled=len(found) - still))
    for own in found[:_AT_ONCE]:
        with st.container(border=True):
            if own.criterion:
                st.text(f"{own.criterion.name}: {own.criterion.statement}")
            show_output(own.output)
            for event in own.grades:
                st.text(f"{event.annotator}: {_said(event)}{f' — {event.note}' if event.note else ''}")
            _settle(place, own)


def _settle(place: Place, own: grading.Conflict) -> None:
    subject = own.criterion.id if own.criterion else None
    key = f"{own.output.id}-{subject}"
    if own.ruling:
        st.text(
            say(
                "Ruled {value} by {author}: {reason}",
                value=say(own.ruling.value),
                author=own.ruling.author,
                reason=own.ruling.reason,
            )
        )
    with st.form(f"rule-{key}"):
        words = {"pass": say("pass"), "fail": say("fail")}
        if own.ruling and own.ruling.author == place.annotator:
            words["withdrawn"] = say("withdraw my ruling")
        value = st.radio(
            say("It counts as"), list(words), index=None, format_func=words.__getitem__, horizontal=True
        )
        reason = st.text_input(say("Why"))
        if st.form_submit_button(say("Settle")):
            with shell.guard():
                grading.rule(
                    place.db,
                    place.project,
                    own.output.id,
                    value or "",
                    reason=reason,
                    author=place.annotator,
                    criterion_id=subject,
                )
            st.rerun()


def show_history(place: Place) -> None:
    """The latest acts, newest first; one's own can be taken back at any time."""
    mine = st.toggle(say("Only mine"), value=bool(place.annotator))
    acts = grading.latest_acts(
        place.db, place.project, annotator=place.annotator if mine else None, limit=_ACTS
    )
    if not acts:
        st.info(say("No act is stored yet."))
        return
    st.write(say("Choose a row to see the output, and to take the act back if it is yours."))
    rows = [
        {
            say("when"): own.grade.at,
            say("person"): own.grade.annotator,
            say("grade"): _said(own.grade),
            say("on"): own.subject or say("the whole"),
            say("note"): own.grade.note,
            say("state"): say(own.state),
        }
        for own in acts
    ]
    picked = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=shell.key_of("acts", [own.grade.id for own in acts]),
    )
    for row in picked.selection.rows:
        _show_act(place, acts[row])


def _show_act(place: Place, own: grading.Act) -> None:
    with st.container(border=True):
        if own.output:
            show_output(own.output)
        is_mine = own.state == "counts" and own.grade.annotator == place.annotator
        if is_mine and st.button(say("Take this back"), key=f"back-{own.grade.id}"):
            with shell.guard():
                grading.undo(place.db, place.project, own.grade.id, annotator=place.annotator)
            st.rerun()


def _said(event: Grade) -> str:
    return say(event.value) + (f" ({event.level})" if event.level else "")

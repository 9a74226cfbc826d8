"""Gold outputs on the page Team: how people stand on them, which there are, and how they are mixed in."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from labelcore.messages import rate_words, say
from labelcore.messages.calibrating import standing_words
from labelcore.stages import grading
from labelcore.workspace import Workspace
from pages.widgets import shell

_AT_ONCE = 10
_VALUES: dict[Literal["pass", "fail"] | None, str] = {
    None: "as it was settled",
    "pass": "pass",
    "fail": "fail",
}


def show_gold(workspace: Workspace) -> None:
    """How sure people are, the gold outputs, and a form for more."""
    st.write(
        say(
            "Outputs that you have settled come to people unannounced, and newcomers may begin with some. "
            "What is said of them counts in no figure but these."
        )
    )
    found = grading.show_gold(workspace)
    if found.people:
        shell.table([_row(person) for person in found.people])
    with st.expander(say("Add a gold output"), expanded=not found.outputs):
        _add(workspace)
    for row in shell.page_of(found.outputs, _AT_ONCE, "gold"):
        _show_output(workspace, row)
    with st.expander(say("How they are mixed in")):
        _set_rules(workspace)
        if workspace.project.rules.training:
            _let_through(workspace, [person.name for person in found.people])


def _row(person: grading.GoldPerson) -> dict[str, object]:
    return {
        say("person"): person.name,
        say("right"): rate_words(person.right),
        say("bad ones let through"): person.let_through,
        say("good ones failed"): person.too_strict,
        say("unsure"): person.unsure,
        say("training"): standing_words(person),
    }


def _add(workspace: Workspace) -> None:
    words = {value: say(label) for value, label in _VALUES.items()}
    with st.form("gold", border=False):
        output = st.text_input(say("Id of the output"))
        value = st.radio(say("It counts as"), list(words), format_func=words.__getitem__, horizontal=True)
        reason = st.text_input(say("Why"), max_chars=500)
        training = st.checkbox(say("For the training of newcomers, not mixed in"))
        if st.form_submit_button(say("Make it gold"), type="primary"):
            with shell.guard():
                grading.set_gold(workspace, output.strip(), value, reason=reason, training=training)
                st.rerun()


def _show_output(workspace: Workspace, row: grading.GoldOutput) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if row.ruling:
            st.badge(say(row.ruling.value), color="green" if row.ruling.value == "pass" else "red")
        if row.gold.training:
            st.badge(say("training"), color="blue")
        why = row.ruling.reason if row.ruling else say("not settled any more: not shown")
        st.text(f"{why} — {' '.join(row.output.text.split())[:60]} ({row.output.id})", width="stretch")
        if row.right.n:
            st.text(say("people right: {rate}", rate=rate_words(row.right)))
        if st.button(say("Take it out"), key=f"gold-out-{row.output.id}"):
            with shell.guard():
                grading.end_gold(workspace, row.output.id)
                st.rerun()


def _set_rules(workspace: Workspace) -> None:
    rules = workspace.project.rules
    with st.form("gold-rules", border=False):
        share = st.number_input(say("Share that is gold, in percent"), 0, 50, round(100 * rules.gold_share))
        told = st.checkbox(say("Tell people at once how they did"), rules.gold_feedback == "person")
        training = st.number_input(
            say("Newcomers must get so much of the training right, in percent (0: no training)"),
            0,
            100,
            round(100 * (rules.training or 0)),
        )
        if st.form_submit_button(say("Save")):
            changed = grading.RulesChange(
                gold_share=share / 100, gold_feedback="person" if told else "lead", training=training / 100
            )
            with shell.guard():
                grading.change_rules(workspace, changed=changed)
                st.rerun()


def _let_through(workspace: Workspace, names: list[str]) -> None:
    who = st.selectbox(say("Person"), names, index=None, accept_new_options=True, placeholder=say("Choose"))
    with st.container(horizontal=True):
        through = st.button(say("Let them grade without training"), disabled=not who)
        back = st.button(say("Send them to the training"), disabled=not who)
    if who and (through or back):
        with shell.guard():
            grading.train(workspace, who, "let-through" if through else "send-back")
            st.rerun()

"""Who is to grade what on the page Team: how far each is, a form to assign, and how complete it all is."""

from __future__ import annotations

from datetime import date

import streamlit as st

from labelcore.messages import listed, say
from labelcore.messages.catalogue import NAMES, field_words
from labelcore.messages.lines.assigning import (
    assignment_words,
    completion_words,
    forecast_words,
    language_words,
    nobodys_words,
    pairs_words,
)
from labelcore.stages import grading, selecting
from labelcore.workspace import Workspace
from pages.widgets import people, shell, telling
from pages.widgets.shell import plain

_ALL = ""


def show_assignment(workspace: Workspace) -> None:
    """How far everybody is, the assignments in force, and what changes them."""
    report = grading.assignments(workspace)
    if words := nobodys_words(report):
        st.warning(plain(words))
    for words in pairs_words(report):
        st.write(plain(words))
    if report.people:
        shell.table([_load_row(load, workspace.project.rules.deadline) for load in report.people])
    if not report.assignments:
        st.write(say("Nothing is assigned: everybody may grade everything that they read."))
    for row in report.assignments:
        text, end = st.columns([5, 1], vertical_alignment="center")
        text.text(assignment_words(row))
        if end.button(say("End"), key=f"end-{row.id}", width="stretch"):
            with shell.guard():
                grading.unassign(workspace, row.id)
                telling.tell_anew(say("Ended: {assignment}", assignment=assignment_words(row)))
    loads = [f"{load.name} {load.reads} {load.knows}" for load in report.people]
    stamp = shell.key_of("saved", [*(row.id for row in report.assignments), *loads])
    _assign(workspace, stamp)
    _describe(workspace, stamp)


def _load_row(load: grading.Load, deadline: date | None) -> dict[str, object]:
    row: dict[str, object] = {
        say("person"): load.name,
        say("graded"): load.done,
        say("left"): load.left,
        say("today"): load.today,
        say("a day"): load.a_day or "–",
        say("ready on"): forecast_words(load),
        say("reads"): listed(map(language_words, load.reads)) or say("everything"),
        say("knows"): listed(load.knows) or "–",
    }
    return row | ({say("due"): deadline} if deadline else {})


def _assign(workspace: Workspace, stamp: str) -> None:
    """A form that is empty again once something is saved."""
    with st.expander(say("Assign outputs")):
        field = st.selectbox(
            say("Which outputs"),
            [_ALL, *selecting.known_fields(workspace)],
            format_func=lambda name: (
                say("only with certain values of: {field}", field=field_words(name))
                if name
                else say("all outputs")
            ),
        )
        with st.form(f"assign-{stamp}", border=False):
            values: list[str] = []
            if field:
                counts = selecting.list_values(workspace, field)
                options = [count.value for count in counts]
                values = st.multiselect(plain(field_words(field)), options, placeholder=say("Choose"))
            names = people.choose_people(workspace, say("Who"))
            knows = st.text_input(say("Or everybody who knows"))
            share = st.number_input(
                say("Share, if the outputs are divided (0: anyone may take them)"), 0.0, 100.0, 0.0
            )
            quota = st.number_input(say("Outputs at most (0: all)"), 0, 1_000_000, 0)
            a_day = st.number_input(say("Outputs a day (0: no limit)"), 0, 100_000, 0)
            if st.form_submit_button(say("Assign")):
                part = grading.AssignedPart(
                    where=tuple(f"{field}={value}" for value in values),
                    knows=knows,
                    share=share or None,
                    quota=int(quota) or None,
                    a_day=int(a_day) or None,
                )
                with shell.guard():
                    for name in names or [""]:
                        grading.assign(workspace, name, part=part)
                    telling.tell_anew(say("Saved"))


def _describe(workspace: Workspace, stamp: str) -> None:
    with st.expander(say("What people read and know")), st.form(f"member-{stamp}", border=False):
        names = people.choose_people(workspace, say("People"))
        reads = st.multiselect(
            say("Languages that they read"),
            list(NAMES),
            format_func=lambda code: NAMES.get(code, code),
            accept_new_options=True,
            placeholder=say("everything"),
        )
        knows = st.text_input(say("Knows (subjects, such as contracts)"))
        if st.form_submit_button(say("Save")):
            with shell.guard():
                for name in names or [""]:
                    grading.describe_member(workspace, name, reads=tuple(reads), knows=_listed(knows))
                telling.tell_anew(say("Saved"))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(
        part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()
    )


def show_completion(workspace: Workspace) -> None:
    """A bar for all, for each language, for each assignment; and outputs by how many graded them."""
    st.subheader(say("How much is graded"))
    for row in grading.completion(workspace):
        st.progress(row.complete / row.outputs if row.outputs else 0.0, plain(completion_words(row)))

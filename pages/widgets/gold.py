"""Gold outputs on the page Team: how people stand on them, which there are, and how they are mixed in."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from labelcore.errors import BadInput
from labelcore.messages import rate_words, say
from labelcore.messages.lines.calibrating import standing_words
from labelcore.models import Output, Role
from labelcore.stages import grading
from labelcore.stages.deriving.editing import list_criteria
from labelcore.text.showing import shortened
from labelcore.workspace import Workspace
from pages.widgets import shell, telling
from pages.widgets.menu import menu_for

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
            "Outputs you have settled are mixed into people's work without notice, and "
            "newcomers may begin with some of them. Grades on them count in these "
            "figures only."
        )
    )
    report = grading.show_gold(workspace)
    if report.people:
        shell.table([_row(person) for person in report.people])
    if rows := [row for person in report.people for row in _criterion_rows(person)]:
        shell.table(rows)
    shell.go("1_outputs.py", "Choose one on Outputs, by “Use it for the team”")
    for row in shell.page_of(report.outputs, _AT_ONCE, "gold"):
        _show_output(workspace, row)
    with st.expander(say("How gold outputs are mixed in")):
        _set_rules(workspace)
        if workspace.project.rules.training:
            _let_through(workspace, [person.name for person in report.people])


def _row(person: grading.GoldPerson) -> dict[str, object]:
    return {say("person"): person.name, **_answers(person), say("training"): standing_words(person)}


def _criterion_rows(person: grading.GoldPerson) -> list[dict[str, object]]:
    return [
        {say("person"): person.name, say("criterion"): say(name), **_answers(answers)}
        for name, answers in person.criteria.items()
    ]


def _answers(answers: grading.GoldAnswers) -> dict[str, object]:
    return {
        say("right"): rate_words(answers.right),
        say("bad ones let through"): answers.let_through,
        say("good ones failed"): answers.too_strict,
        say("unsure"): answers.unsure,
    }


def offer(workspace: Workspace, output: Output) -> None:
    """For a lead: make an output that is open gold, or an example in the guidelines."""
    opens = any(title == "Team" for _, title, _ in menu_for(shell.role(workspace.role)))
    if not opens or not workspace.role.includes(Role.LEAD):
        return
    values = {value: say(label) for value, label in _VALUES.items()}
    uses = {
        "gold": say("gold output, mixed in without notice"),
        "training": say("training for newcomers"),
        "example": say("example in the guidelines"),
    }
    criteria = {row.id: row for row in list_criteria(workspace) if row.status == "accepted"}
    with (
        st.popover(say("Use it for the team"), icon=":material/school:"),
        st.form(f"team-use-{output.id}", border=False),
    ):
        use = shell.choose(say("Use it as"), uses, st.radio)
        value = shell.choose(say("It counts as"), values, st.radio, horizontal=True)
        criterion_id = st.selectbox(
            say("On"),
            ["", *criteria],
            format_func=lambda key: say(criteria[key].name) if key else say("the whole"),
            help=say("The whole is settled first, then criteria, one by one."),
        )
        why = st.text_input(say("Why"), max_chars=500)
        if st.form_submit_button(say("Save"), type="primary"):
            with shell.guard():
                if use == "example" and value is None:
                    raise BadInput("An example shows what passes or what fails.", next_step="Choose one.")
                if use == "example" and criterion_id:
                    raise BadInput("An example is of the whole output.", next_step="Choose the whole.")
                if use == "example" and value:
                    grading.set_example(workspace, output.id, value, why=why)
                else:
                    criterion, training = criteria.get(criterion_id), use == "training"
                    grading.set_gold(
                        workspace, output.id, value, criterion=criterion, reason=why, training=training
                    )
                st.success(say("Saved: it stands on the page Team."))


def _show_output(workspace: Workspace, row: grading.GoldOutput) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if row.ruling:
            st.badge(say(row.ruling.value), color="green" if row.ruling.value == "pass" else "red")
        if row.gold.training:
            st.badge(say("training"), color="blue")
        why = row.ruling.reason if row.ruling else say("not settled any more: not shown")
        st.text(f"{why} — {shortened(row.output.text, 80)}", width="stretch")
        if row.right.n:
            st.text(say("people right: {rate}", rate=rate_words(row.right)))
        if st.button(say("Take it out"), key=f"gold-out-{row.output.id}"):
            with shell.guard():
                grading.end_gold(workspace, row.output.id)
                telling.tell_anew(say("Taken out"))


def _set_rules(workspace: Workspace) -> None:
    rules = workspace.project.rules
    with st.form("gold-rules", border=False):
        share = st.number_input(
            say("Share of gold outputs, in percent"), 0, 50, round(100 * rules.gold_share)
        )
        at_once = st.checkbox(
            say("Tell people at once whether they were right"), rules.gold_feedback == "person"
        )
        training = st.number_input(
            say("Share of the training that newcomers must get right, in percent (0: no training)"),
            0,
            100,
            round(100 * (rules.training or 0)),
        )
        if st.form_submit_button(say("Save")):
            change = grading.RulesChange(
                gold_share=share / 100, gold_feedback="person" if at_once else "lead", training=training / 100
            )
            with shell.guard():
                grading.change_rules(workspace, changed=change)
                telling.tell_anew(say("Saved; it holds from the next output on."))


def _let_through(workspace: Workspace, names: list[str]) -> None:
    name = st.selectbox(say("Person"), names, index=None, accept_new_options=True, placeholder=say("Choose"))
    with st.container(horizontal=True):
        skip = st.button(say("Let them skip the training"), disabled=not name)
        repeat = st.button(say("Have them do the training"), disabled=not name)
    if name and (skip or repeat):
        with shell.guard():
            grading.train(workspace, name, "let-through" if skip else "send-back")
            telling.tell_anew(say("Saved"))

"""What those who grade are told: by language, as they see it, with examples, in all versions."""

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import NAMES, Language
from labelcore.models import GuidelineExample
from labelcore.stages import grading
from labelcore.stages.grading.presses import card_guideline
from labelcore.text.showing import clock, shortened
from labelcore.workspace import Workspace
from pages.widgets import shell, telling
from pages.widgets.components import shown_guideline
from pages.widgets.shell import plain

_AT_ONCE = 20


def show_guidelines(workspace: Workspace) -> None:
    """The text beside what people see, then the examples and every version."""
    guidelines = grading.show_guidelines(workspace)
    st.write(
        say(
            "People see them before their first grade, again after each change, and at any time "
            "with the key I."
        )
    )
    left, right = st.columns(2)
    with left:
        language = write(workspace, guidelines)
    with right:
        st.write(say("As people see them"))
        if guidelines.texts or guidelines.examples:
            shown_guideline(card_guideline(guidelines), language, key="guideline-shown")
        else:
            st.info(say("There are no guidelines yet."))
    _examples(workspace, guidelines)
    _asked(workspace)
    _versions(workspace)


def write(workspace: Workspace, guidelines: grading.Guidelines) -> Language:
    """The text of the chosen language; returns which that is."""
    language: Language = shell.choose(
        say("For those who read"), NAMES, st.segmented_control, default=shell.language(), required=True
    )
    newest = next((text for text in guidelines.texts if text.language == language), None)
    with st.form(f"guideline-{language}-{newest.version if newest else 0}", border=False):
        text = st.text_area(
            say("Guidelines, in Markdown"),
            newest.text if newest else "",
            height=320,
            max_chars=20_000,
            placeholder=say(
                "What makes an answer good here? What must never happen? What is a matter of taste?"
            ),
        )
        why = st.text_input(say("Why"))
        if st.form_submit_button(say("Save a new version"), type="primary"):
            with shell.guard():
                grading.set_guidelines(workspace, text=text, language=language, why=why)
                telling.tell_anew(say("Saved: people see them before their next grade."))
    return language


def _examples(workspace: Workspace, guidelines: grading.Guidelines) -> None:
    st.subheader(say("Examples from real outputs"))
    st.write(
        say(
            "Choose outputs that are already graded: once it is an example, an output is no "
            "longer graded blind."
        )
    )
    shell.go("1_outputs.py", "Choose one on Outputs, by “Use it for the team”")
    for example in shell.page_of(guidelines.examples, _AT_ONCE, "guideline-examples"):
        _example(workspace, example, guidelines.outputs[example.output_id].text)


def _example(workspace: Workspace, example: GuidelineExample, text: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(say(example.value), color="green" if example.value == "pass" else "red")
        st.text(f"{example.why} — {shortened(text, 120)}", width="stretch")
        if st.button(say("Take it out"), key=f"example-out-{example.output_id}"):
            with shell.guard():
                grading.set_example(workspace, example.output_id, "withdrawn")
                telling.tell_anew(say("Taken out"))


def _asked(workspace: Workspace) -> None:
    """Which criteria the card does not go on without, in which order."""
    criteria = {criterion.id: criterion for criterion in grading.in_order(workspace)}
    if not criteria:
        return
    st.subheader(say("Criteria that the card asks for"))
    with st.form("criteria-asked", border=False):
        required = st.multiselect(
            say("Required, in the order in which they are asked"),
            list(criteria),
            [key for key in criteria if key in workspace.project.rules.required],
            format_func=lambda key: say(criteria[key].name),
            placeholder=say("Choose"),
            help=say(
                "The output as a whole is graded once these are answered; the other criteria are optional."
            ),
        )
        if st.form_submit_button(say("Save")):
            others = [criterion for key, criterion in criteria.items() if key not in required]
            with shell.guard():
                grading.ask(workspace, others, required=False)
                grading.ask(workspace, [criteria[key] for key in required], required=True)
            st.success(say("Saved; it holds from the next output on."))


def _versions(workspace: Workspace) -> None:
    versions = grading.guidelines_history(workspace)[::-1]
    if not versions:
        return
    with st.expander(say("All versions")):
        for version in shell.page_of(versions, 5, "guideline-versions"):
            values = {
                "n": version.version,
                "language": NAMES[version.language],
                "when": clock(version.at),
                "who": version.author or "labelcore",
                "why": version.why or say("no reason given"),
            }
            st.write(plain(say("Version {n}, {language}, {when}, {who}: {why}", **values)))
            st.code(version.text, language=None, wrap_lines=True)

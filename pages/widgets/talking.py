"""What is said of outputs that a person graded: a word where they look next, and the talk itself."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.stages import grading
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.conflicts import ruling_words
from pages.widgets.shell import plain
from pages.widgets.side_by_side import show_side_by_side

_AT_ONCE = 3


def show_mentions(workspace: Workspace) -> None:
    """Whether somebody wants something of this person; nothing where nobody does."""
    found = grading.mentions(workspace) if workspace.person else None
    if not found or not found.open:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(counted("Somebody mentions you.", "{n} comments mention you.", n=found.open))
        if found.hidden < found.open:
            shell.go("3_progress.py", "Read and answer")
    if found.hidden:
        st.caption(
            counted(
                "1 is on an output that you have not graded yet, or are to look at again: then you can read "
                "it.",
                "{n} are on outputs that you have not graded yet, or are to look at again: then you can read "
                "them.",
                n=found.hidden,
            )
        )


def show_talk(workspace: Workspace) -> None:
    """What was settled or is talked about of what the person graded, with what everybody gave."""
    found = grading.talk(workspace)
    if not found:
        return
    wanted = {item.key for item in grading.talk(workspace, to_me=True)}
    st.subheader(say("Talked about and settled"))
    for item in shell.page_of(found, _AT_ONCE, "talk"):
        with st.container(border=True):
            if item.key in wanted:
                st.badge(say("mentions you"), color="orange")
            if item.criterion:
                st.text(f"{say(item.criterion.name)}: {say(item.criterion.statement)}")
            if item.ruling:
                st.write(plain(f"{ruling_words(item.ruling)} {item.ruling.reason}"))
            show_side_by_side(
                item.output, item.opinions, workspace.project.rules, key=f"talk-{item.key.replace('/', '-')}"
            )
            for said in item.comments:
                st.text(f"{said.author}, {said.at:%Y-%m-%d %H:%M}: {said.text}")
            _answer(workspace, item, is_wanted=item.key in wanted)


def _answer(workspace: Workspace, item: grading.Conflict, *, is_wanted: bool) -> None:
    with st.form(f"answer-{item.key}-{len(item.comments)}", border=False):
        text = st.text_area(say("Your answer; @name shows it to that person"), max_chars=5_000)
        with st.container(horizontal=True):
            if st.form_submit_button(say("Answer")):
                with shell.guard():
                    grading.comment(workspace, item.output.id, text, criterion=item.criterion)
                st.rerun()
            if is_wanted and st.form_submit_button(say("I have read it")):
                with shell.guard():
                    grading.mark_seen(workspace, item.output.id, criterion=item.criterion)
                st.rerun()

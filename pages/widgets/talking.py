"""What is said of outputs that a person graded: a word where they look next, and the talk itself."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.messages.lines.calibrating import comment_words
from labelcore.stages import grading
from labelcore.stages.finding import find_criterion
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.conflicts import ruling_words
from pages.widgets.shell import plain
from pages.widgets.side_by_side import show_side_by_side

_AT_ONCE = 3


def show_mentions(workspace: Workspace) -> None:
    """Whether somebody wants something of this person; nothing where nobody does."""
    mentions = grading.mentions(workspace) if workspace.person else None
    if not mentions or not mentions.open:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(counted("A comment mentions you.", "{n} comments mention you.", n=mentions.open))
        if mentions.hidden < mentions.open:
            shell.go("3_progress.py", "Read and answer")
    _say_hidden(mentions.hidden)


def _say_hidden(n: int) -> None:
    """Why what was said to a person is not shown to them."""
    if n:
        st.caption(
            counted(
                "1 is on an output where you cannot see what others say yet: you have not graded it, "
                "are to look at it again, or the lead is holding it back.",
                "{n} are on outputs where you cannot see what others say yet: you have not graded "
                "them, are to look at them again, or the lead is holding them back.",
                n=n,
            )
        )


def show_talk(workspace: Workspace) -> None:
    """What was settled or is talked about of what the person graded, with what everybody gave; what is
    talked about of a calibration round stands with the round.
    """
    items = grading.beside_rounds(workspace, grading.talk(workspace))
    hidden = grading.mentions(workspace).hidden
    if not items and not hidden:
        return
    mentions = grading.open_mentions(workspace)
    st.subheader(say("Talked about and settled"))
    if hidden:
        st.write(counted("A comment mentions you.", "{n} comments mention you.", n=hidden))
        _say_hidden(hidden)
    for item in shell.page_of(items, _AT_ONCE, "talk"):
        subject = item.criterion.id if item.criterion else None
        with st.container(border=True):
            if item.criterion:
                st.text(
                    say("{name}: {told}", name=say(item.criterion.name), told=say(item.criterion.statement))
                )
            if item.ruling:
                st.write(plain(f"{ruling_words(item.ruling)} {item.ruling.reason}"))
            show_side_by_side(
                item.output, item.opinions, workspace.project.rules, key=f"talk-{item.key.replace('/', '-')}"
            )
            about = [subject] if (item.output.id, subject) in mentions else []
            discuss(workspace, item, about)


def discuss(
    workspace: Workspace, item: grading.Conflict | grading.SideBySide, wanted: Sequence[str | None]
) -> None:
    """What is said of an output, and a field to say more; ``wanted``: the criteria on which it mentions the
    person, None for the whole.
    """
    criterion, output_id = getattr(item, "criterion", None), item.output.id
    if wanted:
        st.badge(say("mentions you"), color="orange")
    for comment in item.comments:
        st.text(comment_words(comment))
    sent = sum(
        comment.author == workspace.person for comment in item.comments
    )  # once sent, the field is empty
    with st.form(f"say-{type(item).__name__}-{output_id}-{criterion and criterion.id}-{sent}", border=False):
        text = st.text_area(say("Your comment; @name shows it to that person"), max_chars=5_000)
        with st.container(horizontal=True):
            if st.form_submit_button(say("Send")):
                with shell.guard():
                    grading.comment(workspace, output_id, text, criterion=criterion)
                    st.rerun()
            if wanted and st.form_submit_button(say("I have read it")):
                with shell.guard():
                    for subject in wanted:
                        about = find_criterion(workspace, subject) if subject else None
                        grading.mark_seen(workspace, output_id, criterion=about)
                st.rerun()

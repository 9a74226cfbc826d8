"""Where the project stands for the person who looks, and what is next for them, by role."""

import streamlit as st

from labelcore.messages import say, sentence
from labelcore.messages.catalogue import counted
from labelcore.messages.lines.reporting import graded_words, next_words
from labelcore.messages.versions import version_sentence, versions_in_short
from labelcore.messages.waiting import waiting_words
from labelcore.models import Role
from labelcore.stages import grading
from labelcore.stages.reporting.comparing import newest_versions
from labelcore.stages.reporting.person import progress
from labelcore.stages.reporting.trend import trend
from labelcore.workspace import Workspace
from pages.widgets import keys, next_step, shell
from pages.widgets.shell import plain


def show_standing(workspace: Workspace) -> None:
    """One sentence and one button."""
    with st.container(border=True):
        if shell.role(workspace.role) is Role.EXPERT:
            _show_to_expert(workspace)
        else:
            _show_answer(workspace)


def _show_to_expert(workspace: Workspace) -> None:
    if not workspace.person:
        shell.ask_name()
        return
    person = progress(workspace)
    st.subheader(
        plain(waiting_words(person.waiting)[0])
        if person.waiting
        else counted(
            "1 output is waiting for your grade", "{n:,} outputs are waiting for your grade", n=person.left
        )
    )
    st.write(plain(graded_words(person)))
    for words in next_words(person):
        st.write(plain(words))
    if not person.waiting and st.button(say("Grade"), type="primary", key="next-step"):
        shell.open_at("3_grading.py")
    shell.go("3_progress.py", "What your notes became")


def _show_answer(workspace: Workspace) -> None:
    """The number in a sentence; a manager goes on to the results, an engineer to the work that is next."""
    trust = next_step.work_out(workspace)
    if trust.rate.value is not None:
        next_step.show_badge(trust)
    st.subheader(plain(sentence(trust.headline)))
    if versions := newest_versions(workspace, trend(workspace)):
        st.write(plain(version_sentence(versions_in_short(versions))))
    next_step.offer(workspace, trust.action)
    if trust.outputs:
        shell.go("6_results.py", "Why, and what fails most")
    if shell.role(workspace.role) is Role.LEAD:
        _show_conflicts(workspace)


def _show_conflicts(workspace: Workspace) -> None:
    """What only a lead can do next."""
    if n := len(grading.conflicts(workspace, filters=grading.ConflictFilters(state="open"))):
        st.write(
            counted(
                "People differ in one place, and nobody has settled it.",
                "People differ in {n:,} places, and nobody has settled them.",
                n=n,
            )
        )
        tab = {f"{keys.TEAM}-{shell.language()}": say("Conflicts")}
        shell.go_to("3_team.py", say("Settle where people disagree"), tab)

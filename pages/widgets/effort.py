"""What came of a person's work, and what the week brought."""

import streamlit as st

from labelcore.messages import paragraph, say
from labelcore.messages.catalogue import counted
from labelcore.messages.digest import digest_lines, digest_page
from labelcore.messages.effort import (
    difference_words,
    effect_words,
    settled_words,
    steady_words,
    thanks_words,
)
from labelcore.messages.notifying import subject_words
from labelcore.stages.reporting.digest import digest
from labelcore.stages.reporting.effort import NoteEffect
from labelcore.stages.reporting.person import PersonProgress
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.menu import menu_for
from pages.widgets.shell import plain

_FIRST = 3


def show_told(found: PersonProgress) -> None:
    """Thanks, and what the person was told lately."""
    if words := thanks_words(found.effort):
        st.markdown(f":material/volunteer_activism: {plain(words)}")
    if found.notices:
        st.subheader(say("For you"))
        told = ((f"{notice.at:%Y-%m-%d}", subject_words(notice)) for notice in found.notices)
        st.markdown("\n".join(f"- {plain(day)} · {plain(words)}" for day, words in told))


def show_effects(workspace: Workspace, found: PersonProgress) -> None:
    """Each criterion that quotes the person, with the words that it rests on."""
    st.subheader(say("What your notes became"))
    if not found.effort.effects:
        none = say(
            "Nothing yet. Say in a note what is wrong with a failed output: criteria are made "
            "from such notes."
        )
        waiting = counted(
            "Nothing yet: your note waits until the team turns notes into criteria.",
            "Nothing yet: your {n:,} notes wait until the team turns notes into criteria.",
            n=found.notes,
        )
        st.write(waiting if found.notes else none)
    opens = any(file.name == "4_deriving.py" for file, _, _ in menu_for(shell.role(workspace.role)))
    for effect in found.effort.effects[:_FIRST]:
        _show_effect(effect, opens=opens)
    if rest := found.effort.effects[_FIRST:]:
        with st.expander(say("{n:,} more", n=len(rest))):
            for effect in rest:
                _show_effect(effect, opens=opens)


def _show_effect(effect: NoteEffect, *, opens: bool) -> None:
    st.markdown(plain(effect_words(effect)))
    quoted = say("You wrote: “{note}”", note=effect.quote)
    shell.aside(paragraph(quoted, say("It asks: {statement}", statement=say(effect.statement))))
    if opens:
        shell.go_to("4_deriving.py", say("Open this criterion"), {keys.CRITERION: effect.criterion_id})


def show_differences(found: PersonProgress) -> None:
    """How steady the person is, where they are stricter or milder, and what came of it."""
    st.subheader(say("How steady you are"))
    st.write(plain(steady_words(found)))
    st.subheader(say("Where you differ from the others"))
    st.write(
        say(
            "A difference is not a mistake: it shows where a criterion can be read in two ways. "
            "Only outputs that you graded count."
        )
    )
    lines = [*map(difference_words, found.effort.differences), settled_words(found.effort)]
    st.markdown("\n".join(f"- {plain(line)}" for line in lines))


def show_week(workspace: Workspace) -> None:
    """What the last seven days brought to the team, to read and to take along."""
    found = digest(workspace)
    st.subheader(say("The last seven days"))
    st.markdown("\n".join(f"- {line}" for line in digest_lines(found, plain)))
    name = f"digest-{found.until:%Y-%m-%d}.md"
    st.download_button(say("Download as Markdown"), digest_page(found), name, "text/markdown")

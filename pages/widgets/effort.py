"""What came of a person's work, and what the week brought."""

import streamlit as st

from labelcore.messages import paragraph, say
from labelcore.messages.catalogue import counted
from labelcore.messages.digest import digest_lines, digest_page
from labelcore.messages.lines.reporting import (
    difference_words,
    effect_words,
    settled_words,
    steady_words,
    thanks_words,
)
from labelcore.messages.notifying import subject_words
from labelcore.stages.reporting.digest import digest
from labelcore.stages.reporting.effort import NoteEffect, PersonProgress
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.menu import menu_for
from pages.widgets.shell import plain

_FIRST = 3


def show_notices(person: PersonProgress) -> None:
    """Thanks, and what the person was told lately."""
    if words := thanks_words(person.effort):
        st.markdown(f":material/volunteer_activism: {plain(words)}")
    if person.notices:
        st.subheader(say("For you"))
        lines = ((f"{notice.at:%Y-%m-%d}", subject_words(notice)) for notice in person.notices)
        st.markdown("\n".join(f"- {plain(day)} · {plain(words)}" for day, words in lines))


def show_effects(workspace: Workspace, person: PersonProgress) -> None:
    """Each criterion that quotes the person, with the words that it rests on."""
    st.subheader(say("What your notes became"))
    if not person.effort.effects:
        nothing = say(
            "Nothing yet. Say in a note what is wrong with a failed output: criteria are made "
            "from such notes."
        )
        waiting = counted(
            "Nothing yet: your note waits until the team turns notes into criteria.",
            "Nothing yet: your {n:,} notes wait until the team turns notes into criteria.",
            n=person.notes,
        )
        st.write(waiting if person.notes else nothing)
    opens = any(file.name == "4_deriving.py" for file, _, _ in menu_for(shell.role(workspace.role)))
    for effect in person.effort.effects[:_FIRST]:
        _show_effect(effect, opens=opens)
    if others := person.effort.effects[_FIRST:]:
        with st.expander(say("{n:,} more", n=len(others))):
            for effect in others:
                _show_effect(effect, opens=opens)


def _show_effect(effect: NoteEffect, *, opens: bool) -> None:
    st.markdown(plain(effect_words(effect)))
    quote = say("You wrote: “{note}”", note=effect.quote)
    shell.aside(paragraph(quote, say("It asks: {statement}", statement=say(effect.statement))))
    if opens:
        shell.go_to("4_deriving.py", say("Open this criterion"), {keys.CRITERION: effect.criterion_id})


def show_differences(person: PersonProgress) -> None:
    """How steady the person is, where they are stricter or milder, and what came of it: once it is known."""
    if person.steadiness.value is not None:
        st.subheader(say("How steady you are"))
        st.write(plain(steady_words(person)))
    effort = person.effort
    known = [gap for gap in effort.differences if gap.stricter.value is not None]
    lines = [*map(difference_words, known)]
    lines += [settled_words(effort)] if effort.settled.value is not None else []
    if not lines:
        return
    st.subheader(say("Where you differ from the others"))
    st.write(
        say(
            "A difference is not a mistake: it shows where a criterion can be read in two ways. "
            "Only outputs that you graded count."
        )
    )
    st.markdown("\n".join(f"- {plain(line)}" for line in lines))


def show_week(workspace: Workspace) -> None:
    """What the last seven days brought to the team, to read and to take along."""
    week = digest(workspace)
    st.subheader(say("The last seven days"))
    st.markdown("\n".join(f"- {line}" for line in digest_lines(week, plain)))
    name = f"digest-{week.until:%Y-%m-%d}.md"
    st.download_button(say("Download as Markdown"), digest_page(week), name, "text/markdown")

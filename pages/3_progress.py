"""My progress: what the person graded, what the team did, and what came of the person's notes."""

import streamlit as st

from labelcore.messages import say
from labelcore.messages.lines.reporting import effect_words, graded_words, next_words
from labelcore.stages.reporting.person import PersonProgress, progress
from pages.widgets import calibrating, shell
from pages.widgets.shell import plain

MENU = ("My progress", ":material/trending_up:")


def show_effects(found: PersonProgress) -> None:
    """Each criterion that quotes the person, with the words that it rests on."""
    st.subheader(say("What your notes became"))
    if not found.effects:
        st.write(
            say("Nothing yet: a note on a failed output says what is wrong, and criteria are made of that.")
        )
    for effect in found.effects:
        st.markdown(plain(effect_words(effect)))
        st.caption(plain(say("You wrote: “{note}”", note=effect.quote)))


place = shell.as_graded(shell.open_page("My progress"))
if not place.person:
    shell.ask_name()
    st.stop()
with shell.guard():
    found = progress(place)
    st.write(plain(graded_words(found)))
    for words in next_words(found):
        st.write(plain(words))
    if not found.waiting or found.waiting.kind in {"held", "skipped"}:
        shell.go("3_grading.py", "Go on grading")
    calibrating.show_mine(place)
    show_effects(found)
    if len(found.team) > 1:
        st.subheader(say("The team"))
        shell.table([{say("person"): person, say("graded"): n} for person, n in found.team])

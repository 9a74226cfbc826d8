"""My progress: what the person graded, what came of it, and what the team did."""

import streamlit as st

from labelcore.messages import say
from labelcore.messages.lines.reporting import graded_words, next_words
from labelcore.stages.reporting.person import progress
from pages.widgets import calibrating, effort, shell, talking
from pages.widgets.shell import plain

MENU = ("My progress", ":material/trending_up:")

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
    effort.show_told(found)
    calibrating.show_mine(place)
    talking.show_talk(place)
    effort.show_effects(place, found)
    if found.graded:
        effort.show_differences(found)
    if len(found.team) > 1:
        st.subheader(say("The team"))
        shell.table([{say("person"): person, say("graded"): n} for person, n in found.team])
    effort.show_week(place)

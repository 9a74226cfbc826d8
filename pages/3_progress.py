"""My progress: what the person graded, what came of it, and what the team did."""

import streamlit as st

from labelcore.messages import say
from labelcore.messages.lines.reporting import graded_words, next_words
from labelcore.stages.reporting.effort import progress
from pages.widgets import calibrating, effort, shell, talking
from pages.widgets.shell import plain

MENU = ("My progress", ":material/trending_up:")

workspace = shell.as_graded(shell.open_page("My progress"))
if not workspace.person:
    shell.ask_name()
    st.stop()
with shell.guard():
    person = progress(workspace)
    st.write(plain(graded_words(person)))
    for words in next_words(person):
        st.write(plain(words))
    if not person.waiting or person.waiting.kind in {"held", "skipped"}:
        shell.go("3_grading.py", "Go on grading")
    effort.show_notices(person)
    calibrating.show_mine(workspace)
    talking.show_talk(workspace)
    effort.show_effects(workspace, person)
    if person.graded:
        effort.show_differences(person)
    if len(person.team) > 1:
        st.subheader(say("The team"))
        shell.table([{say("person"): name, say("graded"): n} for name, n in person.team])
    effort.show_week(workspace)

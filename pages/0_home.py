"""Home: where the project stands, in one sentence, what to do next, and how far it is along the loop."""

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.models import Role
from labelcore.stages import projects
from pages.widgets import inviting, noun, sample_project, shell, standing, talking
from pages.widgets.importing import beginning

MENU = ("Home", ":material/home:")

place = shell.open_page(
    "labelcore", "From an expert's judgement to automatic evaluation that can be trusted.", page="Home"
)
with shell.guard():
    standing.show_standing(place)
    talking.show_mentions(shell.as_graded(place))
    if shell.role(place.role) is not Role.ENGINEER:
        st.stop()
    seen = projects.overview(place)
STEPS = (
    (
        "Import",
        "1_importing.py",
        counted("1 output", "{n:,} outputs", n=seen.outputs),
        "Import your pipeline's outputs.",
    ),
    (
        "Sample",
        "2_sampling.py",
        counted("1 sample", "{n:,} samples", n=seen.samples),
        "Choose which outputs are graded first.",
    ),
    (
        "Grade",
        "3_grading.py",
        counted("1 graded", "{n:,} graded", n=seen.graded),
        "Pass or fail, and say what is wrong.",
    ),
    (
        "Criteria",
        "4_deriving.py",
        counted("1 accepted", "{n:,} accepted", n=seen.criteria_accepted),
        "Turn the notes into criteria.",
    ),
    (
        "Judges",
        "5_judging.py",
        counted("1 verdict", "{n:,} verdicts", n=seen.verdicts),
        "Let automatic checks decide each criterion.",
    ),
    (
        "Results",
        "6_results.py",
        counted("1 judge in use", "{n:,} judges in use", n=seen.chosen),
        "How good are the outputs?",
    ),
)
grid = st.grid(3, min_column_width=200)
for title, file, count, explain in STEPS:
    with grid.cell(), st.container(border=True, height="stretch"):
        st.caption(say(title))
        st.markdown(f"#### {count}")
        st.write(say(explain))
        shell.go(file, say("Open {step}", step=say(title)))
if seen.graded:
    st.write(
        counted(
            "One person graded {graded} outputs.",
            "{n} people graded {graded} outputs.",
            n=seen.annotators,
            graded=seen.graded,
        )
    )
with st.container(horizontal=True):
    inviting.offer_invitation(place)
    beginning.offer_on_home(place)
    noun.offer(place)
    sample_project.offer_hiding(place)

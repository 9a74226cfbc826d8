"""Home: where the project stands, in one sentence, what to do next, and how far it is along the loop."""

import streamlit as st

from labelcore.messages import say
from labelcore.models import Role
from labelcore.stages import projects
from pages.widgets import inviting, sample_project, shell, standing

MENU = ("Home", ":material/home:")

place = shell.open_page(
    "labelcore", "From an expert's judgement to automatic evaluation that can be trusted."
)
with shell.guard():
    standing.show_standing(place)
    if shell.role() is not Role.ENGINEER:
        st.stop()
    seen = projects.overview(place)
STEPS = (
    ("Import", "1_importing.py", seen.outputs, "outputs", "Bring in outputs of your pipeline."),
    ("Sample", "2_sampling.py", seen.samples, "samples", "Draw which outputs are graded first."),
    ("Grade", "3_grading.py", seen.graded, "graded", "Pass or fail, and say what is wrong."),
    ("Criteria", "4_deriving.py", seen.criteria_accepted, "accepted", "Turn the notes into criteria."),
    ("Judges", "5_judging.py", seen.verdicts, "verdicts", "Let automatic checks decide each criterion."),
    ("Results", "6_results.py", seen.chosen, "judges in use", "How good are the outputs?"),
)
for start in range(0, len(STEPS), 3):
    for column, (title, file, count, unit, explain) in zip(st.columns(3), STEPS[start:], strict=False):
        with column.container(border=True, height="stretch"):
            st.metric(say(title), f"{count:,} {say(unit)}")
            st.write(say(explain))
            shell.go(file, say("Open {step}", step=say(title)))
if seen.graded:
    graded = {"graded": seen.graded, "people": seen.annotators}
    st.write(
        say("One person graded {graded} outputs.", **graded)
        if seen.annotators == 1
        else say("{people} people graded {graded} outputs.", **graded)
    )
inviting.offer_invitation()
sample_project.offer_hiding(place)

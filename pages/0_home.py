"""Home: how far the project is along the loop, and what to do next."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages import projects
from pages.widgets import sample_project, shell

MENU = ("Home", ":material/home:")

place = shell.open_page(
    "labelcore", "From an expert's judgement to automatic evaluation that can be trusted."
)
seen = projects.overview(place)

STEPS = (
    ("Import", "1_importing.py", seen.outputs, "outputs", "Bring in outputs of your pipeline."),
    ("Sample", "2_sampling.py", seen.samples, "samples", "Draw which outputs are graded first."),
    ("Grade", "3_grading.py", seen.graded, "graded", "Pass or fail, and say what is wrong."),
    ("Criteria", "4_deriving.py", seen.criteria_accepted, "accepted", "Turn the notes into criteria."),
    ("Judges", "5_judging.py", seen.verdicts, "verdicts", "Let automatic checks decide each criterion."),
    ("Alignment", "6_aligning.py", seen.chosen, "in the set", "See how far they can be trusted."),
)
AFTER = (
    ("Trust", "6_trusting.py", 0, "", "How good is everything, and can that figure be trusted?"),
    ("Refine", "7_refining.py", 0, "", "Where judges and people differ, say who is right."),
)
open_steps = [step for step in STEPS if step[2] == 0 and not (step[0] == "Sample" and seen.graded)]
following = open_steps[0] if open_steps else AFTER[0]
st.subheader(say("Next: {step}", step=say(following[0])))
st.write(say(following[4]))
shell.go(following[1], say("Go to {step}", step=say(following[0])))
for start in range(0, len(STEPS), 3):
    for column, (title, file, count, unit, explain) in zip(st.columns(3), STEPS[start:], strict=False):
        with column.container(border=True, height="stretch"):
            st.metric(say(title), f"{count:,} {say(unit)}")
            st.write(say(explain))
            shell.go(file, say("Open {step}", step=say(title)))
if seen.verdicts:
    for column, (title, file, _count, _unit, explain) in zip(st.columns(2), AFTER, strict=True):
        with column.container(border=True, height="stretch"):
            st.write(say(explain))
            shell.go(file, say("Open {step}", step=say(title)))
if seen.graded:
    counts = seen.model_dump(include={"graded", "passes", "fails", "unsure"}) | {"people": seen.annotators}
    st.write(
        say("One person graded {graded} outputs: {passes} passed, {fails} failed, {unsure} unsure.", **counts)
        if seen.annotators == 1
        else say(
            "{people} people graded {graded} outputs: {passes} passed, {fails} failed, {unsure} unsure.",
            **counts,
        )
    )
sample_project.offer_hiding(place)

"""Home: where the project stands, in one sentence, what to do next, and how far it is along the loop."""

import streamlit as st

from labelcore.messages import say, sentence
from labelcore.messages.lines.reporting import version_sentence, versions_in_short
from labelcore.stages import projects
from labelcore.stages.reporting.comparing import newest_versions
from labelcore.stages.reporting.trend import trend
from labelcore.stages.reporting.trust import trust
from pages.widgets import next_step, sample_project, shell
from pages.widgets.shell import plain

MENU = ("Home", ":material/home:")

place = shell.open_page(
    "labelcore", "From an expert's judgement to automatic evaluation that can be trusted."
)
with shell.guard():
    seen, whole = projects.overview(place), trust(place)
    with st.container(border=True):
        if whole.rate.value is not None:
            next_step.show_badge(whole)
        st.subheader(plain(sentence(whole.headline)))
        if versions := newest_versions(place, trend(place)):
            st.write(plain(version_sentence(versions_in_short(versions))))
        next_step.offer(place, whole.action)
        if seen.graded:
            shell.go("6_results.py", "Why, where it is better or worse, and what fails most")
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

"""Home: where the project stands, in one sentence, what to do next, and how far it is along the loop."""

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.models import Role
from labelcore.stages import projects
from pages.widgets import home, shell, talking
from pages.widgets.importing import beginning

MENU = ("Home", ":material/home:")

workspace = shell.open_page("labelcore", page="Home")
with shell.guard():
    home.show_standing(workspace)
    talking.show_mentions(shell.as_graded(workspace))
    if shell.role(workspace.role) is not Role.ENGINEER:
        st.stop()
    overview = projects.overview(workspace)
STEPS = (
    (
        "Import",
        "1_importing.py",
        counted("1 output", "{n:,} outputs", n=overview.outputs),
        "Import your pipeline's outputs.",
    ),
    (
        "Sample",
        "2_sampling.py",
        counted("1 sample", "{n:,} samples", n=overview.samples),
        "Choose which outputs are graded first.",
    ),
    (
        "Grade",
        "3_grading.py",
        counted("1 graded", "{n:,} graded", n=overview.graded),
        "Pass or fail, and say what is wrong.",
    ),
    (
        "Criteria",
        "4_deriving.py",
        counted("{n:,} criterion", "{n:,} criteria", n=overview.criteria_accepted),
        "Turn the notes into criteria.",
    ),
    (
        "Judges",
        "5_judging.py",
        counted("1 verdict", "{n:,} verdicts", n=overview.verdicts),
        "Let automatic checks decide each criterion.",
    ),
    (
        "Results",
        "6_results.py",
        counted("1 judge in use", "{n:,} judges in use", n=overview.chosen),
        "How good are the outputs?",
    ),
)
grid = st.grid(3, min_column_width=200)
for title, file, count, purpose in STEPS:
    with grid.cell(), st.container(border=True, height="stretch"):
        st.markdown(f"#### {count}")
        if not overview.graded:  # the loop is new here
            st.write(say(purpose))
        shell.go(file, say("Open {step}", step=say(title)))
with st.container(horizontal=True):
    home.offer_invitation(workspace)
    beginning.offer_on_home(workspace)
    home.offer_noun(workspace)
    home.offer_hiding(workspace)

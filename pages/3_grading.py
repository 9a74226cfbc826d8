"""Grade: one output on screen, one key for each answer, saved before it says so."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages.deriving import editing
from labelcore.stages.grading import look_again, take_over
from labelcore.workspace import Workspace
from pages.widgets import keys, next_step, shell, talking
from pages.widgets.components import grading_card, presses
from pages.widgets.grading_session import GradingSession, Mode, show_regrade
from pages.widgets.routes import route_of

MENU = ("Grade", ":material/rate_review:")

workspace = shell.as_graded(shell.open_page("Grade"))
st.html(shell.STYLES / "grading.css")
if not workspace.person:
    shell.ask_name()
    st.stop()


def grade(workspace: Workspace, mode: Mode) -> None:
    """Outputs one by one, or two versions of the same input side by side."""
    key = keys.CARD if mode == "single" else keys.PAIRS
    session = GradingSession(workspace, shell.language(), mode)
    news = session.news(presses(key))
    wait = news.waiting.kind if news.waiting else ""
    if mode == "single" and wait == "empty":
        st.info(say("There are no outputs to grade yet."))
        shell.go("1_importing.py", "Import outputs")
        st.stop()
    session.store(grading_card(news, route=route_of(session), key=key))
    if wait in {"held", "skipped"}:
        go_on(workspace, wait)
    elif wait == "unassigned":
        shell.go("3_team.py", "Assign outputs")
    elif wait and mode == "single":
        if shell.opens("4_deriving.py"):
            next_step.offer_next(workspace)
        else:
            shell.go("3_progress.py", "What your notes became")
    elif wait:
        shell.go("3_team.py", "See which version is better")


def go_on(workspace: Workspace, wait: str) -> None:
    """What a person can do where others hold the rest, or where only what they skipped is left."""
    label = say("Take them over") if wait == "held" else say("Look at them once more")
    if st.button(label, type="primary", key=f"go-on-{wait}"):
        _ = take_over(workspace) if wait == "held" else look_again(workspace)
        st.rerun()


with shell.guard():
    talking.show_mentions(workspace)
    modes = {"single": say("Grade one by one")}
    rules = workspace.project.rules
    if rules.compare:
        modes = {"pairs": say("Compare two versions"), **modes}
    for criterion in editing.list_criteria(workspace, status="accepted"):
        if criterion.id in rules.regrade:
            modes[criterion.id] = say("Grade again: {name}", name=shell.plain(say(criterion.name)))
    mode = next(iter(modes))
    if len(modes) > 1:
        mode = shell.switch(say("What to do"), modes, default=mode, key=keys.WAY)
    if mode in {"single", "pairs"}:
        grade(workspace, "pairs" if mode == "pairs" else "single")
    else:
        show_regrade(workspace, mode)

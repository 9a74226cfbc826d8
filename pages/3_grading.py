"""Grade: one output on screen, one key for each answer, saved before it says so."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages.deriving import editing
from labelcore.stages.grading import look_again, take_over
from labelcore.workspace import Workspace
from pages.widgets import keys, next_step, shell, talking
from pages.widgets.components import grading_card, presses
from pages.widgets.grading_session import GradingSession, Way, show_regrade
from pages.widgets.presses import route_of

MENU = ("Grade", ":material/rate_review:")

place = shell.as_graded(shell.open_page("Grade"))
st.html(shell.STYLES / "grading.css")
if not place.person:
    shell.ask_name()
    st.stop()


def grade(workspace: Workspace, way: Way) -> None:
    """Outputs one by one, or two versions of the same input side by side."""
    key = keys.CARD if way == "single" else keys.PAIRS
    session = GradingSession(workspace, shell.language(), way)
    news = session.news(presses(key))
    waits = news.waiting.kind if news.waiting else ""
    if way == "single" and waits == "empty":
        st.info(say("There are no outputs to grade yet."))
        shell.go("1_importing.py", "Import outputs")
        st.stop()
    session.store(grading_card(news, route=route_of(session), key=key))
    if waits in {"held", "skipped"}:
        go_on(workspace, waits)
    elif waits == "unassigned":
        shell.go("3_team.py", "Assign outputs")
    elif waits and way == "single":
        if shell.opens("4_deriving.py"):
            next_step.offer_next(workspace)
        else:
            shell.go("3_progress.py", "What your notes became")
    elif waits:
        shell.go("3_team.py", "See which version is better")


def go_on(workspace: Workspace, waits: str) -> None:
    """What a person can do where others hold the rest, or where only what they skipped is left."""
    word = say("Take them over") if waits == "held" else say("Look at them once more")
    if st.button(word, type="primary", key=f"go-on-{waits}"):
        _ = take_over(workspace) if waits == "held" else look_again(workspace)
        st.rerun()


with shell.guard():
    talking.show_mentions(place)
    ways = {"single": say("Grade one by one")}
    rules = place.project.rules
    if rules.compare:
        ways = {"pairs": say("Compare two versions"), **ways}
    for criterion in editing.list_criteria(place, status="accepted"):
        if criterion.id in rules.regrade:
            ways[criterion.id] = say("Grade again: {name}", name=shell.plain(say(criterion.name)))
    way = next(iter(ways))
    if len(ways) > 1:
        way = st.segmented_control(
            say("What to do"),
            list(ways),
            format_func=ways.__getitem__,
            default=way,
            required=True,
            label_visibility="collapsed",
            key=keys.WAY,
        )
    if way in {"single", "pairs"}:
        grade(place, "pairs" if way == "pairs" else "single")
    else:
        show_regrade(place, way)

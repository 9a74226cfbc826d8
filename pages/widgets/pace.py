"""Above the card: the day by which it shall be done, and how much everybody has done."""

from __future__ import annotations

import streamlit as st

from labelcore.stages import grading
from pages.widgets.language import say
from pages.widgets.shell import Place, plain


def show_pace(place: Place, queue: grading.Queue) -> None:
    """One quiet line, and only where the project's rules ask for it."""
    parts = []
    pace = grading.pace_of(place.project, left=queue.left)
    if pace:
        parts.append(_pace_words(pace))
    if grading.rules_of(place.project).contest:
        counts = grading.counts_by_person(place.db, place.project)[:5]
        parts.append(" · ".join(f"{own} {n}" for own, n in counts))
    if parts:
        st.caption(plain("  |  ".join(parts)))


def _pace_words(pace: grading.Pace) -> str:
    if pace.left == 0:
        return say("Done before {day}.", day=pace.deadline)
    if pace.days_left < 0:
        return say("Was due on {day}: {left} left.", day=pace.deadline, left=pace.left)
    return say(
        "Due on {day}: {left} left, about {each} a day.",
        day=pace.deadline, left=pace.left, each=pace.a_day,
    )  # fmt: skip

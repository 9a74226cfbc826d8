"""What the feedback of a product's users is worth, in sentences."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from labelcore.messages import say, sentence
from labelcore.stages.aligning.report import JudgeAlignment
from pages.widgets.shell import plain


def show_worth(judges: Iterable[JudgeAlignment]) -> None:
    """Of each signal which share of the bad outputs it finds, and which of its alarms are false."""
    measured = [judge for judge in judges if judge.alarms]
    for judge in measured:
        facts = [fact for fact in judge.warnings if fact.code.startswith("alarms")]
        st.write(plain(sentence(facts)))
    if not measured:
        st.write(say("That is not measurable yet: it takes grades on outputs with feedback."))

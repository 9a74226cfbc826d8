"""What a team has done: people, kinds of failure, agreement, and which version is better."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from labelcore.messages import rate_words, sentence
from labelcore.messages.figures import alpha_words
from labelcore.stages import grading
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.language import say
from pages.widgets.shell import plain


def show_progress(workspace: Workspace) -> None:
    """People, kinds of failure, and what the judges still need."""
    found = grading.team_progress(workspace)
    if not found.people:
        st.info(say("Nobody has graded yet."))
        shell.go("3_grading.py", "Grade")
        return
    rows = [
        {
            say("person"): person.annotator,
            say("graded"): person.graded,
            say("pass"): person.passes,
            say("fail"): person.fails,
            say("unsure"): person.unsure,
            say("notes"): person.notes,
            say("seconds each"): person.seconds,
            say("agrees with others"): rate_words(person.with_others),
            say("steady"): rate_words(person.steadiness),
        }
        for person in found.people
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    st.subheader(say("Have all kinds of failure been seen?"))
    st.write(plain(sentence(found.saturation.says)))
    if found.saturation.curve:
        charts.growth(
            say("Kinds of failure by failed outputs looked at"), found.saturation.curve, key="kinds"
        )
    st.write(plain(sentence(found.anchoring.says)))
    st.subheader(say("Are the judges known well enough?"))
    if not found.budget:
        st.write(say("There are no judges yet."))
    for need in found.budget[:12]:
        st.write(plain(sentence(need.says)))


def show_agreement(workspace: Workspace) -> None:
    """Alpha overall, on the scale, for each criterion and for each pair of people."""
    found = grading.together(workspace)
    st.subheader(plain(say("All together: {alpha}", alpha=alpha_words(found.overall))))
    if found.levels:
        st.write(plain(say("On the scale: {alpha}", alpha=alpha_words(found.levels))))
    for word, agreement in found.by_criterion.items():
        st.write(plain(f"{word}: {alpha_words(agreement)}"))
    if found.pairs:
        names = [f"{pair.one} · {pair.other}" for pair in found.pairs]
        series = {say("same grade"): [pair.same for pair in found.pairs]}
        title = say("Share of the same grades, 95 % intervals")
        charts.intervals(title, names, series, key="people")


def show_versions(workspace: Workspace) -> None:
    """Which of two versions people prefer, pair by pair."""
    if not workspace.project.rules.compare:
        st.info(say("Nothing is compared: name two versions under Rules."))
        return
    found = grading.preferences(workspace)
    st.subheader(
        plain(
            say(
                "{b} is better than {a}: {share}",
                a=found.first,
                b=found.second,
                share=rate_words(found.second_better),
            )
        )
    )
    st.write(
        plain(
            say(
                "{done} of {all} pairs are compared: {x} for {a}, {y} for {b}, {ties} ties.",
                done=found.compared,
                all=found.pairs,
                x=found.first_wins,
                a=found.first,
                y=found.second_wins,
                b=found.second,
                ties=found.ties,
            )
        )
    )
    rows = {
        say("{b} is better", b=found.second): found.second_better,
        say("the left side is chosen"): found.left,
        say("two people say the same"): found.same,
    }
    title = say("Shares with 95 % intervals; where nothing differs, the first two are one half")
    charts.intervals(title, list(rows), {say("share"): list(rows.values())}, key="versions")
    if not found.compared:
        shell.go("3_grading.py", "Grade")

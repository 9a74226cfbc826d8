"""Team: who did how much, how far people agree, and what to do where they do not."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pandas as pd
import streamlit as st

from labelcore.operations.sentences import rate_words
from labelcore.operations.team import alpha_words
from labelcore.stages import grading
from pages.widgets import charts, shell
from pages.widgets.handing_out import show_packs, show_rules
from pages.widgets.outputs import show_output

place = shell.open_page("Team", "Who graded what, how far people agree, and when it is enough.")


def show_progress() -> None:
    """People, kinds of failure, and what the judges still need."""
    people = grading.contributions(place.db, place.project)
    if not people:
        st.info("Nobody has graded yet.")
        shell.go("3_grading.py", "Grade")
        return
    rows = [
        {
            "person": own.annotator, "graded": own.graded, "pass": own.passes, "fail": own.fails,
            "unsure": own.unsure, "notes": own.notes, "seconds each": own.seconds,
            "agrees with others": rate_words(own.with_others), "steady": rate_words(own.steadiness),
        }
        for own in people
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    seen = grading.saturation(place.db, place.project)
    st.subheader("Have all kinds of failure been seen?")
    st.write(shell.plain(seen.says[0].upper() + seen.says[1:]))
    if seen.curve:
        charts.growth("Kinds of failure by failed outputs looked at", seen.curve, key="kinds")
    st.write(shell.plain(grading.anchoring(place.db, place.project).says))
    st.subheader("Are the judges known well enough?")
    for own in grading.label_budget(place.db, place.project)[:12]:
        st.write(shell.plain(own.says))


def show_agreement() -> None:
    """Alpha overall, for each criterion and for each pair."""
    found = grading.together(place.db, place.project)
    st.subheader(shell.plain(f"All together: {alpha_words(found.overall)}"))
    for word, own in found.by_criterion.items():
        st.write(shell.plain(f"{word}: {alpha_words(own)}"))
    if found.pairs:
        names = [f"{own.one} and {own.other}" for own in found.pairs]
        series = {"same grade": [own.same for own in found.pairs]}
        charts.intervals("Share of the same grades, 95 % intervals", names, series, key="pairs")


def show_conflicts() -> None:
    """Each output on which people disagree, with every grade, and a form to settle it."""
    found = grading.conflicts(place.db, place.project)
    still = sum(own.ruling is None for own in found)
    st.write(f"{still} outputs are open, {len(found) - still} are settled.")
    for own in found[:20]:
        with st.container(border=True):
            show_output(own.output)
            for event in own.grades:
                st.text(
                    f"{event.annotator}: {event.value}{f' — {event.note}' if event.note else ''}"
                )
            if own.ruling:
                st.text(f"Ruled {own.ruling.value} by {own.ruling.author}: {own.ruling.reason}")
            with st.form(f"rule-{own.output.id}"):
                value = st.radio("It counts as", ["pass", "fail"], index=None, horizontal=True)
                reason = st.text_input("Why")
                if st.form_submit_button("Settle"):
                    with shell.guard():
                        grading.rule(
                            place.db, place.project, own.output.id, value or "", reason=reason,
                            author=place.annotator,
                        )  # fmt: skip
                    st.rerun()


with shell.guard():
    progress, agreement, conflicts, offline, rules = st.tabs(
        ["Progress", "Agreement", "Conflicts", "Offline", "Rules"]
    )
    with progress:
        show_progress()
    with agreement:
        show_agreement()
    with conflicts:
        show_conflicts()
    with offline:
        show_packs(place)
    with rules:
        show_rules(place)

"""The splits and the sealed test: sizes, looks, leaks, and how to begin a fresh test."""

import pandas as pd
import streamlit as st

from labelcore.messages.lines.aligning import leak_words, leakage_words
from labelcore.stages import grading
from labelcore.stages.aligning import leaking
from labelcore.workspace import Workspace
from pages.widgets import shell


def may_open(workspace: Workspace, person: str) -> bool:
    """Ask whether the sealed test shall be opened; true where it is not sealed."""
    report = grading.split_report(workspace)
    if not report.sealed:
        return True
    if not person:
        st.info("The sealed test is opened by a named person: write your name in the menu first.")
        return False
    if report.spent:
        shell.warn([report.advice])
    return st.checkbox(
        f"Open the sealed test as {shell.plain(person)} "
        f"({report.looks} of {report.limit} looks are used; each new state of the figures counts)"
    )


def show_splits(workspace: Workspace, person: str) -> None:
    """How the splits and the sealed test stand."""
    with st.expander("Splits and the sealed test"):
        report = grading.split_report(workspace)
        names = ("split", "outputs", "groups", "graded", "passes", "fails")
        st.dataframe(
            pd.DataFrame([size.model_dump(include=set(names)) for size in report.sizes]),
            hide_index=True,
            width="stretch",
        )
        st.write(shell.plain(report.advice))
        if report.openings:
            st.dataframe(
                pd.DataFrame(
                    [
                        {
                            "when": opening.at,
                            "who": opening.author or "somebody",
                            "for": opening.purpose,
                            "test": opening.round + 1,
                        }
                        for opening in report.openings
                    ]
                ),
                hide_index=True,
                width="stretch",
            )
        if report.sealed:
            _limit(workspace, report)
            _renew(workspace, person)
        _leaks(workspace)


def _limit(workspace: Workspace, report: grading.SplitReport) -> None:
    looks = st.number_input("A test is spent after so many looks", 1, 1_000, report.limit)
    if looks != report.limit and st.button("Set this limit"):
        grading.set_looks_limit(workspace, int(looks))
        st.rerun()


def _renew(workspace: Workspace, person: str) -> None:
    why = st.text_input("Give this test up, and begin a fresh one, because")
    if st.button("Begin a fresh test", disabled=not why.strip()):
        st.session_state["split-advice"] = grading.renew_test(workspace.by(person), why=why).advice
        st.rerun()
    if message := st.session_state.pop("split-advice", ""):
        st.success(shell.plain(message))


def _leaks(workspace: Workspace) -> None:
    if not st.toggle("Look for leaks between the splits", key="look-for-leaks"):
        return
    with st.spinner("Comparing the graded outputs …"):
        found = leaking.leakage(workspace)
    st.write(shell.plain(leakage_words(found)))
    for leak in found.leaks[:20]:
        st.text(leak_words(leak))

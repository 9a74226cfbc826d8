"""Alignment: how far the judges agree with people, and what that says about everything."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import streamlit as st

from labelcore.messages import sentences
from labelcore.messages.aligning import catches, judge_sentence, with_how_to_choose
from labelcore.models import OVERALL
from labelcore.stages import aligning
from labelcore.stages.aligning.report import AlignmentReport
from pages.widgets import charts, shell
from pages.widgets.alignment import (
    CHOOSE,
    ask_moment,
    beside,
    choose_set,
    show_basis,
    show_ceiling,
    show_enough,
    show_judge_table,
    show_methods,
    show_rates,
    show_set,
)
from pages.widgets.outputs import CELLS, show_disagreements
from pages.widgets.splits import may_open, show_splits

MENU = ("Alignment", ":material/monitoring:")

_CHARTED, _SPOKEN = 12, 6
SPLITS: tuple[aligning.Split, ...] = ("all", "train", "dev", "test")


def show_judges(report: AlignmentReport) -> None:
    """Judges as sentences, then as intervals, then as a table."""
    ranked = sorted(report.judges, key=lambda judge: -(judge.balanced_accuracy or 0))[:_CHARTED]
    st.subheader("Each judge against people")
    for judge in ranked[:_SPOKEN]:
        where = (
            "" if judge.against == OVERALL else f" Measured against the grades of “{judge.against}” itself."
        )
        st.write(shell.plain(judge_sentence(judge) + where))
    show_ceiling(report)
    if ranked:
        series = {
            "TPR (passes it passes)": [judge.tpr for judge in ranked],
            "TNR (fails it catches)": [judge.tnr for judge in ranked],
        }
        charts.intervals(
            "TPR and TNR with 95 % intervals", [judge.judge for judge in ranked], series, key="judges"
        )
        right = {"agrees with people": [judge.accuracy for judge in ranked]}
        charts.intervals(
            "Share of equal answers, beside people and the best constant answer",
            [judge.judge for judge in ranked],
            right,
            key="judges-beside",
            lines=beside(report),
        )
    show_judge_table(report)


def show_outputs(report: AlignmentReport, split: aligning.Split) -> None:
    """Every count opens the outputs behind it."""
    if not report.judges:
        return
    st.subheader("The outputs behind a number")
    first = report.chosen.judge_version_ids if report.chosen else ()
    ordered = sorted(report.judges, key=lambda judge: judge.judge_version_id not in first)
    names = {judge.judge_version_id: f"{judge.judge} ({judge.criterion})" for judge in ordered}
    judge = st.selectbox("Judge", list(names), format_func=names.__getitem__, key="behind-judge")
    chosen = next(alignment for alignment in report.judges if alignment.judge_version_id == judge)
    caught = catches(chosen.counts)
    st.write(shell.plain(f"{caught[:1].upper()}{caught[1:]}."))
    cell = st.radio(
        "Show",
        list(CELLS),
        key="behind-cell",
        horizontal=True,
        format_func=lambda name: f"{CELLS[name]} ({getattr(chosen.counts, name)})",
    )
    found = aligning.behind(place, judge, cell, split=split, as_of=report.as_of)
    show_disagreements(found, "behind")


place = shell.open_page("Alignment", "What the judges get right and wrong, measured against people.")
with shell.guard():
    split = st.radio("Grades of", SPLITS, horizontal=True, key="align-split")
    show_splits(place, place.person)
    if split == "test" and not may_open(place, place.person):
        st.stop()
    moment = ask_moment()
    if moment is None:
        choose_set(place)
    report = aligning.align(place, split=split, as_of=moment)
    show_basis(report)
    shell.warn(
        with_how_to_choose(report.warnings, f"“{CHOOSE}” above")
        if moment is None
        else sentences(report.warnings)
    )
    show_set(report)
    show_enough(place, report)
    show_rates(report)
    show_methods(report)
    show_judges(report)
    show_outputs(report, split)

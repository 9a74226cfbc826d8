"""Alignment: how far the judges agree with people, and what that says about everything."""

import streamlit as st

from labelcore.messages import sentences
from labelcore.messages.aligning import catches, judge_sentence, with_how_to_choose
from labelcore.models import OVERALL
from labelcore.stages import aligning
from labelcore.stages.aligning.report import AlignmentReport
from pages.widgets import alignment, charts, feedback, shell
from pages.widgets.outputs import CELLS, show_disagreements

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
    if any(judge.alarms for judge in report.judges):
        feedback.show_worth(report.judges)
    beside = alignment.show_ceiling(report)
    if ranked:
        charts.judge_rates("TPR and TNR with 95 % intervals", ranked, key="judges")
        charts.intervals(
            "Share of equal answers, beside people and the best constant answer",
            [judge.judge for judge in ranked],
            {"agrees with people": [judge.accuracy for judge in ranked]},
            key="judges-beside",
            lines=beside,
        )
    alignment.show_judge_table(report)


def show_outputs(report: AlignmentReport, split: aligning.Split) -> None:
    """Every count opens the outputs behind it."""
    if not report.judges:
        return
    st.subheader("The outputs behind a number")
    first = report.chosen.judge_version_ids if report.chosen else ()
    ordered = sorted(report.judges, key=lambda judge: judge.judge_version_id not in first)
    judges = {judge.judge_version_id: judge for judge in ordered}
    names = {version_id: f"{judge.judge} ({judge.criterion})" for version_id, judge in judges.items()}
    chosen = st.selectbox("Judge", list(names), format_func=names.__getitem__, key="behind-judge")
    counts = judges[chosen].counts
    caught = catches(counts)
    st.write(shell.plain(f"{caught[:1].upper()}{caught[1:]}."))
    cell = st.radio(
        "Show",
        list(CELLS),
        key="behind-cell",
        horizontal=True,
        format_func=lambda name: f"{CELLS[name]} ({getattr(counts, name)})",
    )
    show_disagreements(aligning.behind(place, chosen, cell, split=split, as_of=report.as_of), "behind")


place = shell.open_page("Alignment", "What the judges get right and wrong, measured against people.")
with shell.guard():
    split = st.radio("Grades of", SPLITS, horizontal=True, key="align-split")
    alignment.show_splits(place)
    if split == "test" and not alignment.may_open_test(place):
        st.stop()
    moment = alignment.ask_moment()
    if moment is None:
        alignment.choose_set(place)
    report = aligning.align(place, split=split, as_of=moment)
    alignment.show_basis(report)
    if moment is None:
        shell.warn(with_how_to_choose(report.warnings, f"“{alignment.CHOOSE}” above"))
    else:
        shell.warn(sentences(report.warnings))
    alignment.show_set(report)
    alignment.show_enough(place, report)
    alignment.show_rates(report)
    alignment.show_methods(report)
    show_judges(report)
    show_outputs(report, split)

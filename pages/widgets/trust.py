"""The manager's page: the answer, its reasons, and the charts that matter."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from labelcore.stages import aligning, grading, reporting
from labelcore.stages.aligning import AlignmentReport
from labelcore.stages.reporting import slice_words
from pages.widgets import charts, shell
from pages.widgets.shell import Place

_BOXES = {
    "bad": (st.error, ":material/cancel:"),
    "care": (st.warning, ":material/warning:"),
    "good": (st.success, ":material/check_circle:"),
}
_CHARTED = 12


def show_answer(own: reporting.Trust) -> None:
    """The answer in one sentence, then what speaks against it, then what speaks for it."""
    st.header(shell.plain(own.headline))
    st.write(shell.plain(f"The figure: {own.method}."))
    st.write(shell.plain(own.enough))
    against = [reason for reason in own.reasons if reason.weight != "good"]
    for reason in against:
        _show(reason)
    good = [reason for reason in own.reasons if reason.weight == "good"]
    if good:
        with st.expander(f"What speaks for it ({len(good)})", expanded=not against):
            for reason in good:
                _show(reason)
    with st.expander("Which grades each figure rests on", expanded=True):
        for said in own.rests_on:
            st.write(shell.plain(said))


def _show(reason: reporting.Reason) -> None:
    box, icon = _BOXES[reason.weight]
    box(shell.plain(reporting.reason_words(reason)), icon=icon)


def show_judges(report: AlignmentReport) -> None:
    """The chosen set's judges with their intervals; every count opens on the Alignment page."""
    members = set(report.chosen.judge_version_ids) if report.chosen else set()
    own = [one for one in report.judges if one.judge_version_id in members][:_CHARTED]
    if not own:
        return
    st.subheader("How well do the judges follow people?")
    charts.intervals(
        "TPR and TNR of the chosen set's judges on all grades, 95 % intervals",
        [one.judge for one in own],
        {
            "TPR (good ones passed)": [one.tpr for one in own],
            "TNR (bad ones caught)": [one.tnr for one in own],
        },
        key="trust-judges",
    )
    shaped = [one.judge for one in own if any(said.startswith("In-sample") for said in one.warnings)]
    if shaped:
        st.caption(
            shell.plain(f"In-sample, so it flatters, for {', '.join(shaped)}: these grades shaped them.")
        )
    shell.go("6_aligning.py", "The outputs behind every number: Alignment")


def show_slices(place: Place) -> None:
    """The pass rate by one field's values, the worst first."""
    known = reporting.fields(place.db, place.project)
    if not known:
        return
    st.subheader("Where is it better or worse?")
    field = st.segmented_control("By", known, default=known[0], key="trust-slice") or known[0]
    for own in reporting.slices(place.db, place.project, [field]):
        charts.intervals(
            "Pass rate; the intervals hold for all values at once",
            [row.name for row in own.rows[:_CHARTED]],
            slice_words.series(own, _CHARTED),
            key="trust-slices",
        )
        for said in slice_words.telling(own):
            st.write(shell.plain(said))
        table = slice_words.slice_table(own, len(own.rows))
        with st.expander("In numbers"):
            st.dataframe(pd.DataFrame(list(table.rows), columns=list(table.columns)), hide_index=True)
            st.caption(table.title)
        for said in slice_words.notes(own):
            st.caption(shell.plain(said))


def show_timeline(place: Place) -> None:
    """The chosen sets' held-out figures over time, with what changed."""
    found = reporting.timeline(place.db, place.project)
    if found is None:
        return
    st.subheader("What happened?")
    charts.timeline(found.title, found.points, [(own.at, own.words) for own in found.marks], key="trust-time")
    with st.expander(f"Changes ({len(found.marks)})"):
        for number, own in enumerate(found.marks, 1):
            st.text(f"{number}. {own.at:%Y-%m-%d %H:%M}: {own.words}")


def offer_report(place: Place) -> None:
    """The report as a file: made only when it is asked for."""
    st.subheader("Keep it")
    html, pdf = st.columns(2)
    html.download_button(
        "Report as HTML",
        lambda: reporting.to_html(reporting.build_report(place.db, place.project)),
        file_name="report.html",
        mime="text/html",
        width="stretch",
        on_click="ignore",
    )
    pdf.download_button(
        "Report as PDF",
        lambda: reporting.to_pdf(reporting.build_report(place.db, place.project)),
        file_name="report.pdf",
        mime="application/pdf",
        width="stretch",
        on_click="ignore",
    )


def show_comparison(place: Place) -> None:
    """Then and now, and two pipeline versions on the same inputs."""
    st.subheader("Compare")
    with st.expander("An earlier moment with now"):
        given = st.datetime_input("Earlier moment", value=None, step=60, key="trust-before")
        if given is not None:
            moment = aligning.parse_moment(given.isoformat())
            _show_moments(reporting.compare_moments(place.db, place.project, moment))
    known = list(grading.versions(place.db, place.project))
    if len(known) < 2:
        return
    with st.expander("Two versions of the pipeline on the same inputs"):
        left, right = st.columns(2)
        first = left.selectbox("Version", known, key="trust-first")
        second = right.selectbox("Against", [own for own in known if own != first], key="trust-second")
        if st.toggle("Compare them", key="trust-versions"):
            with shell.guard():
                _show_versions(reporting.compare_versions(place.db, place.project, first, second))


def _show_moments(own: reporting.MomentComparison) -> None:
    charts.intervals(
        "Then and now, 95 % intervals",
        [moved.name for moved in own.figures],
        {"then": [moved.before for moved in own.figures], "now": [moved.after for moved in own.figures]},
        key="trust-moments",
    )
    for said in own.changes or ("Nothing that the figures rest on has changed.",):
        st.text(said)


def _show_versions(own: reporting.VersionComparison) -> None:
    st.write(f"Both answered {own.pairs} of the same inputs.")
    st.write(shell.plain(f"By people: {reporting.paired_words(own, own.by_people)}"))
    if own.by_judges:
        st.write(shell.plain(f"By the chosen set: {reporting.paired_words(own, own.by_judges)}"))

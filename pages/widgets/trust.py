"""The manager's page: the answer, its reasons, and the charts that matter."""

from collections.abc import Callable

import streamlit as st

from labelcore.messages import listed, say, sentence, sentences, slicing, speaking
from labelcore.messages.lines.reporting import version_lines
from labelcore.messages.report import timeline_of, write_report
from labelcore.messages.trusting import reason_words
from labelcore.stages import grading
from labelcore.stages.aligning import moments
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stages.reporting import comparing, gathering, html, pdf
from labelcore.stages.reporting.document import Document
from labelcore.stages.reporting.reasons import Reason
from labelcore.stages.reporting.slicing import fields, slices
from labelcore.stages.reporting.trust import Trust
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.shell import plain

_BOXES = {
    "bad": (st.error, ":material/cancel:"),
    "care": (st.warning, ":material/warning:"),
    "good": (st.success, ":material/check_circle:"),
}
_CHARTED = 12


def show_answer(trust: Trust) -> None:
    """The answer in one sentence, then what speaks against it, then what speaks for it."""
    st.header(plain(sentence(trust.headline)))
    st.write(plain(say("The figure: {method}.", method=sentence(trust.method))))
    st.write(plain(sentence(trust.enough)))
    found = (*trust.reasons, *trust.others)
    against = [reason for reason in found if reason.weight != "good"]
    _show_reasons(against)
    if good := [reason for reason in found if reason.weight == "good"]:
        with st.expander(say("What speaks for it ({n})", n=len(good)), expanded=not against):
            _show_reasons(good)
    with st.expander(say("Which grades each figure rests on"), expanded=True):
        for basis in sentences(trust.rests_on):
            st.write(plain(basis))


def _show_reasons(reasons: list[Reason]) -> None:
    for reason in reasons:
        box, icon = _BOXES[reason.weight]
        box(plain(reason_words(reason)), icon=icon)


def show_judges(report: AlignmentReport) -> None:
    """The chosen set's judges with their intervals; every count opens on the Alignment page."""
    members = set(report.chosen.judge_version_ids) if report.chosen else set()
    judges = [judge for judge in report.judges if judge.judge_version_id in members][:_CHARTED]
    if not judges:
        return
    st.subheader("How well do the judges follow people?")
    title = "TPR and TNR of the chosen set's judges on all grades, 95 % intervals"
    charts.judge_rates(title, judges, key="trust-judges")
    shaped = listed(judge.judge for judge in judges if judge.in_sample)
    if shaped:
        words = say("In-sample, so it flatters, for {judges}: these grades shaped them.", judges=shaped)
        st.caption(plain(words))
    shell.go("6_aligning.py", "The outputs behind every number: Alignment")


def show_slices(workspace: Workspace) -> None:
    """The pass rate by one field's values, the worst first."""
    known = fields(workspace)
    if not known:
        return
    st.subheader("Where is it better or worse?")
    field = st.segmented_control("By", known, default=known[0], key="trust-slice") or known[0]
    for breakdown in slices(workspace, by=[field]):
        charts.intervals(
            "Pass rate; the intervals hold for all values at once",
            [row.name for row in breakdown.rows[:_CHARTED]],
            slicing.series(breakdown, _CHARTED),
            key="trust-slices",
        )
        for difference in slicing.telling(breakdown):
            st.write(plain(difference))
        table = slicing.slice_table(breakdown, len(breakdown.rows))
        with st.expander("In numbers"):
            shell.table([dict(zip(table.columns, row, strict=True)) for row in table.rows])
            st.caption(table.title)
        for note in slicing.notes(breakdown):
            st.caption(plain(note))


def show_timeline(workspace: Workspace) -> None:
    """The chosen sets' held-out figures over time, with what changed."""
    found = gathering.timeline(workspace)
    if found is None:
        return
    st.subheader("What happened?")
    shown = timeline_of(found)
    marks = [(mark.at, mark.words) for mark in shown.marks]
    charts.timeline(shown.title, shown.points, marks, key="trust-time")
    with st.expander(say("Changes ({n})", n=len(marks))):
        for number, (at, words) in enumerate(marks, 1):
            st.text(f"{number}. {at:%Y-%m-%d %H:%M}: {words}")


def offer_report(workspace: Workspace) -> None:
    """The report as a file: made only when it is asked for."""
    st.subheader("Keep it")
    spoken = shell.language()  # the file is made later, where no page runs

    def written() -> Document:
        with speaking(spoken):
            return write_report(gathering.gather(workspace))

    kinds: tuple[tuple[str, str, Callable[[], str | bytes]], ...] = (
        ("html", "text/html", lambda: html.to_html(written())),
        ("pdf", "application/pdf", lambda: pdf.to_pdf(written())),
    )
    for column, (ending, mime, make) in zip(st.columns(2), kinds, strict=True):
        column.download_button(
            f"Report as {ending.upper()}",
            make,
            file_name=f"report.{ending}",
            mime=mime,
            width="stretch",
            on_click="ignore",
        )


def show_comparison(workspace: Workspace) -> None:
    """Then and now, and two pipeline versions on the same inputs."""
    st.subheader("Compare")
    with st.expander("An earlier moment with now"):
        given = st.datetime_input("Earlier moment", value=None, step=60, key="trust-before")
        if given is not None:
            moment = moments.parse_moment(given.isoformat())
            _show_moments(comparing.compare_moments(workspace, moment))
    known = list(grading.versions(workspace))
    if len(known) < 2:
        return
    with st.expander("Two versions of the pipeline on the same inputs"):
        left, right = st.columns(2)
        first = left.selectbox("Version", known, key="trust-first")
        second = right.selectbox(
            "Against", [version for version in known if version != first], key="trust-second"
        )
        if st.toggle("Compare them", key="trust-versions"):
            with shell.guard():
                compared = comparing.compare_versions(workspace, first, second)
                st.write(say("Both answered {n} of the same inputs.", n=compared.pairs))
                for line in version_lines(compared):
                    st.write(plain(line))


def _show_moments(comparison: comparing.MomentComparison) -> None:
    charts.intervals(
        "Then and now, 95 % intervals",
        [moved.name for moved in comparison.figures],
        {
            "then": [moved.before for moved in comparison.figures],
            "now": [moved.after for moved in comparison.figures],
        },
        key="trust-moments",
    )
    for change in sentences(comparison.changes) or (say("Nothing that the figures rest on has changed."),):
        st.text(change)

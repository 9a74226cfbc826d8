"""The answer in one card, the newest version against the one before it, and what to take along; then over
time, where it is better or worse and what fails most, beside each other, a click from the outputs.
"""

from collections.abc import Callable

import streamlit as st

from labelcore.messages import rate_words, say, sentence
from labelcore.messages.catalogue import field_words
from labelcore.messages.report import sealed_fails_words, write_report
from labelcore.messages.slicing import mark_of, point_words, standing
from labelcore.messages.versions import versions_in_short
from labelcore.stages.reporting import gathering, html, pdf
from labelcore.stages.reporting.comparing import GradedVersions
from labelcore.stages.reporting.document import Document
from labelcore.stages.reporting.failing import Failures, failures
from labelcore.stages.reporting.slicing import fields_beside, slices
from labelcore.stages.reporting.trend import Trend
from labelcore.stages.reporting.trust import Trust
from labelcore.stats.rate import share_words
from labelcore.workspace import Workspace
from pages.widgets import address, charts, keys, next_step, shell
from pages.widgets.downloads import once_asked
from pages.widgets.shell import plain


def show(workspace: Workspace, trust: Trust, versions: GradedVersions | None) -> None:
    """The number with its interval, whether it can be used, why, and the next step."""
    main, *beside = st.columns([2, 1] if versions else 1)
    with main, st.container(border=True):
        inside = st.grid(2, min_column_width=220)
        with inside.cell():
            _show_number(trust)
        with inside.cell():
            next_step.show_badge(trust)
            next_step.show_reasons(trust.reasons)
            if trust.action.kind == "share":
                offer_to_share(workspace)
            else:
                next_step.offer(workspace, trust.action)
    if versions:
        with beside[0], st.container(border=True):
            _show_versions(versions)


def _show_number(trust: Trust) -> None:
    rate = trust.rate
    if rate.value is None or rate.low is None or rate.high is None:
        st.write(plain(sentence(trust.headline)))
        return
    everything = say("Good, of all {n:,} outputs", n=trust.outputs)
    graded = say("Good, of the {n:,} graded outputs", n=trust.outputs)
    st.metric(everything if trust.of == "everything" else graded, share_words(rate.value))
    ends = say("95% sure: {low:.0%} to {high:.0%}", rate)
    others = say("For other outputs like these, 95% sure: {low:.0%} to {high:.0%}", rate)
    st.write(ends if trust.of == "everything" and not trust.complete else others)


def _show_versions(comparison: GradedVersions) -> None:
    short = versions_in_short(comparison)
    st.metric(plain(short.title), short.points)
    st.write(plain(short.says))
    if short.claim:
        st.write(plain(short.claim))
    shell.aside(short.rates)
    if short.beside:
        shell.aside(short.beside)


def offer_to_share(workspace: Workspace) -> None:
    """The page's address, and the report as a file: made only when it is asked for."""

    def report() -> Document:
        return write_report(gathering.gather(workspace))

    kinds: tuple[tuple[str, str, Callable[[], str | bytes]], ...] = (
        ("html", "text/html", lambda: html.to_html(report())),
        ("pdf", "application/pdf", lambda: pdf.to_pdf(report())),
    )
    with (
        st.container(horizontal=True, horizontal_alignment="right"),
        st.popover(say("Share"), icon=":material/share:"),
    ):
        for ending, mime, make in kinds:
            st.download_button(
                say("Report as {kind}", kind=ending.upper()),
                once_asked(workspace, make),
                file_name=f"report.{ending}",
                mime=mime,
                width="stretch",
                on_click="ignore",
            )
        st.write(say("A link to this page:"))
        st.code(address.here(workspace), language=None, wrap_lines=True)


_SLICES, _FAILURES = 6, 6
_NARROWEST = 280


def show_pictures(workspace: Workspace, trust: Trust, over_time: Trend) -> None:
    """The three, without those that have nothing to show."""
    names = fields_beside(workspace, over_time)
    failing = failures(workspace)
    parts = [
        part
        for part, there in (("time", len(over_time.points) > 1), ("slices", names), ("fails", True))
        if there
    ]
    grid = st.grid(len(parts), min_column_width=_NARROWEST)
    cells = {part: grid.cell() for part in parts}
    if "time" in cells:
        with cells["time"]:
            _show_trend(over_time)
    with cells["fails"]:
        _show_failures(failing)
    if "slices" in cells:  # the last: every output and its verdicts are counted for it
        with cells["slices"]:
            _show_slices(workspace, trust, names)


def _head(words: str) -> None:
    """A title that leaves the room to what it names."""
    st.markdown(f"#### {words}")


def _show_trend(over_time: Trend) -> None:
    if not over_time.field:
        _head(say("By version"))
        rates = [point.rate for point in over_time.points]
        charts.intervals(
            "", list(map(point_words, over_time.points)), {say("pass rate"): rates}, key="results-time"
        )
        return
    _head(say("Over time"))
    words = {"day": say("by day"), "week": say("by week"), "month": say("by month")}
    charts.trend(over_time, key="results-time")
    st.caption(
        say(
            "Pass rate by people, {step}, with 95% intervals; each point has at least {n} graded outputs.",
            step=words[over_time.step],
            n=min(point.rate.n for point in over_time.points),
        )
    )


def _show_slices(workspace: Workspace, trust: Trust, names: list[str]) -> None:
    _head(say("Where it is better or worse"))
    field = names[0]
    if len(names) > 1:
        field = address.choose_beside(say("Split by"), names, keys.RESULTS_SLICE, words=field_words)
    with st.spinner(say("Counting all outputs by {field} …", field=field_words(field))):
        breakdowns = slices(workspace, by=[field])
    for breakdown in breakdowns:
        rows = breakdown.rows[:_SLICES]
        charts.marked(
            {row.name: _outputs_of(breakdown.field, row.name) for row in rows},
            [row.rate for row in rows],
            [(mark_of(row), standing(row)) for row in rows],
            key="results-slices",
        )
        if difference := breakdown.beside(trust.rate):
            st.caption(plain(sentence(difference)))


def _outputs_of(field: str, value: str) -> str:
    """The address of the outputs that have a value."""
    parts = {keys.OUTPUTS_FIELD: field, f"{keys.OUTPUTS_FIELD}-{field}": value}
    return address.address_of("outputs", parts)


def _show_failures(report: Failures) -> None:
    _head(say("What fails most"))
    if not report.rows:
        nothing = (
            say("No output failed.")
            if not report.fails
            else say("No note on a failed output has a criterion yet.")
        )
        st.write(nothing)
        return
    st.caption(say("Share of the {n:,} outputs that people failed; click one to see them.", n=report.fails))
    more = len(report.rows) > _FAILURES
    everything = more and st.session_state.get(keys.RESULTS_FAILURES, False)
    for row in report.rows if everything else report.rows[:_FAILURES]:
        share, name = share_words(row.share.value or 0.0), say(row.criterion)
        label = say("{share} · {criterion} ({n})", share=share, criterion=name, n=row.outputs)
        shell.go_to(
            "1_outputs.py",
            label,
            {keys.OUTPUTS_CRITERION: row.criterion_id},
            say("{name}: {told}", name=name, told=rate_words(row.share)),
        )
    if more:
        st.toggle(say("All {n} criteria", n=len(report.rows)), key=keys.RESULTS_FAILURES)
    if report.sealed:
        st.caption(sealed_fails_words(report.sealed))

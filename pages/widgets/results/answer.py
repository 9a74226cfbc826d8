"""The answer in one card, the newest version against the one before it, and what to take along."""

from collections.abc import Callable

import streamlit as st

from labelcore.messages import say, sentence
from labelcore.messages.report import write_report
from labelcore.messages.versions import versions_in_short
from labelcore.stages.reporting import gathering, html, pdf
from labelcore.stages.reporting.comparing import VersionComparison
from labelcore.stages.reporting.document import Document
from labelcore.stages.reporting.trust import Trust
from labelcore.stats.rate import share_words
from labelcore.workspace import Workspace
from pages.widgets import address, next_step, shell
from pages.widgets.downloads import once_asked
from pages.widgets.shell import plain


def show(workspace: Workspace, trust: Trust, versions: VersionComparison | None) -> None:
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


def _show_versions(comparison: VersionComparison) -> None:
    short = versions_in_short(comparison)
    st.metric(plain(short.title), short.points)
    st.write(plain(short.says))
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

"""Over time, where it is better or worse, what fails most: beside each other, a click from the outputs."""

import streamlit as st

from labelcore.messages import rate_words, say, sentence
from labelcore.messages.catalogue import field_words
from labelcore.messages.report import sealed_fails_words
from labelcore.messages.slicing import mark_of, point_words, standing
from labelcore.stages.reporting.failing import Failures, failures
from labelcore.stages.reporting.slicing import fields, slices
from labelcore.stages.reporting.trend import Trend
from labelcore.stages.reporting.trust import Trust
from labelcore.stats.rate import share_words
from labelcore.workspace import Workspace
from pages.widgets import address, charts, keys, shell
from pages.widgets.shell import plain

_SLICES, _FAILURES = 6, 6
_FIELD = "prompt_version"
_NARROWEST = 280


def show(workspace: Workspace, trust: Trust, over_time: Trend) -> None:
    """The three, without those that have nothing to show."""
    names = [
        name
        for name in fields(workspace)
        if name not in {over_time.field, _FIELD if not over_time.field else ""}
    ]
    names.sort(key=lambda name: name in {"model", "prompt_version"})
    failing = failures(workspace)
    parts = [
        part
        for part, there in (("time", len(over_time.points) > 1), ("slices", names), ("fails", True))
        if there
    ]
    grid = st.grid(len(parts), min_column_width=_NARROWEST)
    for part in parts:
        with grid.cell():
            if part == "time":
                _show_trend(over_time)
            elif part == "slices":
                _show_slices(workspace, trust, names)
            else:
                _show_failures(failing)


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
    for breakdown in slices(workspace, by=[field]):
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
    st.caption(say("Share of the {n:,} outputs that people failed; click one to see them.", n=report.fails))
    if report.sealed:
        st.caption(sealed_fails_words(report.sealed))

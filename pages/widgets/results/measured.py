"""How this was measured: reasons, figures, splits, versions and moments behind the answer, part by part."""

import streamlit as st

from labelcore.messages import rate_words, say, sentence, sentences, slicing
from labelcore.messages.aligning import rate_names, sampling_words
from labelcore.messages.catalogue import field_words
from labelcore.messages.report import timeline_of
from labelcore.messages.trusting import detail_words
from labelcore.messages.versions import version_lines
from labelcore.stages import aligning, grading
from labelcore.stages.aligning import moments
from labelcore.stages.reporting import comparing, gathering
from labelcore.stages.reporting.slicing import fields, slices
from labelcore.stages.reporting.trust import trust
from labelcore.stats.prevalence import ASSUMPTIONS
from labelcore.text.showing import clock
from labelcore.workspace import Workspace
from pages.widgets import alignment, charts, keys, next_step, shell
from pages.widgets.shell import plain

_CHARTED = 12
_TABS = "results-measured"
_OPENED = "results-measured-opened"


def is_open() -> bool:
    """Whether the address asks for a part of this."""
    asked = st.query_params.get(keys.RESULTS_VIEW, "") in _parts()
    if not asked and st.session_state.get(_OPENED):  # by the link back
        shell.tell_address()
    st.session_state[_OPENED] = asked
    return asked


def offer() -> None:
    """The way here from the results."""
    shell.go_to("6_results.py", say("How this was measured"), {keys.RESULTS_VIEW: "why"})


def show(workspace: Workspace) -> None:
    """The parts as tabs, that of the address open."""
    parts = _parts()
    names = {words: name for name, words in parts.items()}
    opened = parts[st.query_params[keys.RESULTS_VIEW]]
    # Written anew in each run: a link's parameters do not outlive the run that it starts.
    st.query_params[keys.RESULTS_VIEW] = names.get(st.session_state.get(_TABS, ""), names[opened])
    shell.go_to("6_results.py", say("Back to the results"), {})
    st.subheader(say("How this was measured"))
    tabs = dict(zip(parts.values(), _SHOWN, strict=True))
    shell.show_tabs(tabs, workspace, _TABS, opened=opened)


def _parts() -> dict[str, str]:
    """The names of the parts in the address, and on their tabs."""
    return {
        "why": say("Why this answer"),
        "rates": say("Pass rate"),
        "judges": say("Judges in use"),
        "each": say("Every judge"),
        "parts": say("Parts"),
        "test": say("Sealed test"),
        "history": say("History"),
    }


def _show_why(workspace: Workspace) -> None:
    answer = trust(workspace)
    next_step.show_badge(answer)
    st.write(plain(sentence(answer.headline)))
    st.write(plain(say("The figure: {method}.", method=sentence(answer.method))))
    for reason in (*answer.reasons, *answer.others):
        next_step.show_line(reason, detail_words(reason))
    st.write(plain(sentence(answer.enough)))
    st.markdown(f"**{say('Which grades each figure rests on')}**")
    for basis in sentences(answer.rests_on):
        st.write(plain(basis))


def _show_rates(workspace: Workspace) -> None:
    """People's pass rate, the judges', and every correction with what it assumes."""
    rates = aligning.align(workspace).pass_rate
    names = rate_names()
    values = (rates.human, rates.judge, rates.corrected)
    for name, rate in zip(names, values, strict=True):
        st.write(plain(say("{name}: {rate}.", name=name, rate=rate_words(rate))))
    st.write(plain(sampling_words(rates)))
    title = say("Pass rate, 95% intervals")
    charts.intervals(title, names, {say("pass rate"): values}, key="pass-rates")
    if not rates.methods:
        return
    title = say("Corrected pass rate by method, 95% intervals")
    series = {say("pass rate"): list(rates.methods.values())}
    charts.intervals(title, list(map(say, rates.methods)), series, key="methods")
    for name, rate in rates.methods.items():
        assumption = say(ASSUMPTIONS[name])
        words = say(
            "{name}: {rate}. It holds if {assumption}.",
            name=say(name),
            rate=rate_words(rate),
            assumption=assumption,
        )
        st.write(plain(words))
    if rates.effective is not None:
        n = f"{rates.effective:.0f}"
        st.write(say("The draw was uneven: these grades say as much as {n} drawn evenly.", n=n))


def _show_slices(workspace: Workspace) -> None:
    """Every field's values in numbers, by people and corrected."""
    names = fields(workspace)
    if not names:
        st.write(say("No field has 2 to 30 values among the graded outputs."))
        return
    field = st.selectbox(say("Field"), names, format_func=field_words, key="measured-slice")
    for breakdown in slices(workspace, by=[field]):
        rows = breakdown.rows[:_CHARTED]
        title = say("Pass rate by {field}, with 95% intervals", field=field_words(field))
        charts.intervals(title, [row.name for row in rows], slicing.series(breakdown, _CHARTED), key="slices")
        for difference in slicing.telling(breakdown):
            st.write(plain(difference))
        table = slicing.slice_table(breakdown, len(breakdown.rows))
        shell.table([dict(zip(table.columns, row, strict=True)) for row in table.rows])
        st.caption(table.title)
        for note in slicing.notes(breakdown):
            st.caption(plain(note))


def _show_history(workspace: Workspace) -> None:
    """The chosen sets over time with what changed, an earlier moment, and two versions on the same inputs."""
    if history := gathering.timeline(workspace):
        chart = timeline_of(history)
        marks = [(mark.at, mark.words) for mark in chart.marks]
        if len(chart.points) > 1:
            charts.timeline(chart.title, chart.points, marks, key="results-history")
        with st.expander(say("Changes ({n})", n=len(marks))):
            for number, (at, words) in enumerate(marks, 1):
                st.text(f"{number}. {clock(at)}: {words}")
    moment = st.datetime_input(
        say("Compare an earlier moment with now"), value=None, step=60, key="results-before"
    )
    if moment is not None:
        _show_moments(comparing.compare_moments(workspace, moments.parse_moment(moment.isoformat())))
    _show_versions(workspace)


def _show_moments(comparison: comparing.MomentComparison) -> None:
    charts.intervals(
        say("Then and now, 95% intervals"),
        [say(figure.name) for figure in comparison.figures],
        {
            say("then"): [figure.before for figure in comparison.figures],
            say("now"): [figure.after for figure in comparison.figures],
        },
        key="results-moments",
    )
    for change in sentences(comparison.changes) or (say("Nothing that the figures rest on has changed."),):
        st.text(change)


def _show_versions(workspace: Workspace) -> None:
    versions = list(grading.versions(workspace))
    if len(versions) < 2:
        return
    left, right = st.columns(2)
    first = left.selectbox(say("Version"), versions, key="results-first")
    others = [version for version in versions if version != first]
    second = right.selectbox(say("Against"), others, key="results-second")
    if st.toggle(say("Compare them on the same inputs"), key="results-versions"):
        with shell.guard(), st.spinner(say("Comparing them on every input that both answered …")):
            comparison = comparing.compare_versions(workspace, first, second)
            st.write(say("Both answered {n} of the same inputs.", n=comparison.pairs))
            for line in version_lines(comparison):
                st.write(plain(line))


_SHOWN = (
    _show_why,
    _show_rates,
    alignment.show_chosen,
    alignment.show_each,
    _show_slices,
    alignment.show_splits,
    _show_history,
)
"""What each part shows, in the order of their names."""

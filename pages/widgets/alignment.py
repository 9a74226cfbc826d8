"""The chosen set and the pass rates: sentences first, then intervals."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import streamlit as st

from labelcore.operations.sentences import basis_lines, catches, choice_lines, rate_words
from labelcore.stages import aligning
from pages.widgets import charts, shell
from pages.widgets.shell import Place


def ask_moment() -> datetime | None:
    """The moment whose report is wanted, in the time zone of the browser; None for now."""
    given = st.datetime_input(
        "Report as of (empty: now)", value=None, step=60, key="align-as-of",
        help="An earlier moment gives the report that was made then, whatever happened since.",
    )  # fmt: skip
    return None if given is None else aligning.parse_moment(given.isoformat(), _zone())


def _zone() -> ZoneInfo | None:
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def choose_set(place: Place) -> None:
    """Choose the set of judges anew."""
    limit = (
        st.number_input("Highest false failure rate of the chosen set, in percent", 0, 100, 50, 5)
        / 100
    )
    if st.button("Choose the best set", type="primary"):
        with st.spinner("Comparing judges on outputs that they were not fitted on …"):
            report = aligning.choose(place.db, place.project, max_ffr=limit, author=place.annotator)
        for line in choice_lines(report):
            st.write(shell.plain(line))


def show_basis(report: aligning.AlignmentReport) -> None:
    """The moment and the versions that the report rests on."""
    if report.as_of:
        st.info("This is an earlier report: what came later is left out.")
    st.write(shell.plain(basis_lines(report)[0]))
    with st.expander("The versions that it was made with"):
        for rows in (report.basis.criteria, report.basis.judges):
            table = pd.DataFrame([own.model_dump() for own in rows])
            st.dataframe(table, hide_index=True, column_order=["name", *table.columns.drop("name", errors="ignore")])  # fmt: skip


def show_set(report: aligning.AlignmentReport) -> None:
    """The chosen set in a sentence, with its figures on outputs that it had not seen."""
    own = report.chosen
    if own is None:
        return
    if not own.judges:
        st.subheader("The chosen set is empty: no judge is better than none.")
        return
    st.subheader(shell.plain(f"The chosen set: {catches(own.counts)}."))
    described = {judge.judge_version_id: judge.description for judge in report.judges}
    for version, name in zip(own.judge_version_ids, own.judges, strict=True):
        st.markdown(f"- **{shell.plain(name)}** — {shell.plain(described.get(version, ''))}")
    held = own.held_out or {}
    here, unseen = st.columns(2)
    here.metric(
        "Alignment on these grades",
        "not measurable" if own.alignment is None else f"{own.alignment:.2f}",
    )
    value = held.get("alignment")
    unseen.metric(
        "Alignment on outputs not seen before",
        "not measurable" if value is None else f"{value:.2f}",
    )
    if value is not None and held.get("low") is not None:
        st.write(
            f"The second one is the honest figure: {value:.2f}, between {held['low']:.2f} and {held['high']:.2f} (95 %)."
        )


def show_rates(report: aligning.AlignmentReport) -> None:
    """Three pass rates, in words and as intervals."""
    rates = report.pass_rate
    names = ("People", "Chosen set as it is", "Corrected for its errors")
    values = (rates.human, rates.judge, rates.corrected)
    st.subheader("How good is everything?")
    for name, rate in zip(names, values, strict=True):
        st.write(f"{name}: {shell.plain(rate_words(rate))}")
    st.write(
        f"The graded outputs are {rates.human_sampling}. {('Corrected by ' + rates.corrected.method + ', if ' + rates.assumption + '.') if rates.corrected.value is not None else ''}"
    )
    charts.intervals(
        "Pass rate with 95 % intervals", names, {"pass rate": values}, key="pass-rates"
    )

"""The chosen set and the pass rates: sentences first, then intervals."""

from __future__ import annotations

import streamlit as st

from labelcore.operations.sentences import catches, rate_words
from labelcore.stages import aligning
from pages.widgets import charts, shell


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

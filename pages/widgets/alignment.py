"""The chosen set and the pass rates: sentences first, then intervals."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import streamlit as st

from labelcore.messages import rate_words, say, sentence
from labelcore.messages.aligning import basis_lines, catches, choice_lines, sampling_words, weighted_words
from labelcore.stages.aligning import choosing_set, evidence, moments
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stats.prevalence import ASSUMPTIONS
from labelcore.workspace import Workspace
from pages.widgets import charts, shell

CHOOSE = "Choose the best set"


def ask_moment() -> datetime | None:
    """The moment whose report is wanted, in the time zone of the browser; None for now."""
    given = st.datetime_input(
        "Report as of (empty: now)",
        value=None,
        step=60,
        key="align-as-of",
        help="An earlier moment gives the report that was made then, whatever happened since.",
    )
    return None if given is None else moments.parse_moment(given.isoformat(), _zone())


def _zone() -> ZoneInfo | None:
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def choose_set(workspace: Workspace) -> None:
    """Choose the set of judges anew."""
    limit = st.number_input("Highest false failure rate of the chosen set, in percent", 0, 100, 50, 5) / 100
    if st.button(CHOOSE, type="primary"):
        with st.spinner("Comparing judges on outputs that they were not fitted on …"):
            report = choosing_set.choose(workspace, options=choosing_set.ChoiceOptions(max_ffr=limit))
        for line in choice_lines(report):
            st.write(shell.plain(line))


def show_basis(report: AlignmentReport) -> None:
    """The moment and the versions that the report rests on."""
    if report.as_of:
        st.info("This is an earlier report: what came later is left out.")
    st.write(shell.plain(basis_lines(report)[0]))
    with st.expander("The versions that it was made with"):
        for rows in (report.basis.criteria, report.basis.judges):
            table = pd.DataFrame([row.model_dump() for row in rows])
            st.dataframe(
                table, hide_index=True, column_order=["name", *table.columns.drop("name", errors="ignore")]
            )


def show_set(report: AlignmentReport) -> None:
    """The chosen set in a sentence, with its figures on outputs that it had not seen."""
    chosen = report.chosen
    if chosen is None:
        return
    if not chosen.judges:
        st.subheader("The chosen set is empty: no judge is better than none.")
        return
    st.subheader(shell.plain(f"The chosen set: {catches(chosen.counts)}."))
    described = {judge.judge_version_id: judge.description for judge in report.judges}
    for version, name in zip(chosen.judge_version_ids, chosen.judges, strict=True):
        st.markdown(f"- **{shell.plain(name)}** — {shell.plain(described.get(version, ''))}")
    held = chosen.held_out or {}
    here, unseen = st.columns(2)
    here.metric(
        "Alignment on these grades",
        "not measurable" if chosen.alignment is None else f"{chosen.alignment:.2f}",
    )
    value = held.get("alignment")
    unseen.metric(
        "Alignment on outputs not seen before", "not measurable" if value is None else f"{value:.2f}"
    )
    if value is not None and held.get("low") is not None:
        st.write(
            f"The second one is the honest figure: {value:.2f}; on fresh outputs this set will have "
            f"between {held['low']:.2f} and {held['high']:.2f} (95 %)."
        )
    st.write(
        f"On these grades: coverage {rate_words(chosen.coverage)}; false failure rate "
        f"{rate_words(chosen.false_failure_rate)}"
    )
    if chosen.weighted:
        st.write(weighted_words(chosen))


def show_enough(workspace: Workspace, report: AlignmentReport) -> None:
    """Good enough yet? Each judge of the chosen set on outputs that it had not seen, and one click
    for the outputs to grade next.
    """
    if report.chosen is None or not report.chosen.judges:
        return
    st.subheader("Good enough yet?")
    if not report.chosen.members:
        st.write("Choose the set again to see this for each of its judges.")
        return
    st.write(
        "Of the bad outputs that it had not seen, as of the choice of the set. The bound holds "
        "however often somebody looks, so grading may stop as soon as it is reached."
    )
    for member in report.chosen.members:
        st.write(shell.plain(sentence(member.says)))
        st.caption(shell.plain(say("Measured against {against}.", against=sentence(member.against))))
    wanted = max((member.to_grade for member in report.chosen.members), default=0)
    if report.as_of is None and wanted:
        _offer_next(workspace, wanted)


def _offer_next(workspace: Workspace, wanted: int) -> None:
    clicked = st.button(
        f"Put the {wanted} outputs that help most first on the Grade page",
        key="grade-next",
        help="A draw with known chances: what the judges fail or are not sure of, rare kinds, and some "
        "at random.",
    )
    if clicked:
        with shell.guard():
            drawn = evidence.ask_next(workspace, wanted)
            st.success(f"{drawn} outputs come first now. When they are graded, choose the set again.")
            shell.go("3_grading.py", "Grade them")


def show_rates(report: AlignmentReport) -> None:
    """Three pass rates, in words and as intervals."""
    rates = report.pass_rate
    names = ("People", "Chosen set as it is", "Corrected for its errors")
    values = (rates.human, rates.judge, rates.corrected)
    st.subheader("How good is everything?")
    for name, rate in zip(names, values, strict=True):
        st.write(f"{name}: {shell.plain(rate_words(rate))}")
    st.write(sampling_words(rates))
    charts.intervals("Pass rate with 95 % intervals", names, {"pass rate": values}, key="pass-rates")


def show_methods(report: AlignmentReport) -> None:
    """Every method of correction as an interval, with the assumption that it rests on."""
    rates = report.pass_rate
    if not rates.methods:
        return
    charts.intervals(
        "Corrected pass rate by method, 95 % intervals",
        list(rates.methods),
        {"pass rate": list(rates.methods.values())},
        key="methods",
    )
    for name, rate in rates.methods.items():
        st.write(shell.plain(f"{name}: {rate_words(rate)}. It holds if {ASSUMPTIONS[name]}."))
    if rates.effective is not None:
        st.write(f"The draw was uneven: these grades are worth {rates.effective:.0f} drawn evenly.")


def show_ceiling(report: AlignmentReport) -> None:
    """How far people agree, and what a constant answer reaches, in words."""
    if report.ceiling is None:
        return
    st.write(shell.plain(sentence(report.ceiling.says)))
    if report.ceiling.level_kappa is not None:
        st.write(f"On levels, people's weighted kappa is {report.ceiling.level_kappa:.2f}.")


def beside(report: AlignmentReport) -> dict[str, float]:
    """What a judge's share of equal answers is set beside, by name."""
    ceiling = report.ceiling
    if ceiling is None:
        return {}
    known = {
        "people with each other": ceiling.between_people.value,
        "people with themselves": ceiling.with_themselves.value,
        "best constant answer": ceiling.constant,
    }
    return {name: value for name, value in known.items() if value is not None}


def show_judge_table(report: AlignmentReport) -> None:
    """All figures of all judges; TPR and TNR for the whole pool where outputs had uneven chances."""
    if any(judge.weighted for judge in report.judges):
        st.write("Columns “on all outputs” undo the uneven draw.")
    rows = []
    for judge in report.judges:
        row = judge.document()
        for left_out in ("judge_version_id", "warnings", "weighted"):
            row.pop(left_out)
        row |= {f"{name.upper()} on all outputs": rate_words(rate) for name, rate in judge.weighted.items()}
        rows.append({"judge": judge.judge, "measured against": row.pop("against"), **row})
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    st.caption("AC1 is secondary: it looks good for a judge that misses nearly every fail.")

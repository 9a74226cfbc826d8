"""The chosen set and the pass rates, sentences first, then intervals; the splits and the sealed test."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from labelcore.messages import number_words, rate_words, say, sentence
from labelcore.messages.aligning import basis_lines, catches, sampling_words, weighted_words
from labelcore.messages.lines.aligning import choice_lines, leak_words, leakage_words
from labelcore.stages import grading
from labelcore.stages.aligning import choosing_set, evidence, leaking, moments
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stats.prevalence import ASSUMPTIONS
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.shell import plain

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
    if given is None:
        return None
    try:
        zone = ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return moments.parse_moment(given.isoformat(), zone)


def choose_set(workspace: Workspace) -> None:
    """Choose the set of judges anew."""
    limit = st.number_input("Highest false failure rate of the chosen set, in percent", 0, 100, 50, 5) / 100
    if st.button(CHOOSE, type="primary"):
        with st.spinner("Comparing judges on outputs that they were not fitted on …"):
            report = choosing_set.choose(workspace, options=choosing_set.ChoiceOptions(max_ffr=limit))
        for line in choice_lines(report):
            st.write(plain(line))


def show_basis(report: AlignmentReport) -> None:
    """The moment and the versions that the report rests on."""
    if report.as_of:
        st.info("This is an earlier report: what came later is left out.")
    st.write(plain(basis_lines(report)[0]))
    with st.expander("The versions that it was made with"):
        for rows in (report.basis.criteria, report.basis.judges):
            shell.table([{"name": row.name} | row.model_dump() for row in rows])


def show_set(report: AlignmentReport) -> None:
    """The chosen set in a sentence, with its figures on outputs that it had not seen."""
    chosen = report.chosen
    if chosen is None:
        return
    if not chosen.judges:
        st.subheader("The chosen set is empty: no judge is better than none.")
        return
    st.subheader(plain(f"The chosen set: {catches(chosen.counts)}."))
    described = {judge.judge_version_id: judge.description for judge in report.judges}
    for version, name in zip(chosen.judge_version_ids, chosen.judges, strict=True):
        st.markdown(f"- **{plain(name)}** — {plain(described.get(version, ''))}")
    held = chosen.held_out or {}
    value = held.get("alignment")
    here, unseen = st.columns(2)
    here.metric("Alignment on these grades", number_words(chosen.alignment))
    unseen.metric("Alignment on outputs not seen before", number_words(value))
    if value is not None and held.get("low") is not None:
        st.write(
            f"The second one is the honest figure: {value:.2f}; on fresh outputs this set will have "
            f"between {held['low']:.2f} and {held['high']:.2f} (95 %)."
        )
    coverage, wrong = rate_words(chosen.coverage), rate_words(chosen.false_failure_rate)
    st.write(f"On these grades: coverage {coverage}; false failure rate {wrong}")
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
        st.write(plain(sentence(member.says)))
        st.caption(plain(say("Measured against {against}.", against=sentence(member.against))))
    wanted = max((member.to_grade for member in report.chosen.members), default=0)
    if report.as_of is None and wanted:
        _offer_next(workspace, wanted)


def _offer_next(workspace: Workspace, wanted: int) -> None:
    if st.button(
        f"Put the {wanted} outputs that help most first on the Grade page",
        key="grade-next",
        help="A draw with known chances: what the judges fail or are not sure of, rare kinds, and some "
        "at random.",
    ):
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
        st.write(f"{name}: {plain(rate_words(rate))}")
    st.write(sampling_words(rates))
    charts.intervals("Pass rate with 95 % intervals", names, {"pass rate": values}, key="pass-rates")


def show_methods(report: AlignmentReport) -> None:
    """Every method of correction as an interval, with the assumption that it rests on."""
    rates = report.pass_rate
    if not rates.methods:
        return
    series = {"pass rate": list(rates.methods.values())}
    charts.intervals(
        "Corrected pass rate by method, 95 % intervals", list(rates.methods), series, key="methods"
    )
    for name, rate in rates.methods.items():
        st.write(plain(f"{name}: {rate_words(rate)}. It holds if {ASSUMPTIONS[name]}."))
    if rates.effective is not None:
        st.write(f"The draw was uneven: these grades are worth {rates.effective:.0f} drawn evenly.")


def show_ceiling(report: AlignmentReport) -> dict[str, float]:
    """How far people agree, and what a constant answer reaches, in words.

    Returns:
        What a judge's share of equal answers is set beside, by name.
    """
    ceiling = report.ceiling
    if ceiling is None:
        return {}
    st.write(plain(sentence(ceiling.says)))
    if ceiling.level_kappa is not None:
        st.write(f"On levels, people's weighted kappa is {ceiling.level_kappa:.2f}.")
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
    shell.table(rows)
    st.caption("AC1 is secondary: it looks good for a judge that misses nearly every fail.")


def may_open_test(workspace: Workspace) -> bool:
    """Ask whether the sealed test shall be opened; true where it is not sealed."""
    report = grading.split_report(workspace)
    if not report.sealed:
        return True
    if not workspace.person:
        st.info("The sealed test is opened by a named person: write your name in the menu first.")
        return False
    if report.spent:
        shell.warn([sentence(report.advice)])
    return st.checkbox(
        f"Open the sealed test as {plain(workspace.person)} "
        f"({report.looks} of {report.limit} looks are used; each new state of the figures counts)"
    )


def show_splits(workspace: Workspace) -> None:
    """The splits and the sealed test: sizes, looks, leaks, and how to begin a fresh test."""
    with st.expander("Splits and the sealed test"):
        report = grading.split_report(workspace)
        names = {"split", "outputs", "groups", "graded", "passes", "fails"}
        shell.table([size.model_dump(include=names) for size in report.sizes])
        st.write(plain(sentence(report.advice)))
        if report.openings:
            shell.table(
                [
                    {
                        "when": opening.at,
                        "who": opening.author or "somebody",
                        "for": opening.purpose,
                        "test": opening.round + 1,
                    }
                    for opening in report.openings
                ]
            )
        if report.sealed:
            _change_test(workspace, report.limit)
        if st.toggle("Look for leaks between the splits", key="look-for-leaks"):
            with st.spinner("Comparing the graded outputs …"):
                found = leaking.leakage(workspace)
            st.write(plain(leakage_words(found)))
            for leak in found.leaks[:20]:
                st.text(leak_words(leak))


def _change_test(workspace: Workspace, limit: int) -> None:
    looks = st.number_input("A test is spent after so many looks", 1, 1_000, limit)
    if looks != limit and st.button("Set this limit"):
        grading.set_looks_limit(workspace, int(looks))
        st.rerun()
    why = st.text_input("Give this test up, and begin a fresh one, because")
    if st.button("Begin a fresh test", disabled=not why.strip()):
        st.session_state["split-advice"] = sentence(grading.renew_test(workspace, why=why).advice)
        st.rerun()
    if message := st.session_state.pop("split-advice", ""):
        st.success(plain(message))

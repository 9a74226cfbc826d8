"""Judges against people: those in use, every one, and the outputs behind each count; splits and the test."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from labelcore.messages import number_words, rate_words, say, sentence, sentences
from labelcore.messages.aligning import (
    basis_lines,
    catches,
    judge_sentence,
    weighted_words,
    with_how_to_choose,
)
from labelcore.messages.catalogue import judge_words
from labelcore.messages.lines.aligning import choice_lines, leak_words, leakage_words
from labelcore.messages.verdicts import description_words
from labelcore.models import OVERALL
from labelcore.stages import aligning, grading, projects
from labelcore.stages.aligning import choosing_set, evidence, leaking, moments
from labelcore.stages.aligning.measuring import judges_of
from labelcore.stages.aligning.moments import JudgeUsed
from labelcore.stages.aligning.report import AlignmentReport, JudgeAlignment
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import CELLS, show_disagreements
from pages.widgets.shell import plain

_CHARTED = 12


def show_chosen(workspace: Workspace) -> None:
    """The judges in use: how they were chosen, what they do unseen, and whether that is enough yet."""
    moment = ask_moment()
    if moment is None:
        choose_set(workspace)
    report = aligning.align(workspace, as_of=moment)
    show_basis(report)
    if moment is None:
        shell.warn(with_how_to_choose(report.warnings, f"“{_choose()}”"))
    else:
        shell.warn(sentences(report.warnings))
    show_set(workspace, report)
    show_enough(workspace, report)


def show_each(workspace: Workspace) -> None:
    """Every judge on the grades of a split, beside people and the constant answer, with its outputs."""
    words: dict[aligning.Split, str] = {
        "all": say("all"),
        "train": say("train"),
        "dev": say("dev"),
        "test": say("the sealed test"),
    }
    split = shell.choose(say("Grades of"), words, st.radio, horizontal=True, key="align-split")
    if split == "test" and not may_open_test(workspace):
        return
    report = aligning.align(workspace, split=split)
    shell.warn(sentences(report.warnings))
    ranked = sorted(report.judges, key=lambda judge: -(judge.balanced_accuracy or 0))[:_CHARTED]
    show_basis_of_counts(report)
    levels = show_ceiling(report)
    if ranked:
        charts.judge_rates(say("TPR and TNR with 95% intervals"), ranked, key="judges")
        charts.intervals(
            say("Share of equal answers, beside people and the best constant answer"),
            [judge_words(judge.judge) for judge in ranked],
            {say("agrees with people"): [judge.accuracy for judge in ranked]},
            key="judges-beside",
            lines=levels,
        )
    with st.expander(say("All figures of all judges")):
        show_judge_table(report)
    show_outputs(report, split, workspace)


def show_outputs(report: AlignmentReport, split: aligning.Split, workspace: Workspace) -> None:
    """Every count opens the outputs behind it."""
    if not report.judges:
        return
    st.subheader(say("The outputs behind a number"))
    first = report.chosen.judge_version_ids if report.chosen else ()
    ordered = sorted(report.judges, key=lambda judge: judge.judge_version_id not in first)
    judges = {judge.judge_version_id: judge for judge in ordered}
    names = {version_id: judge_words(judge.judge) for version_id, judge in judges.items()}
    opened_id = shell.choose(say("Judge"), names, key="behind-judge")
    judge = judges[opened_id]
    basis = ""
    if judge.against != OVERALL:
        basis = " " + say(
            "Measured against people's grades of “{criterion}” itself.", criterion=judge.against
        )
    st.write(plain(judge_sentence(judge) + basis))
    cells = {name: f"{say(words)} ({getattr(judge.counts, name)})" for name, words in CELLS.items()}
    cell = shell.choose(say("Show"), cells, st.radio, key="behind-cell", horizontal=True)
    if st.toggle(say("Show these outputs"), key="behind-open"):
        disagreements = aligning.behind(workspace, opened_id, cell, split=split, as_of=report.as_of)
        show_disagreements(workspace, disagreements, "behind", judges_of(workspace.db, [opened_id])[0])


def ask_moment() -> datetime | None:
    """The moment whose report is wanted, in the time zone of the browser; None for now."""
    moment = st.datetime_input(
        say("Report as of (empty: now)"),
        value=None,
        step=60,
        key="align-as-of",
        help=say("An earlier moment gives the report that was made then, whatever happened since."),
    )
    if moment is None:
        return None
    try:
        zone = ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return moments.parse_moment(moment.isoformat(), zone)


def _choose() -> str:
    return say("Choose the best set")


def choose_set(workspace: Workspace) -> None:
    """Choose the set of judges anew."""
    label = say("Highest false failure rate of the chosen set, in percent")
    limit = st.number_input(label, 0, 100, 50, 5) / 100
    if st.button(_choose(), type="primary"):
        with st.spinner(say("Comparing judges on outputs that they were not fitted on …")):
            report = choosing_set.choose(workspace, options=choosing_set.ChoiceOptions(max_ffr=limit))
        for line in choice_lines(report):
            st.write(plain(line))


def show_basis(report: AlignmentReport) -> None:
    """The moment and the versions that the report rests on."""
    if report.as_of:
        st.info(say("This is an earlier report: what came later is left out."))
    st.write(plain(basis_lines(report)[0]))
    with st.expander(say("The versions that it was made with")):
        criteria = [(say(row.name), row.version) for row in report.basis.criteria]
        shell.table([{say("criterion"): name, say("version"): version} for name, version in criteria])
        shell.table([_judge_used(row) for row in report.basis.judges])


def _judge_used(row: JudgeUsed) -> dict[str, Any]:
    return {
        say("judge"): judge_words(row.name),
        say("kind"): say(row.kind),
        say("version"): row.version,
        say("version of the criterion"): row.criterion_version or "–",
        say("id"): row.judge_version_id,
    }


def show_set(workspace: Workspace, report: AlignmentReport) -> None:
    """The judges in use in a sentence, with their figures on outputs that they had not seen."""
    chosen = report.chosen
    if chosen is None:
        return
    if not chosen.judges:
        st.subheader(say("The chosen set is empty: no judge is better than none."))
        return
    st.subheader(plain(say("The chosen set: {catches}.", catches=catches(chosen.counts))))
    show_basis_of_counts(report)
    members = judges_of(workspace.db, chosen.judge_version_ids)
    descriptions = {version.id: description_words(version) for version in members}
    for version, name in zip(chosen.judge_version_ids, chosen.judges, strict=True):
        st.markdown(f"- **{plain(judge_words(name))}** — {plain(descriptions.get(version, ''))}")
    figures = [judge for judge in report.judges if judge.judge_version_id in chosen.judge_version_ids]
    title = say("TPR and TNR of the judges in use on all grades, 95% intervals")
    charts.judge_rates(title, figures[:_CHARTED], key="set-judges")
    held_out = chosen.held_out or {}
    value, low, high = (held_out.get(name) for name in ("alignment", "low", "high"))
    left, right = st.columns(2)
    left.metric(say("Alignment on these grades"), number_words(chosen.alignment))
    right.metric(say("Alignment on outputs not seen before"), number_words(value))
    if value is not None and low is not None and high is not None:
        ends = {"value": f"{value:.2f}", "low": f"{low:.2f}", "high": f"{high:.2f}"}
        st.write(
            say(
                "The second one is the honest figure: {value}; on fresh outputs this set "
                "will have between {low} and {high} (95%).",
                **ends,
            )
        )
    rates = {"coverage": rate_words(chosen.coverage), "wrong": rate_words(chosen.false_failure_rate)}
    st.write(plain(say("On these grades: coverage {coverage}; false failure rate {wrong}", **rates)))
    if chosen.weighted:
        st.write(plain(weighted_words(chosen)))


def show_basis_of_counts(report: AlignmentReport) -> None:
    """Why these counts are not those of the page Judges."""
    if report.split == "all":
        shell.aside(
            say(
                "Counted on all {n:,} graded outputs, a sealed test among them; Judges leaves that test out.",
                n=report.n_grades,
            )
        )


def show_enough(workspace: Workspace, report: AlignmentReport) -> None:
    """Good enough yet? Each judge in use on outputs that it had not seen, and one click for the outputs
    to grade next.
    """
    if report.chosen is None or not report.chosen.judges:
        return
    st.subheader(say("Good enough yet?"))
    if not report.chosen.members:
        st.write(say("Choose the set again to see this for each of its judges."))
        return
    st.write(
        say(
            "Of the bad outputs it had not seen when the set was chosen. The bound holds however "
            "often somebody looks, so you may stop grading as soon as it is reached."
        )
    )
    for member in report.chosen.members:
        against = plain(say("Measured against {against}.", against=sentence(member.against)))
        st.markdown(plain(sentence(member.says)), help=against)
    overview = projects.overview(workspace)
    n = max((member.to_grade for member in report.chosen.members), default=0)
    n = min(n, overview.left)
    if report.as_of is None and n:
        _offer_next(workspace, n)


def _offer_next(workspace: Workspace, n: int) -> None:
    if st.button(
        say("Put the {n} outputs that help most first on the Grade page", n=n),
        key="grade-next",
        help=say(
            "A draw with known chances: what the judges fail or are not sure of, rare kinds, and some "
            "at random."
        ),
    ):
        with shell.guard():
            n_drawn = evidence.ask_next(workspace, n)
            st.success(
                say("{n} outputs come first now. When they are graded, choose the set again.", n=n_drawn)
            )
            shell.go("3_grading.py", "Grade them")


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
        kappa = f"{ceiling.level_kappa:.2f}"
        st.write(say("On levels, people's weighted kappa is {kappa}.", kappa=kappa))
    levels = {
        say("people with each other"): ceiling.between_people.value,
        say("people with themselves"): ceiling.with_themselves.value,
        say("best constant answer"): ceiling.constant,
    }
    return {name: value for name, value in levels.items() if value is not None}


def show_judge_table(report: AlignmentReport) -> None:
    """All figures of all judges; TPR and TNR for the whole pool where outputs had uneven chances."""
    if any(judge.weighted for judge in report.judges):
        st.write(say("Columns “on all outputs” undo the uneven draw."))
    shell.table([_all_figures(judge) for judge in report.judges])
    st.caption(say("AC1 is secondary: it looks good for a judge that misses nearly every fail."))


def _all_figures(judge: JudgeAlignment) -> dict[str, Any]:
    counts = judge.counts
    rates = {"TPR": judge.tpr, "TNR": judge.tnr, "PPV": judge.ppv, "NPV": judge.npv}
    figures = {
        "kappa": "kappa",
        "MCC": "mcc",
        say("balanced accuracy"): "balanced_accuracy",
        say("best constant answer"): "baseline",
        "AC1": "ac1",
    }
    return {
        say("judge"): judge_words(judge.judge),
        say("measured against"): say(judge.against),
        say("criterion"): say(judge.criterion),
        say("kind"): say(judge.kind),
        "n": counts.n,
        **{say(words): getattr(counts, cell) for cell, words in CELLS.items()},
        say("abstain"): counts.abstained,
        say("no verdict"): judge.missing,
        **{name: rate_words(rate) for name, rate in rates.items()},
        **{
            say("{rate} on all outputs", rate=name.upper()): rate_words(rate)
            for name, rate in judge.weighted.items()
        },
        **{words: _figure(judge, name) for words, name in figures.items()},
        say("outputs its criterion rests on"): judge.criterion_fails,
        say("of these it catches"): judge.criterion_caught,
    }


def _figure(judge: JudgeAlignment, name: str) -> str:
    """With its interval, where it has one."""
    interval = judge.intervals.get(name)
    ends = f" ({interval.low:.2f} – {interval.high:.2f})" if interval and interval.low is not None else ""
    return f"{number_words(getattr(judge, name))}{ends}"


def may_open_test(workspace: Workspace) -> bool:
    """Ask whether the sealed test shall be opened; true where it is not sealed."""
    report = grading.split_report(workspace)
    if not report.sealed:
        return True
    if not workspace.person:
        st.info(say("The sealed test is opened by a named person: write your name in the menu first."))
        return False
    if report.spent:
        shell.warn([sentence(report.advice)])
    words = say(
        "Open the sealed test as {person} ({looks} of {limit} looks are used; each new state of the figures "
        "counts)",
        report,
        person=workspace.person,
    )
    return st.checkbox(plain(words))


def show_splits(workspace: Workspace) -> None:
    """The splits and the sealed test: sizes, looks, leaks, and how to begin a fresh test."""
    report = grading.split_report(workspace)
    columns = {
        "outputs": say("outputs"),
        "groups": say("sources"),
        "graded": say("graded"),
        "passes": say("passes"),
        "fails": say("fails"),
    }
    shell.table(
        [
            {say("split"): say(size.split)} | {words: getattr(size, name) for name, words in columns.items()}
            for size in report.sizes
        ]
    )
    st.write(plain(sentence(report.advice)))
    if report.openings:
        shell.table(
            [
                {
                    say("when"): opening.at,
                    say("who"): opening.author or say("somebody"),
                    say("for"): opening.purpose,
                    say("test"): opening.round + 1,
                }
                for opening in report.openings
            ]
        )
    if report.sealed:
        _change_test(workspace, report.limit)
    if st.toggle(say("Look for leaks between the splits"), key="look-for-leaks"):
        with st.spinner(say("Comparing the graded outputs …")):
            leakage = leaking.leakage(workspace)
        st.write(plain(leakage_words(leakage)))
        for leak in leakage.leaks[:20]:
            st.text(leak_words(leak))


def _change_test(workspace: Workspace, limit: int) -> None:
    looks = st.number_input(say("A test is spent after so many looks"), 1, 1_000, limit)
    if looks != limit and st.button(say("Set this limit")):
        grading.set_looks_limit(workspace, int(looks))
        st.rerun()
    why = st.text_input(say("Give this test up, and begin a fresh one, because"))
    if st.button(say("Begin a fresh test"), disabled=not why.strip()):
        st.session_state["split-advice"] = sentence(grading.renew_test(workspace, why=why).advice)
        st.rerun()
    if message := st.session_state.pop("split-advice", ""):
        st.success(plain(message))

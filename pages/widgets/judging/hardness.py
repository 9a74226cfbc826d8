"""The open judge put to the test: beside the others of its criterion on the same outputs, and by changes,
attacks, planted defects and being asked again, with the texts behind each.
"""

from threading import Event

import pandas as pd
import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.messages import rate_words, say, sentence, sentences
from labelcore.messages.catalogue import hardness_words, judge_words
from labelcore.models import JudgeVersion
from labelcore.stages import judging
from labelcore.stages.aligning import refereeing
from labelcore.stages.judging.running.live_run import span_words
from labelcore.stages.judging.testing import hardness, repeating
from labelcore.stages.judging.testing.hardness_report import (
    HardnessReport,
    HardnessRow,
    changed_texts,
    report,
)
from labelcore.workspace import Workspace
from pages.widgets import charts, keys, shell, working
from pages.widgets.judging.running import in_thread
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain

_PAGE = 5
_BEGIN_SECONDS = 2.0


def show_hardness(workspace: Workspace, version: JudgeVersion) -> None:
    """Test a judge, and open what is behind its figures."""
    st.write(
        say(
            "Real outputs are changed in ways that should not matter, attacked, and given planted "
            "defects. Nothing is stored as a verdict of an output, and nothing is asked twice."
        )
    )
    label = say("Outputs for each test")
    limit = int(st.number_input(label, 1, hardness.MOST, 10, key=f"{keys.HARDENED}-limit"))
    with shell.guard():
        waiting = len(hardness.left_to_ask(workspace, version, limit=limit))
    calls = say("Test it ({n:,} model calls at least)", n=waiting)
    words = calls if kind_of(version).needs_model else say("Test it ({n:,} decisions)", n=waiting)
    ready = waiting and not hardness.ongoing_test(version)
    if st.button(words, disabled=not ready, key=f"{keys.HARDENED}-go"):

        def work(begun: Event) -> None:
            hardness.harden(workspace.telling(lambda *_: begun.set()), version, limit=limit)

        begun = in_thread(work, say("The test"), keys.HARDENING_FAILED)
        begun.wait(_BEGIN_SECONDS)  # so that the page already shows it
        st.rerun()
    working.refreshed(_watch, workspace, version, every=1.0, going=bool(hardness.ongoing_test(version)))
    results = report(workspace, version)
    shell.warn(sentences(results.warnings))
    if not results.results:
        st.info(say("This judge was not tested yet."))
        return
    _show(results)
    _behind(workspace, results)


def _watch(workspace: Workspace, version: JudgeVersion) -> None:
    """The test of this judge as it goes, whoever began it, with a way to stop it."""
    shell.speak_as(workspace)
    for failure in st.session_state.get(keys.HARDENING_FAILED, []):
        st.error(plain(failure))
    ongoing = hardness.ongoing_test(version)
    before = st.session_state.get(keys.HARDENING)
    st.session_state[keys.HARDENING] = version.id if ongoing else None
    if ongoing is None:
        if before == version.id:
            st.rerun()  # the figures below are about what was decided until now
        return
    stopping = ongoing.stop.is_set()
    words = (
        say("Stopping: {done:,} of {total:,}", ongoing)
        if stopping
        else say("Testing: {done:,} of {total:,}", ongoing)
    )
    if ongoing.seconds_left is not None:
        words = say("{words}, about {span} left", words=words, span=span_words(ongoing.seconds_left))
    st.progress(ongoing.done / ongoing.total if ongoing.total else 1.0, text=words)

    def stop() -> None:
        with shell.guard():
            hardness.stop_test(shell.as_now(workspace), version)

    key = f"{keys.HARDENED}-stop"
    st.button(say("Stop"), key=key, icon=":material/stop:", disabled=stopping, on_click=stop)


def _show(hardness_report: HardnessReport) -> None:
    measured = [row for row in hardness_report.rows if row.rate.value is not None]
    for asks, title in {
        "changed": say("Verdicts that a change of wording or order turns (low is good)"),
        "talked into pass": say("Failed outputs that an attack talks into a pass (low is good)"),
        "caught": say("Planted defects that it fails (high is good)"),
    }.items():
        # Single attacks stand in the table only; the chart has their families.
        rows = [row for row in measured if row.asks == asks and (row.family != "injection" or row.sums)]
        if rows:
            series = {say("share"): [row.rate for row in rows]}
            charts.intervals(
                title, [hardness_words(row.test) for row in rows], series, key=f"hardness-{asks}"
            )
    for why in dict.fromkeys(row.rate.why_not for row in hardness_report.rows if row.rate.value is None):
        shell.aside(say("Not measurable in part: {why}.", why=say(why or "")))


def _behind(workspace: Workspace, hardness_report: HardnessReport) -> None:
    """All figures in a table; a row opens the texts before and after."""
    rows = [row for row in hardness_report.rows if row.rate.value is not None]
    table = [
        {
            say("change made"): hardness_words(row.test),
            say("asks"): say(row.asks),
            say("share"): rate_words(row.rate),
            say("to pass"): row.to_pass,
            say("to fail"): row.to_fail,
        }
        for row in rows
    ]
    st.write(say("Choose a row to see the texts behind its figure."))
    key = shell.key_of("hardness-rows", [hardness_report.judge_version_id, *(row.test for row in rows)])
    for at in shell.choose_rows(table, key):
        _texts(workspace, hardness_report, rows[at])


def _texts(workspace: Workspace, hardness_report: HardnessReport, row: HardnessRow) -> None:
    with shell.guard():
        version = judging.find_judge(workspace, hardness_report.judge_version_id)
    cases = changed_texts(workspace, version, row.test)
    for case in shell.page_of(cases, _PAGE, f"hardness-{row.test}"):
        result = case.result
        with st.container(border=True):
            values = {
                "test": hardness_words(result.test),
                "before": say(result.before_value),
                "after": say(result.after_value),
            }
            words = say("{test}: {before} before, {after} after", **values)
            if result.people:
                words = say("{words}; people say {people}", words=words, people=say(result.people))
            st.write(plain(f"{words} · {say(row.asks)}" if case.hit else words))
            before, after = st.columns(2)
            before.text(say("Before: {value}. {reason}", value=values["before"], reason=result.before_reason))
            before.code(case.source.text, language=None, wrap_lines=True)
            after.text(say("After: {value}. {reason}", value=values["after"], reason=result.after_reason))
            after.code(result.changed_text, language=None, wrap_lines=True)


def show_flips(workspace: Workspace, version: JudgeVersion) -> None:
    """Ask an LLM judge again, and see the share of outputs on which it changes its mind."""
    times_at, limit_at = st.columns(2)
    times = int(times_at.number_input(say("Times"), 2, repeating.MOST_TIMES, 3, key=f"{keys.REPEATED}-times"))
    limit = int(
        limit_at.number_input(say("Outputs"), 1, repeating.MOST_OUTPUTS, 50, key=f"{keys.REPEATED}-limit")
    )
    if st.button(say("Ask again"), key=f"{keys.REPEATED}-go"):
        bar = st.progress(0.0)

        def show(done: int, total: int, words: str) -> None:
            bar.progress(done / total if total else 1.0, words)

        with shell.guard():
            outcome = repeating.repeat(workspace.telling(show), version, times=times, limit=limit)
        bar.empty()
        words = say("{n} new verdicts, {errors} errors.", n=outcome.verdicts_new, errors=outcome.errors)
        st.write(plain(f"{words} {outcome.message}"))
    every = repeating.flips(workspace, version)
    if not every:
        st.info(say("It was asked only once yet."))
        return
    for flips in every:
        rate, times = rate_words(flips.rate), flips.times
        words = say(
            "It differs from itself on {rate} of outputs, asked up to {times} times.", rate=rate, times=times
        )
        st.write(plain(words))
        switch = say("Show the {n} outputs", n=len(flips.flipped))
        if flips.flipped and st.toggle(switch, key=f"flips-{flips.judge_version_id}"):
            _show_flipped(workspace, flips)


def _show_flipped(workspace: Workspace, flips: repeating.Flips) -> None:
    for output, answers in repeating.outputs_of(workspace.db, flips):
        with st.container(border=True):
            for value, reason in zip(answers.values, answers.reasons, strict=True):
                st.text(say("{name}: {told}", name=say(value), told=reason))
            show_output(output)


_CHARTED = 12


def show_race(workspace: Workspace, version: JudgeVersion) -> None:
    """Race the judges of this one's criterion, and open where it differs from another."""
    least = st.number_input(say("Least TNR, in percent"), 0, 100, 60, 5, key="race-tnr")
    if not st.toggle(say("Compare them"), key="race-now"):
        st.write(say("Each judge is measured on outputs that it was not fitted to; this takes some seconds."))
        return
    with st.spinner(say("Fitting and comparing …")):
        race = refereeing.race(workspace, criterion=version.criterion_id, min_tnr=least / 100)
    basis = say("Measured against {against}.", against=sentence(race.against))
    st.write(shell.plain(f"{sentence(race.says)} {basis}"))
    title = say("TPR and TNR on the same {n} graded outputs, 95% intervals", n=race.n)
    charts.judge_rates(title, race.contenders[:_CHARTED], key="race")
    with st.expander(say("All figures")):
        _show_table(race)
    shell.warn(sentences((*race.left_out, *race.renamed)))
    _differences(workspace, race, version)


def _show_table(race: refereeing.Race) -> None:
    rows = [
        {
            say("judge"): judge_words(contender.judge),
            say("measured"): say(contender.how),
            say("good enough"): say(contender.good),
            "TPR": rate_words(contender.tpr),
            "TNR": rate_words(contender.tnr),
            say("US$ for 1,000"): _cost(contender),
            "ms": contender.latency_ms,
            say("flips"): rate_words(contender.flip_rate),
            say("beaten by"): contender.beaten_by and judge_words(contender.beaten_by),
        }
        for contender in race.contenders
    ]
    colours = ["color: #8a8a8a" if row[say("beaten by")] else "" for row in rows]
    st.dataframe(pd.DataFrame(rows).style.apply(lambda _: colours), hide_index=True)


def _cost(contender: refereeing.Contender) -> str:
    """As text, for a column of figures and words has no type."""
    cost = contender.cost_per_thousand
    return f"{cost:,.2f}" if cost is not None else say("no price") if contender.unpriced else "–"


def _differences(workspace: Workspace, race: refereeing.Race, version: JudgeVersion) -> None:
    names = {
        contender.judge_version_id: judge_words(contender.judge)
        for contender in race.contenders
        if contender.judge_version_id != version.id
    }
    if not names:
        return
    label = say("Compare it with")
    other = shell.choose(label, names, key="race-other")
    comparison = refereeing.differences(workspace, version, judging.find_judge(workspace, other))
    words = say(
        "On {n} of {of} graded outputs; only this judge is right on {first}, only the other on {second} "
        "(verdicts as stored).",
        n=len(comparison.differences),
        of=comparison.paired.n,
        first=comparison.paired.only_first,
        second=comparison.paired.only_second,
    )
    st.write(words)
    for difference in shell.page_of(comparison.differences, 3, "race-differences"):
        with st.container(border=True):
            st.write(say("People passed it.") if difference.human_pass else say("People failed it."))
            st.text(f"{judge_words(version.name)}: {say(difference.first)}. {difference.first_reason}")
            st.text(f"{names[other]}: {say(difference.second)}. {difference.second_reason}")
            show_output(difference.output, height=160)

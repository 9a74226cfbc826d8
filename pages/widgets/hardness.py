"""How judges bear changes, attacks, planted defects and being asked again, with the texts behind each."""

from threading import Event

import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.messages import rate_words, sentences
from labelcore.models import JudgeVersion
from labelcore.stages import judging
from labelcore.stages.judging.testing import hardness, repeating
from labelcore.stages.judging.testing.hardness_report import (
    HardnessReport,
    HardnessRow,
    changed_texts,
    report,
)
from labelcore.workspace import Workspace
from pages.widgets import charts, keys, shell
from pages.widgets.outputs import show_output
from pages.widgets.running import in_thread
from pages.widgets.shell import plain

_TITLES = {
    "changed": "Verdicts that a change of wording or order turns (low is good)",
    "talked into pass": "Failed outputs that an attack talks into a pass (low is good)",
    "caught": "Planted defects that it fails (high is good)",
}
_PAGE = 5
_BEGIN_SECONDS = 2.0


def show_hardness(workspace: Workspace) -> None:
    """Choose a judge, test it, and open what is behind its figures."""
    judges = [judge for judge in judging.active_judges(workspace) if kind_of(judge).runs]
    if not judges:
        st.info("There are no judges yet.")
        return
    st.write(
        "Real outputs are changed in ways that should not matter, attacked, and given planted "
        "defects. Nothing is stored as a verdict of an output, and nothing is asked twice."
    )
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    version = left.selectbox(
        "Judge", judges, format_func=lambda judge: f"{judge.name} ({judge.kind})", key=keys.HARDENED
    )
    limit = int(
        right.number_input("Outputs for each test", 1, hardness.MOST, 10, key=f"{keys.HARDENED}-limit")
    )
    with shell.guard():
        waiting = len(hardness.left_to_ask(workspace, version, limit=limit))
    calls = " model calls at least" if kind_of(version).needs_model else " decisions"
    ready = waiting and not hardness.ongoing_test(version)
    if st.button(f"Test it ({waiting:,}{calls})", disabled=not ready, key=f"{keys.HARDENED}-go"):

        def work(begun: Event) -> None:
            hardness.harden(workspace.telling(lambda *_: begun.set()), version, limit=limit)

        begun = in_thread(work, "The test", keys.HARDENING_FAILED)
        begun.wait(_BEGIN_SECONDS)  # so that the page already shows it
        st.rerun()
    _watch(workspace, version)
    found = report(workspace, version)
    shell.warn(sentences(found.warnings))
    if not found.results:
        st.info("This judge was not tested yet.")
        return
    _show(found)
    _behind(workspace, found)


@st.fragment(run_every=1.0)
def _watch(workspace: Workspace, version: JudgeVersion) -> None:
    """The test of this judge as it goes, whoever began it, with a way to stop it."""
    for failure in st.session_state.get(keys.HARDENING_FAILED, []):
        st.error(plain(failure))
    now = hardness.ongoing_test(version)
    was = st.session_state.get(keys.HARDENING)
    st.session_state[keys.HARDENING] = version.id if now else None
    if now is None:
        if was == version.id:
            st.rerun()  # the figures below are about what was decided until now
        return
    stopping = now.stop.is_set()
    left = "" if now.seconds_left is None else f", about {judging.span_words(now.seconds_left)} left"
    words = f"{'Stopping' if stopping else 'Testing'}: {now.done:,} of {now.total:,}{left}"
    st.progress(now.done / now.total if now.total else 1.0, text=words)

    def stop() -> None:
        hardness.stop_test(workspace, version)

    key = f"{keys.HARDENED}-stop"
    st.button("Stop", key=key, icon=":material/stop:", disabled=stopping, on_click=stop)


def _show(found: HardnessReport) -> None:
    known = [row for row in found.rows if row.rate.value is not None]
    for asks, title in _TITLES.items():
        # Single attacks stand in the table only; the chart has their families.
        rows = [row for row in known if row.asks == asks and (row.family != "injection" or row.sums)]
        if rows:
            series = {"share": [row.rate for row in rows]}
            charts.intervals(title, [row.test for row in rows], series, key=f"hardness-{asks}")
    for why in dict.fromkeys(row.rate.why_not for row in found.rows if row.rate.value is None):
        st.caption(plain(f"Not measurable in part: {why}."))


def _behind(workspace: Workspace, found: HardnessReport) -> None:
    """All figures in a table; a row opens the texts before and after."""
    rows = [row for row in found.rows if row.rate.value is not None]
    table = [
        {
            "test": row.test,
            "asks": row.asks,
            "share": rate_words(row.rate),
            "to pass": row.to_pass,
            "to fail": row.to_fail,
        }
        for row in rows
    ]
    st.write("Choose a row to see the texts behind its figure.")
    key = shell.key_of("hardness-rows", [found.judge_version_id, *(row.test for row in rows)])
    for at in shell.choose_rows(table, key):
        _texts(workspace, found, rows[at])


def _texts(workspace: Workspace, found: HardnessReport, row: HardnessRow) -> None:
    with shell.guard():
        version = judging.find_judge(workspace, found.judge_version_id)
    cases = changed_texts(workspace, version, row.test)
    for case in shell.page_of(cases, _PAGE, f"hardness-{row.test}"):
        result = case.result
        with st.container(border=True):
            people = f"; people say {result.people}" if result.people else ""
            hit = f" · {row.asks}" if case.hit else ""
            st.write(
                plain(f"{result.test}: {result.before_value} before, {result.after_value} after{people}{hit}")
            )
            before, after = st.columns(2)
            before.text(f"Before: {result.before_value}. {result.before_reason}")
            before.code(case.source.text, language=None, wrap_lines=True)
            after.text(f"After: {result.after_value}. {result.after_reason}")
            after.code(result.changed_text, language=None, wrap_lines=True)


def show_flips(workspace: Workspace) -> None:
    """Ask an LLM judge again, and see the share of outputs on which it changes its mind."""
    judges = [judge for judge in judging.active_judges(workspace) if kind_of(judge).needs_model]
    if not judges:
        st.info("Only LLM judges can change their mind, and there are none yet.")
        return
    left, times_at, limit_at = st.columns([3, 1, 1], vertical_alignment="bottom")
    version = left.selectbox("LLM judge", judges, format_func=lambda judge: judge.name, key=keys.REPEATED)
    times = int(times_at.number_input("Times", 2, repeating.MOST_TIMES, 3, key=f"{keys.REPEATED}-times"))
    limit = int(limit_at.number_input("Outputs", 1, repeating.MOST_OUTPUTS, 50, key=f"{keys.REPEATED}-limit"))
    if st.button("Ask again", key=f"{keys.REPEATED}-go"):
        bar = st.progress(0.0)

        def show(made: int, total: int, words: str) -> None:
            bar.progress(made / total if total else 1.0, words)

        with shell.guard():
            done = repeating.repeat(workspace.telling(show), version, times=times, limit=limit)
        bar.empty()
        st.write(plain(f"{done.verdicts_new} new verdicts, {done.errors} errors. {done.message}"))
    found = repeating.flips(workspace)
    if not found:
        st.info("No judge was asked twice yet.")
        return
    charts.intervals(
        "Outputs on which a judge differs when it is asked again (low is good)",
        [flips.judge for flips in found],
        {"share": [flips.rate for flips in found]},
        key="flips",
    )
    for flips in found:
        rate = rate_words(flips.rate)
        st.write(plain(f"{flips.judge}: {rate} of outputs, asked up to {flips.times} times."))
        switch = f"Show the {len(flips.flipped)} outputs"
        if flips.flipped and st.toggle(switch, key=f"flips-{flips.judge_version_id}"):
            _show_flipped(workspace, flips)


def _show_flipped(workspace: Workspace, flips: repeating.Flips) -> None:
    for output, answers in repeating.outputs_of(workspace.db, flips):
        with st.container(border=True):
            for value, reason in zip(answers.values, answers.reasons, strict=True):
                st.text(f"{value}: {reason}")
            show_output(output)

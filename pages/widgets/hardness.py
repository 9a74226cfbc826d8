"""Hardness of a judge: neutral changes, attacks and planted defects, with the texts behind each."""

from __future__ import annotations

import logging
import threading

import pandas as pd
import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.judges.kinds import kind_of
from labelcore.messages import rate_words, sentences
from labelcore.models import JudgeVersion
from labelcore.stages import judging
from labelcore.stages.judging.testing import hardness
from labelcore.stages.judging.testing.hardness_report import (
    HardnessReport,
    HardnessRow,
    changed_texts,
    report,
)
from labelcore.workspace import Workspace
from pages.widgets import charts, keys, shell
from pages.widgets.shell import plain

_TITLES = {
    "changed": "Verdicts that a change of wording or order turns (low is good)",
    "talked into pass": "Failed outputs that an attack talks into a pass (low is good)",
    "caught": "Planted defects that it fails (high is good)",
}
_PAGE = 5
_BEGIN_SECONDS = 2.0
_log = logging.getLogger("labelcore.pages")


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
        _start(workspace, version, limit)
        st.rerun()
    _watch(version)
    found = report(workspace, version)
    if not found.results:
        shell.warn(sentences(found.warnings))
        st.info("This judge was not tested yet.")
        return
    _show(found)
    _behind(workspace, found)


def _start(workspace: Workspace, version: JudgeVersion, limit: int) -> None:
    """Test in a thread, which never speaks to Streamlit: the page reads how far it is."""
    failed: list[str] = []
    begun = threading.Event()

    def work() -> None:
        try:
            hardness.harden(workspace.telling(lambda *_: begun.set()), version, limit=limit)
        except LabelcoreError as trouble:
            failed.append(str(trouble))
        except Exception:  # noqa: BLE001 - a thread has nobody above it; the page shows a sentence
            _log.exception("a hardness test failed")
            failed.append("The test failed; the log says why. What was decided is kept.")
        finally:
            begun.set()

    st.session_state[keys.HARDENING_FAILED] = failed
    threading.Thread(target=work, daemon=True).start()
    begun.wait(_BEGIN_SECONDS)  # so that the page already shows it


def _stop(version: JudgeVersion) -> None:
    hardness.stop_test(version)


@st.fragment(run_every=1.0)
def _watch(version: JudgeVersion) -> None:
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
    st.button(
        "Stop",
        key=f"{keys.HARDENED}-stop",
        icon=":material/stop:",
        disabled=stopping,
        on_click=_stop,
        args=(version,),
    )


def _show(found: HardnessReport) -> None:
    shell.warn(sentences(found.warnings))
    for asks, title in _TITLES.items():
        rows = [row for row in found.rows if row.asks == asks and _in_chart(row)]
        if rows:
            charts.intervals(
                title,
                [row.test for row in rows],
                {"share": [row.rate for row in rows]},
                key=f"hardness-{asks}",
            )
    unknown = {row.rate.why_not: row.asks for row in found.rows if row.rate.value is None}
    for why in unknown:
        st.caption(plain(f"Not measurable in part: {why}."))


def _in_chart(row: HardnessRow) -> bool:
    """Single attacks stand in the table only; the chart has their families."""
    return row.rate.value is not None and (row.family != "injection" or row.sums)


def _behind(workspace: Workspace, found: HardnessReport) -> None:
    """All figures in a table; a row opens the texts before and after."""
    rows = [row for row in found.rows if row.rate.value is not None]
    table = pd.DataFrame(
        [
            {
                "test": row.test,
                "asks": row.asks,
                "share": rate_words(row.rate),
                "to pass": row.to_pass,
                "to fail": row.to_fail,
            }
            for row in rows
        ]
    )
    st.write("Choose a row to see the texts behind its figure.")
    picked = st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        key=shell.key_of("hardness-rows", [found.judge_version_id, *(row.test for row in rows)]),
    )
    for at in picked.selection.rows:
        _texts(workspace, found, rows[at])


def _texts(workspace: Workspace, found: HardnessReport, row: HardnessRow) -> None:
    with shell.guard():
        version = judging.find_judge(workspace, found.judge_version_id)
    cases = changed_texts(workspace.db, version, row.test)
    pages = max(1, (len(cases) + _PAGE - 1) // _PAGE)
    page = (
        st.number_input(f"Page of {pages}", 1, pages, 1, key=f"hardness-page-{row.test}") if pages > 1 else 1
    )
    start = (int(page) - 1) * _PAGE
    for case in cases[start : start + _PAGE]:
        result = case.result
        with st.container(border=True):
            people = f"; people say {result.people}" if result.people else ""
            hit = f" · {row.asks}" if case.hit else ""
            st.write(
                plain(f"{result.test}: {result.before_value} before, {result.after_value} after{people}{hit}")
            )
            before, after = st.columns(2)
            with before:
                st.text(f"Before: {result.before_value}. {result.before_reason}")
                st.code(case.source.text, language=None, wrap_lines=True)
            with after:
                st.text(f"After: {result.after_value}. {result.after_reason}")
                st.code(result.changed_text, language=None, wrap_lines=True)

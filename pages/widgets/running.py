"""Run judges in a thread: the page reads rows, the thread never speaks to Streamlit."""

from __future__ import annotations

import logging
import threading

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.models import Run
from labelcore.stages import judging
from labelcore.workspace import Workspace
from pages.widgets import keys
from pages.widgets.shell import plain

_log = logging.getLogger("labelcore.pages")
_STATES = {"running": "Running", "stopped": "Stopped", "finished": "Finished", "failed": "Failed"}


def show_estimate(workspace: Workspace) -> None:
    """What a run over everything would take; worked out anew once something has changed."""
    kept = st.session_state.get(keys.RUN_ESTIMATE, {})
    runs = judging.runs(workspace)
    if runs and runs[0].state == "running":
        return
    judges = judging.active_judges(workspace)
    now = (
        workspace.project.id,
        runs[0].id if runs else "",
        runs[0].state if runs else "",
        tuple(v.id for v in judges),
    )
    if kept.get("of") != now:
        try:
            found = judging.estimate_run(workspace)
        except LabelcoreError:
            return  # without judges or outputs there is nothing to estimate, and the page says so
        st.session_state[keys.RUN_ESTIMATE] = kept = {"of": now, "found": found}
    found = kept["found"]
    st.text(judging.estimate_words(found))
    if found.calls:
        st.text(" ".join(found.based_on))


def start(workspace: Workspace, kind: str | None) -> None:
    """Begin a run, unless this visitor's last one still works."""
    thread = st.session_state.get(keys.RUN_THREAD)
    if thread is not None and thread.is_alive():
        return
    if any(run.state == "running" for run in judging.runs(workspace)[:1]):
        st.info("Somebody's run is under way already.")  # two would pay for the same answers
        return
    failed: list[str] = []

    def work() -> None:
        try:
            judging.run_judges(workspace, order=judging.RunOrder(kind=kind))
        except LabelcoreError as trouble:
            failed.append(str(trouble))
        except Exception:  # noqa: BLE001 - a thread has nobody above it; the page shows a sentence
            _log.exception("a run failed")
            failed.append("The run failed; the log says why. What was decided is kept.")

    st.session_state[keys.RUN_FAILED] = failed
    st.session_state[keys.RUN_THREAD] = threading.Thread(target=work, daemon=True)
    st.session_state[keys.RUN_THREAD].start()


@st.fragment(run_every=1.0)
def watch(workspace: Workspace) -> None:
    """The newest run as it goes, with a way to stop it."""
    for failure in st.session_state.get(keys.RUN_FAILED, []):
        st.error(plain(failure))
    runs = judging.runs(workspace)
    if not runs:
        return
    run = runs[0]
    if st.session_state.get(keys.RUN_STATE) == "running" != run.state:
        st.session_state[keys.RUN_STATE] = run.state
        st.rerun()  # the estimate and the tables are about what was decided until now
    st.session_state[keys.RUN_STATE] = run.state
    total = run.total or len(run.judge_version_ids) * run.n_outputs - run.verdicts_cached
    done = run.verdicts_new + run.errors
    words = f"{_STATES[run.state]}: {done:,} of {total:,}{_time(run)}"
    st.progress(min(1.0, done / total) if total else 1.0, text=words)
    st.text(_figures(run))
    if run.faults or run.error_kinds:
        st.text(_troubles(run))
    if run.message:
        (st.warning if run.state in {"stopped", "failed"} else st.write)(plain(run.message))
    if run.state == "running" and st.button("Stop", key="stop-run", icon=":material/stop:"):
        judging.stop_run(run.id)


def _time(run: Run) -> str:
    passed = f" in {judging.span_words(run.seconds)}"
    if run.state == "running" and run.seconds_left is not None:
        return f"{passed}, about {judging.span_words(run.seconds_left)} left"
    return passed


def _figures(run: Run) -> str:
    cached = f", {run.answers_cached:,} answers known already" if run.answers_cached else ""
    return f"{run.requests:,} model calls{cached}, US$ {run.cost_usd:.4f}"


def _troubles(run: Run) -> str:
    troubles = []
    if run.error_kinds:
        troubles.append(f"No verdict: {judging.kinds_words(run.error_kinds)}.")
    if run.faults:
        troubles.append(f"Asked again: {judging.kinds_words(run.faults)}.")
    return " ".join(troubles)

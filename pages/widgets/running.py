"""Run judges in a thread: the page reads rows, the thread never speaks to Streamlit."""

from __future__ import annotations

import logging
import threading

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.models import Project
from labelcore.stages import judging
from labelcore.store import Database
from pages.widgets import keys
from pages.widgets.shell import plain

_log = logging.getLogger("labelcore.pages")


def start(db: Database, project: Project, kind: str | None) -> None:
    """Begin a run, unless this visitor's last one still works."""
    thread = st.session_state.get(keys.RUN_THREAD)
    if thread is not None and thread.is_alive():
        return
    stop, failed = threading.Event(), []

    def work() -> None:
        try:
            judging.run_judges(db, project, kind=kind, stop=stop)
        except LabelcoreError as trouble:
            failed.append(str(trouble))
        except Exception:  # noqa: BLE001 - a thread has nobody above it; the page shows a sentence
            _log.exception("a run failed")
            failed.append("The run failed; the log says why. What was decided is kept.")

    st.session_state[keys.RUN_STOP] = stop
    st.session_state[keys.RUN_FAILED] = failed
    st.session_state[keys.RUN_THREAD] = threading.Thread(target=work, daemon=True)
    st.session_state[keys.RUN_THREAD].start()


@st.fragment(run_every=1.0)
def watch(db: Database, project: Project) -> None:
    """The newest run as it goes, with a way to stop it."""
    for said in st.session_state.get(keys.RUN_FAILED, []):
        st.error(plain(said))
    runs = judging.runs(db, project)
    if not runs:
        return
    run = runs[0]
    done = run.verdicts_new + run.errors
    total = len(run.judge_version_ids) * run.n_outputs - run.verdicts_cached
    words = f"{run.state}: {done:,} of {total:,} in {run.seconds:.0f} s, US$ {run.cost_usd:.4f}, {run.errors:,} errors"
    st.progress(min(1.0, done / total) if total else 1.0, text=words)
    if run.message:
        st.write(plain(run.message))
    if run.state == "running" and st.button("Stop", key="stop-run"):
        st.session_state.get(keys.RUN_STOP, threading.Event()).set()

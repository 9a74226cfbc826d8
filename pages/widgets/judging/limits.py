"""The limit of a judge that measures: another one is tried on graded outputs, then kept."""

from __future__ import annotations

import streamlit as st

from labelcore.judges.kinds import Limit, kind_of
from labelcore.messages import say
from labelcore.models import JudgeVersion
from labelcore.stages.judging import RunOrder
from labelcore.stages.refining.keeping import KeptVersion
from labelcore.stages.refining.limits import set_limit, try_limit
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import running, trying, versions


def show(workspace: Workspace, version: JudgeVersion) -> None:
    """The limit with a trial of another one, what it mends and breaks, and a way to keep it."""
    limit = kind_of(version).limit
    if limit is None:
        return
    with st.form("limit", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        value = _ask(version, limit)
        pressed = st.form_submit_button(say("Try it"), key="limit-try")
    if pressed:
        with shell.guard(), st.spinner(say("Both limits decide on graded outputs …")):
            found = try_limit(workspace, version, value)
            st.session_state[keys.LIMIT_TRIED] = (version.id, value, found)
    version_id, trial_value, trial = st.session_state.get(keys.LIMIT_TRIED, ("", 0.0, None))
    if version_id != version.id or trial_value != value:
        return
    trying.show_answer(trial)

    def make(why: str) -> KeptVersion:
        kept = set_limit(workspace, version, value, why=why)
        running.start(workspace, RunOrder(judge=kept.judge_version_id))  # it asks no model
        return kept

    versions.offer_to_keep(workspace, make)
    trying.show_figures(trial)
    moved = version.model_copy(update={"spec": kind_of(version).limited(value)})
    trying.show_lists(workspace, trial, (version, moved))


def _ask(version: JudgeVersion, limit: Limit) -> float:
    """In the detector's unit; shares are shown as percent."""
    scale = 100 if limit.percent else 1
    label = say("Its limit: {quantity}", quantity=say(limit.quantity))
    label = say("{label}, in percent", label=label) if limit.percent else label
    current = round(limit.value * scale, 2)
    number = st.number_input(label, value=current, step=1.0, format="%g", key=f"limit-{version.id}")
    return limit.value if number == current else round(float(number) / scale, 6)

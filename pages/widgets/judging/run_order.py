"""A run of some judges over some outputs, with the most that it may spend: chosen here, estimated, begun."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.judges.kinds import kind_of
from labelcore.messages import say, trouble_words
from labelcore.messages.catalogue import judge_words
from labelcore.messages.lines.judging import estimate_words
from labelcore.messages.running import kind_word
from labelcore.models import JudgeVersion
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.workspace import Workspace
from pages.widgets import keys, shell, working
from pages.widgets.judging import running

_ALL = ""


def show(workspace: Workspace) -> None:
    """What a run is about, what it would take, and one button."""
    judges = [version for version in judging.active_judges(workspace) if kind_of(version).runs]
    order = _chosen(judges)
    try:
        estimate = _estimated(workspace, order, judges)
        words, ready = estimate_words(estimate), bool(estimate.decisions) and not estimate.trouble
    except LabelcoreError as trouble:
        words, ready = trouble_words(trouble, on_page=True), False
    shell.aside(words)
    if st.button(
        say("Begin"), type="primary", key="run-some", disabled=not ready, icon=":material/play_arrow:"
    ):
        running.start(workspace, order)


def _chosen(judges: Sequence[JudgeVersion]) -> judging.RunOrder:
    names = {_ALL: say("All judges")}
    names |= {f"kind {kind}": kind_word(kind) for kind in dict.fromkeys(version.kind for version in judges)}
    names |= {version.judge_id: judge_words(version.name) for version in judges}
    choice = st.selectbox(say("Judges"), list(names), format_func=lambda name: names[name], key=keys.RUN_WHO)
    graded = st.checkbox(say("Only graded outputs"), key=keys.RUN_GRADED)
    outputs = st.number_input(
        say("Outputs at most"), min_value=1, value=None, placeholder=say("all"), key=keys.RUN_OUTPUTS
    )
    limit = None
    if settings().has_model and any(kind_of(version).needs_model for version in judges):
        limit = st.number_input(
            say("Spend at most (US$)"),
            min_value=0.0,
            value=None,
            step=1.0,
            placeholder=say("no limit"),
            help=say("What a call may cost is set aside before it is sent, so the limit holds."),
            key=keys.RUN_LIMIT,
        )
    kind = choice.removeprefix("kind ") if choice.startswith("kind ") else None
    return judging.RunOrder(
        judge=None if kind else choice or None,
        kind=kind,
        graded=graded,
        limit=outputs,
        max_cost=limit or None,
    )


def _estimated(
    workspace: Workspace, order: judging.RunOrder, judges: Sequence[JudgeVersion]
) -> judging.Estimate:
    """What it takes, worked out anew once something has changed."""
    newest = next(iter(judging.runs(workspace)), None)
    question = (order, newest and (newest.id, newest.state), tuple(version.id for version in judges))
    return working.worked_out(keys.RUN_SOME, question, lambda: judging.estimate_run(workspace, order=order))

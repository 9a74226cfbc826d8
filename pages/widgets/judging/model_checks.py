"""Checks that the model writes: asked for here, watched, and what came of it."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.models import Criterion
from labelcore.settings import settings
from labelcore.stages.judging.proposing.proposals import ProposalOrder
from labelcore.stages.judging.testing.overview import ProposedJudges, propose_judges
from labelcore.workspace import Workspace
from pages.widgets import keys, shell, working
from pages.widgets.judging import changing
from pages.widgets.shell import plain


def offer(workspace: Workspace, criterion: Criterion) -> None:
    """One button to have checks of a criterion written, where a model is configured."""
    if not settings().has_model:
        shell.aside(say("With a model, the model can write checks too."))
        return
    busy = working.is_under_way(keys.CHECKS_WRITTEN)
    if st.button(say("Have the model write checks"), key="write-by-model", disabled=busy):
        order = ProposalOrder(kind="code", criterion=criterion.id)
        working.begin(
            keys.CHECKS_WRITTEN, workspace, lambda place: propose_judges(place, order=order, examined=False)
        )
        shell.again()
    if busy:
        working.watch(keys.CHECKS_WRITTEN)
    if proposed := working.take(keys.CHECKS_WRITTEN):
        _show(proposed)


def _show(report: ProposedJudges) -> None:
    """The checks that work, and why others were dropped."""
    st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
    checks = [judge for judge in report.judges if changing.source_of(judge)]
    words = counted(
        "The model wrote one check that works.", "The model wrote {n} checks that work.", n=len(checks)
    )
    st.write(words)
    for judge in checks:
        with st.expander(plain(judge.name)):
            st.code(changing.source_of(judge), language="python", wrap_lines=True)
    for warning in report.warnings:
        st.info(plain(say(warning)))
    if checks:
        st.write(say("They are candidate judges now: run them next."))

"""What is done with all judges: run, propose, choose; the run that is under way; and more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from labelcore.messages import say, sentence
from labelcore.messages.catalogue import counted
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.aligning import choosing_set
from labelcore.stages.aligning.side_by_side import JudgeTable
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.judging.proposing.proposals import ProposalOrder
from labelcore.stages.judging.proposing.retraining import Freshness
from labelcore.stages.judging.testing.suspecting import propose_judges
from labelcore.workspace import Workspace
from pages.widgets import keys, next_step, shell
from pages.widgets.judging import learned, running


def show(workspace: Workspace, table: JudgeTable) -> Callable[[], None]:
    """The buttons and the newest run. What a run would take is written by what this gives, which the page
    calls last: a few outputs are really decided for it.
    """
    stale = learned.stale_judges(workspace)
    decided, is_left = all(row.ran for row in table.rows), judging.is_anything_left(workspace)
    with st.container(horizontal=True, vertical_alignment="center"):
        if is_left and st.button(
            say("Run the judges"), type=_first(when=not decided), icon=":material/play_arrow:"
        ):
            running.start(workspace)
        show_order = running.offer_order(workspace) if table.rows else None
        pressed = next_step.taken("propose") and not (table.rows or settings().has_model)
        is_next = not table.rows and bool(list_criteria(workspace, status="accepted"))
        proposes = pressed | st.button(say("Propose judges"), type=_first(when=is_next))
        chooses = False
        if table.choosable and any(row.ran for row in table.rows):
            words = say("Choose the set again") if table.in_use else say("Choose the set")
            chooses = st.button(words, type=_first(when=decided and not table.in_use), key="choose-set")
        view = st.query_params.get(keys.JUDGE_VIEW, "")
        with st.popover(say("More"), key=f"judges-more-{view}"):  # another one, closed, beside what it opened
            _offer_tools(workspace, stale)
        next_step.offer_model(
            say(
                "A model would add LLM judges, which read an output as a person does, and checks that it "
                "writes itself. Learned judges and checks work without."
            )
        )
        estimate = st.empty()
    if proposes:
        _propose(workspace)
    if chooses:
        _choose(workspace)
    if message := st.session_state.get(keys.JUDGES_PROPOSED, ""):
        st.success(message)
        if st.session_state.get(keys.SET_CHOSEN, False):
            shell.go_to("6_results.py", say("How it was chosen"), {keys.RESULTS_VIEW: "judges"})
        if running.is_told(workspace):  # else the page is drawn anew once the run is over
            st.session_state.pop(keys.JUDGES_PROPOSED)
            st.session_state.pop(keys.SET_CHOSEN, None)
    running.watch(workspace)
    if table.rows:
        learned.show_stale(workspace, table)
    return lambda: _show_estimates(workspace, estimate, show_order)


def _show_estimates(
    workspace: Workspace, estimate: DeltaGenerator, show_order: Callable[[], None] | None
) -> None:
    with estimate:
        running.show_estimate(workspace)
    if show_order:
        show_order()


def _first(*, when: bool) -> Literal["primary", "secondary"]:
    """The button of the step that is next."""
    return "primary" if when else "secondary"


def _choose(workspace: Workspace) -> None:
    with shell.guard():
        with st.spinner(say("Comparing judges on outputs that they were not fitted on …")):
            chosen = choosing_set.choose(workspace).judges
        words = counted("The set is chosen: one judge.", "The set is chosen: {n} judges.", n=len(chosen))
        st.session_state.update({keys.JUDGES_PROPOSED: words, keys.SET_CHOSEN: True})
        st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
        st.rerun()


def _propose(workspace: Workspace) -> None:
    known_ids = {judge.id for judge in judging.active_judges(workspace)}
    with st.spinner(say("Fitting candidates to the grades …")):
        order = ProposalOrder(offline=not settings().has_model)
        report = propose_judges(workspace, order=order, examined=False)
    judges, nothing = report.judges, [shell.plain(sentence(notice)) for notice in report.nothing]
    nothing += [shell.plain(say(notice)) for notice in report.warnings]
    if not judges:
        for notice in nothing:
            st.info(notice)
        st.info(say("Nothing can be fitted yet: it takes some passed and some failed outputs."))
        return
    words = say("Nothing new to propose: the judges that fit these grades are here already.")
    if new := sum(judge.id not in known_ids for judge in judges):
        words = counted(
            "One candidate is proposed. Run it next.", "{n} candidates are proposed. Run them next.", n=new
        )
    st.session_state[keys.JUDGES_PROPOSED] = "\n\n".join([words, *nothing])
    st.rerun()


def _offer_tools(workspace: Workspace, stale: list[Freshness]) -> None:
    """What concerns no single judge; it opens beside the table."""
    names = {
        "check": say("Write a check"),
        "bring": say("Bring a prompt"),
        "rulings": say("Rulings so far"),
        "suspects": say("Look for judges you can do without"),
        "schema": say("Schema of structured outputs"),
        "models": say("Models"),
    }
    for view, words in names.items():
        if st.button(words, key=f"open-{view}", width="stretch"):
            st.query_params[keys.JUDGE_VIEW] = view
            st.rerun()
    if stale:
        learned.offer_to_retrain(workspace, stale)
    running.offer_local_model(workspace)

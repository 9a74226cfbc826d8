"""Above the list: how many criteria there are, accept all that are proposed, write one; a derivation that
finds more, watched and stopped; and what concerns no single criterion, each in the place of the list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.models import Severity
from labelcore.settings import settings
from labelcore.stages import judging, projects
from labelcore.stages.deriving import asking, derivation, editing
from labelcore.stages.deriving.derivation import Derivation
from labelcore.stages.reporting.reasons import Action
from labelcore.workspace import Workspace
from pages.widgets import keys, next_step, shell, working
from pages.widgets.deriving import codes, drift, rubric, table
from pages.widgets.deriving.table import CriteriaList
from pages.widgets.shell import plain


def show(workspace: Workspace, listed: CriteriaList) -> None:
    """One line of where the criteria stand, and what can be done with all of them."""
    n_left = len(derivation.uncovered_fails(workspace))
    proposed = [criterion for criterion in listed.criteria if criterion.status == "proposed"]
    fails = projects.overview(workspace).fails
    accepted = sum(criterion.status == "accepted" for criterion in listed.criteria)
    if listed.criteria:
        st.write(_standing(accepted, len(proposed), n_left))
    with st.container(horizontal=True, vertical_alignment="center"):
        if proposed and st.button(say("Accept all {n}", n=len(proposed)), type="primary", key="accept-all"):
            for criterion in proposed:
                editing.accept(workspace, criterion, why="accepted with all")
            st.session_state.pop(keys.DERIVED, None)  # that they are proposed is true no longer
            st.rerun()
        if fails or listed.criteria:
            _find_more(workspace, first=not listed.criteria)
        _write(workspace)
        _offer_tools(n_left)
        next_step.offer_model(
            say(
                "A model would read the notes themselves: criteria in clearer words, each with the quotes "
                "that it rests on, also where few notes are alike. Without one, notes are grouped by meaning."
            )
        )
        if accepted and not proposed and not judging.active_judges(workspace):
            next_step.offer(workspace, Action(kind="propose"))
        elif accepted:
            shell.go("5_judging.py", "Next: judges")
    show_derivation(workspace)
    if not listed.criteria:
        no_fails = say("There are no criteria yet: they come from notes on failed outputs.")
        words = say(
            "There are no criteria yet. They come from the notes on {n} failed outputs.", n=f"{fails:,}"
        )
        st.info(words if fails else no_fails)
        if not fails:
            next_step.offer_next(workspace)


def _write(workspace: Workspace) -> None:
    """A criterion in a person's words, with or without the outputs that show it."""
    with st.popover(say("Write one")), st.form("criterion-add", border=False, clear_on_submit=False):
        name = st.text_input(say("Name"))
        statement = st.text_area(say("What makes an output fail and pass"), height=100)
        severity = st.selectbox(say("Severity"), get_args(Severity), format_func=say)
        outputs = st.text_input(
            say("Failed outputs whose notes it rests on (optional)"),
            placeholder=say("Ids, with spaces between them"),
        )
        if st.form_submit_button(say("Add the criterion"), type="primary"):
            with shell.guard():
                criterion = editing.add_criterion(
                    workspace, name, statement=statement, severity=severity, evidence=outputs.split()
                )
                table.go(criterion)
                st.rerun()


def _standing(accepted: int, proposed: int, n_left: int) -> str:
    parts = [say("{n} accepted", n=accepted)]
    parts += [say("{n} proposed", n=proposed)] if proposed else []
    parts += [
        counted("one failed output fits none yet", "{n} failed outputs fit none yet", n=n_left)
        if n_left
        else say("every failed output fits one")
    ]
    return " · ".join(parts)


def _find_more(workspace: Workspace, *, first: bool) -> None:
    """With a model, where one is configured, or without."""
    words = say("Make criteria from the notes") if first else say("Find more in the notes")
    buttons = {words: not settings().has_model}
    if settings().has_model:
        buttons[say("Without the model")] = True
    is_next = next_step.taken("derive") and first and not settings().has_model  # a model may cost money
    for at, (label, offline) in enumerate(buttons.items()):
        if is_next | st.button(
            label,
            type="primary" if first and not at else "secondary",
            key=f"derive-{at}",
            disabled=working.is_under_way(keys.DERIVING),
        ):
            begin_derivation(workspace, offline=offline)


def begin_derivation(workspace: Workspace, *, offline: bool, again: bool = False) -> None:
    """Derive in a thread; the page goes on."""
    st.session_state[keys.DERIVED] = None
    working.begin(
        keys.DERIVING, workspace, lambda place: derivation.derive(place, offline=offline, again=again)
    )
    st.rerun()


def show_derivation(workspace: Workspace) -> None:
    """The derivation that goes on, or the last one's outcome until this visitor closes it."""
    outcome = working.take(keys.DERIVING)
    if outcome and keys.DERIVED in st.session_state:
        st.session_state[keys.DERIVED] = outcome
    if working.is_under_way(keys.DERIVING):
        working.watch(keys.DERIVING, lambda: asking.stop_asking(shell.as_now(workspace)))
    if outcome := st.session_state.get(keys.DERIVED):
        _show_outcome(workspace, outcome)


def _show_outcome(workspace: Workspace, outcome: Derivation) -> None:
    counts = counted("One criterion is proposed.", "{n} criteria are proposed.", n=outcome.new)
    nothing = [] if outcome.stopped else [say("The notes say nothing new.")]
    lines = [*([counts] if outcome.new else nothing), *map(say, outcome.warnings)]
    if outcome.new and not (outcome.warnings or outcome.left_out or outcome.answers):
        return  # the line above says how many are proposed
    with st.container(border=True):
        st.write("\n\n".join(plain(words) for words in lines))
        if outcome.left_out:
            with st.expander(say("What was left out ({n})", n=len(outcome.left_out))):
                _show_left_out(outcome)
        if outcome.answers:
            with st.expander(say("What the model answered")):
                for answer in outcome.answers:
                    st.code(answer, language=None, wrap_lines=True)
        if _may_be_reread(workspace, outcome) and st.button(
            say("Let the model read the notes again"), key="derive-again"
        ):
            begin_derivation(workspace, offline=False, again=True)
        if st.button(say("Close"), key="derived-close"):
            st.session_state.pop(keys.DERIVED)
            st.rerun()


def _may_be_reread(workspace: Workspace, outcome: Derivation) -> bool:
    nothing = not outcome.new and not outcome.stopped and not outcome.answers
    return nothing and settings().has_model and bool(derivation.may_be_reread(workspace))


def _show_left_out(outcome: Derivation) -> None:
    rows = [
        {say("what"): say(dropped.what), say("words"): dropped.text, say("why"): say(dropped.why)}
        for dropped in outcome.left_out
    ]
    shell.table(rows)


_TOOLS: dict[str, Callable[[Workspace], None]] = {
    "codes": codes.show_codes,
    "unexplained": codes.show_unexplained,
    "prompt": rubric.show_prompt,
    "lint": rubric.show_lint,
    "changes": drift.show_all_drift,
    "lineage": drift.show_lineage,
    "glossary": rubric.show_glossary,
    "library": rubric.show_library,
}


def is_tool_open() -> bool:
    """Whether the address asks for one of them."""
    return st.query_params.get(keys.CRITERIA_VIEW) in _TOOLS


def show_tool(workspace: Workspace) -> None:
    """The one that the address asks for."""
    view = st.query_params[keys.CRITERIA_VIEW]
    if st.button(say("Back to the criteria"), icon=":material/arrow_back:", type="tertiary"):
        st.query_params.pop(keys.CRITERIA_VIEW)
        st.rerun()
    st.subheader(_names(0)[view])
    _TOOLS[view](workspace)


def _offer_tools(n_left: int) -> None:
    """A menu of them; ``n_left``: failed outputs that fit no criterion."""
    with st.popover(say("More")):
        for view, words in _names(n_left).items():
            if (view != "unexplained" or n_left) and st.button(words, key=f"open-{view}", width="stretch"):
                st.query_params[keys.CRITERIA_VIEW] = view
                st.rerun()


def _names(n_left: int) -> dict[str, str]:
    fails = say("Failed outputs that fit none")
    return {
        "codes": say("Board of codes"),
        "unexplained": f"{fails} ({n_left:,})" if n_left else fails,
        "prompt": say("Criteria from the pipeline's prompt"),
        "lint": say("Weak points of the criteria"),
        "changes": say("Grades from before a change"),
        "lineage": say("Where each criterion came from"),
        "glossary": say("Glossary"),
        "library": say("Save or load criteria"),
    }

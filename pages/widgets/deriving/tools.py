"""What concerns no single criterion, each in the place of the list; the address says which."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from labelcore.messages import say
from labelcore.workspace import Workspace
from pages.widgets import keys
from pages.widgets.deriving import codes, drift, rubric, terms

_TOOLS: dict[str, Callable[[Workspace], None]] = {
    "codes": codes.show_codes,
    "unexplained": codes.show_unexplained,
    "prompt": rubric.show_prompt,
    "lint": rubric.show_lint,
    "changes": drift.show_all_drift,
    "lineage": drift.show_lineage,
    "glossary": terms.show_glossary,
    "library": rubric.show_library,
}


def is_open() -> bool:
    """Whether the address asks for one of them."""
    return st.query_params.get(keys.CRITERIA_VIEW) in _TOOLS


def show(workspace: Workspace) -> None:
    """The one that the address asks for."""
    view = st.query_params[keys.CRITERIA_VIEW]
    if st.button(say("Back to the criteria"), icon=":material/arrow_back:", type="tertiary"):
        st.query_params.pop(keys.CRITERIA_VIEW)
        st.rerun()
    st.subheader(_names(0)[view])
    _TOOLS[view](workspace)


def offer(n_left: int) -> None:
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

"""What was ruled where judges and people differ: the gap in the specification, and each ruling."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import say
from labelcore.messages.lines.refining.court import docket_words
from labelcore.stages import refining
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.judging import errors
from pages.widgets.shell import plain

_PAGE = 5


def show(workspace: Workspace) -> None:
    """Of the judges in use, or of all where none is chosen."""
    found = refining.docket(workspace)
    st.subheader(say("Rulings so far"))
    st.write(plain(docket_words(found)))
    _show_gaps(found)
    ruled = [conflict for conflict in found.conflicts if conflict.ruling]
    for conflict in shell.page_of(ruled, _PAGE, "rulings") if ruled else ():
        with st.expander(errors.ruling_line(conflict)):
            errors.show_conflict(conflict)
            with st.container(horizontal=True):
                if conflict.ruling:
                    errors.lead_on(conflict.ruling.value, conflict)
                errors.take_back(workspace, conflict)


def _show_gaps(found: refining.Docket) -> None:
    """How often each criterion was found unclear."""
    ruled = [gap for gap in found.gaps if gap.unclear.n]
    if not ruled:
        return
    charts.intervals(
        say("Share of rulings that find the criterion unclear, 95 % intervals"),
        [gap.criterion for gap in ruled],
        {say("criterion unclear"): [gap.unclear for gap in ruled]},
        key="court-gaps",
    )
    columns = errors.words()
    shell.table(
        [
            {say("criterion"): gap.criterion, say("open"): gap.open}
            | {label: gap.ruled[value] for value, label in columns.items()}
            for gap in found.gaps
        ]
    )

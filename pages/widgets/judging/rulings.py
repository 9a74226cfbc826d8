"""What was ruled where judges and people differ: the gap in the specification, and each ruling."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import say
from labelcore.messages.lines.refining.court import docket_words
from labelcore.messages.lines.refining.outcomes import outcome_words
from labelcore.models import JudgeVersion
from labelcore.stages import judging, refining
from labelcore.stages.refining.outcomes import RulingOutcome, outcomes
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.judging import errors
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain

_PAGE = 5


def show(workspace: Workspace) -> None:
    """Of the judges in use, or of all where none is chosen."""
    docket = refining.docket(workspace)
    st.subheader(say("Rulings so far"))
    st.write(plain(docket_words(docket)))
    _show_gaps(docket)
    rulings = outcomes(workspace).rulings
    judges = {version.judge_id: version for version in judging.active_judges(workspace)}
    outputs = output_table.many(workspace.db, [outcome.ruling.output_id for outcome in rulings])
    for outcome in shell.page_of(rulings, _PAGE, "rulings") if rulings else ():
        line = errors.ruling_line(outcome.ruling, outcome.judge)
        with st.expander(f"{line} · {plain(outcome_words(outcome))}"):
            if output := outputs.get(outcome.ruling.output_id):
                show_output(output, height=200)
            if judge := judges.get(outcome.ruling.judge_id):
                _lead_on(workspace, outcome, judge)


def _lead_on(workspace: Workspace, outcome: RulingOutcome, judge: JudgeVersion) -> None:
    ruling = outcome.ruling
    edited = outcome.state == "criterion edited"
    lead = errors.RulingLead(ruling.value, judge, ruling.output_id, judge.criterion_id or "", edited)
    with st.container(horizontal=True):
        if outcome.state not in {"mended", "grade changed"}:
            lead.offer()
        if outcome.state in {"differs", "waiting"}:
            errors.take_back(workspace, judge, ruling.output_id)


def _show_gaps(docket: refining.Docket) -> None:
    """How often each criterion was found unclear."""
    gaps = [gap for gap in docket.gaps if gap.unclear.n]
    if not gaps:
        return
    charts.intervals(
        say("Share of rulings that find the criterion unclear, 95% intervals"),
        [say(gap.criterion) for gap in gaps],
        {say("criterion unclear"): [gap.unclear for gap in gaps]},
        key="court-gaps",
    )
    columns = errors.words()
    shell.table(
        [
            {say("criterion"): say(gap.criterion), say("open"): gap.open}
            | {label: gap.ruled[value] for value, label in columns.items()}
            for gap in docket.gaps
        ]
    )

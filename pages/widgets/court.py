"""The disagreement court: one conflict at a time, and what the rulings amount to."""

import pandas as pd
import streamlit as st

from labelcore.messages.lines.refining import docket_words
from labelcore.stages import refining
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import show_output

_WORDS = {
    "judge_wrong": "The judge is wrong",
    "person_wrong": "The person is wrong",
    "criterion_unclear": "The criterion is unclear",
    "context_missing": "Context is missing",
}


def show_court(workspace: Workspace) -> None:
    """The open conflicts one by one, then the ruled ones, then the gap by criterion."""
    found = refining.docket(workspace)
    st.write(shell.plain(docket_words(found)))
    if found.sealed:
        st.write(f"{found.sealed} outputs of the sealed test are left out: nobody may fit to them.")
    if not found.conflicts:
        st.info("Nothing to rule on: judges need verdicts on graded outputs (see Judges).")
        return
    waiting = [conflict for conflict in found.conflicts if conflict.ruling is None]
    if waiting:
        _rule(workspace, waiting)
    _show_gaps(found)
    _show_ruled(workspace, [conflict for conflict in found.conflicts if conflict.ruling])


def _rule(workspace: Workspace, waiting: list[refining.Disagreement]) -> None:
    criteria = list(dict.fromkeys(conflict.subject for conflict in waiting))
    if len(criteria) > 1:
        wanted = st.selectbox("Criterion", ["all", *criteria], key="court-criterion")
        waiting = [conflict for conflict in waiting if wanted in {"all", conflict.subject}]
    conflict = waiting[0]
    with st.container(border=True):
        _show(conflict)
        with st.form(f"court-{conflict.output.id}-{conflict.judge.id}", clear_on_submit=True):
            value = st.radio(
                "Who is right?",
                list(refining.VALUES),
                index=None,
                format_func=lambda ruling: f"{_WORDS[ruling]}. {refining.NEXT[ruling]}",
            )
            reason = st.text_input("Why")
            ruled = st.form_submit_button("Rule, and show the next", type="primary")
            if ruled and value is None:
                st.warning("Choose first who is right.")
            elif ruled and value:
                with shell.guard():
                    refining.decide(workspace, conflict.output.id, value, judge=conflict.judge, reason=reason)
                st.rerun()


def _show(conflict: refining.Disagreement) -> None:
    people = "passed" if conflict.human_pass else "failed"
    st.markdown(
        f"**{shell.plain(conflict.judge.name)}** says **{conflict.decision.value}**; people **{people}** it."
    )
    if conflict.criterion:
        st.text(f"{conflict.criterion.name}: {conflict.criterion.statement}")
    for note in conflict.notes:
        st.text(f"Their note: {note}")
    if conflict.decision.reason:
        st.text(f"The judge's reason: {conflict.decision.reason}")
    show_output(conflict.output)


def _show_gaps(found: refining.Docket) -> None:
    ruled = [gap for gap in found.gaps if gap.unclear.n]
    if not ruled:
        return
    charts.intervals(
        "Where the specification has a gap: conflicts whose criterion is unclear, 95 % intervals",
        [gap.criterion for gap in ruled],
        {"criterion unclear": [gap.unclear for gap in ruled]},
        key="court-gaps",
    )
    rows = [
        {"criterion": gap.criterion, "open": gap.open}
        | {_WORDS[name]: gap.ruled[name] for name in refining.VALUES}
        for gap in found.gaps
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _show_ruled(workspace: Workspace, ruled: list[refining.Disagreement]) -> None:
    if not ruled:
        return
    st.subheader("Ruled")
    rows = [
        {
            "ruling": _WORDS[conflict.ruling.value],
            "criterion": conflict.subject,
            "judge": conflict.judge.name,
            "reason": conflict.ruling.reason,
            "by": conflict.ruling.author,
            "when": conflict.ruling.at,
            "next": refining.NEXT[conflict.ruling.value],
        }
        for conflict in ruled
        if conflict.ruling
    ]
    picked = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        width="stretch",
        key=shell.key_of("ruled", [conflict.output.id + conflict.judge.id for conflict in ruled]),
    )
    for row in picked.selection.rows:
        conflict = ruled[row]
        with st.container(border=True):
            _show(conflict)
            if st.button("Take the ruling back", key=f"court-back-{conflict.output.id}"):
                with shell.guard():
                    refining.decide(
                        workspace, conflict.output.id, "withdrawn", judge=conflict.judge, reason="taken back"
                    )
                st.rerun()

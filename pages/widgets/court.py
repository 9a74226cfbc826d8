"""The disagreement court: one conflict at a time, and what the rulings amount to."""

import pandas as pd
import streamlit as st

from labelcore.operations.refining import docket_words
from labelcore.stages import refining
from pages.widgets import charts, shell
from pages.widgets.outputs import show_output
from pages.widgets.shell import Place

_WORDS = {
    "judge_wrong": "The judge is wrong",
    "person_wrong": "The person is wrong",
    "criterion_unclear": "The criterion is unclear",
    "context_missing": "Context is missing",
}


def show_court(place: Place) -> None:
    """The open conflicts one by one, then the ruled ones, then the gap by criterion."""
    found = refining.docket(place.db, place.project)
    st.write(shell.plain(docket_words(found)))
    if found.sealed:
        st.write(f"{found.sealed} outputs of the sealed test are left out: nobody may fit to them.")
    if not found.conflicts:
        st.info("Nothing to rule on: judges need verdicts on graded outputs (see Judges).")
        return
    waiting = [conflict for conflict in found.conflicts if conflict.ruling is None]
    if waiting:
        _rule(place, waiting)
    _show_gaps(found)
    _show_ruled(place, [conflict for conflict in found.conflicts if conflict.ruling])


def _rule(place: Place, waiting: list[refining.Conflict]) -> None:
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
                    refining.decide(
                        place.db,
                        place.project,
                        conflict.output.id,
                        conflict.judge.id,
                        value,
                        reason=reason,
                        author=place.annotator,
                    )
                st.rerun()


def _show(conflict: refining.Conflict) -> None:
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


def _show_ruled(place: Place, ruled: list[refining.Conflict]) -> None:
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
                        place.db,
                        place.project,
                        conflict.output.id,
                        conflict.judge.id,
                        "withdrawn",
                        reason="taken back",
                        author=place.annotator,
                    )
                st.rerun()

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
    waiting = [own for own in found.conflicts if own.ruling is None]
    if waiting:
        _rule(place, waiting)
    _show_gaps(found)
    _show_ruled(place, [own for own in found.conflicts if own.ruling])


def _rule(place: Place, waiting: list[refining.Conflict]) -> None:
    criteria = list(dict.fromkeys(own.subject for own in waiting))
    if len(criteria) > 1:
        wanted = st.selectbox("Criterion", ["all", *criteria], key="court-criterion")
        waiting = [own for own in waiting if wanted in {"all", own.subject}]
    own = waiting[0]
    with st.container(border=True):
        _show(own)
        with st.form(f"court-{own.output.id}-{own.judge.id}", clear_on_submit=True):
            value = st.radio(
                "Who is right?",
                list(refining.VALUES),
                index=None,
                format_func=lambda own: f"{_WORDS[own]}. {refining.NEXT[own]}",
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
                        own.output.id,
                        own.judge.id,
                        value,
                        reason=reason,
                        author=place.annotator,
                    )
                st.rerun()


def _show(own: refining.Conflict) -> None:
    people = "passed" if own.human_pass else "failed"
    st.markdown(f"**{shell.plain(own.judge.name)}** says **{own.decision.value}**; people **{people}** it.")
    if own.criterion:
        st.text(f"{own.criterion.name}: {own.criterion.statement}")
    for note in own.notes:
        st.text(f"Their note: {note}")
    if own.decision.reason:
        st.text(f"The judge's reason: {own.decision.reason}")
    show_output(own.output)


def _show_gaps(found: refining.Docket) -> None:
    ruled = [own for own in found.gaps if own.unclear.n]
    if not ruled:
        return
    charts.intervals(
        "Where the specification has a gap: conflicts whose criterion is unclear, 95 % intervals",
        [own.criterion for own in ruled],
        {"criterion unclear": [own.unclear for own in ruled]},
        key="court-gaps",
    )
    rows = [
        {"criterion": own.criterion, "open": own.open}
        | {_WORDS[name]: own.ruled[name] for name in refining.VALUES}
        for own in found.gaps
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _show_ruled(place: Place, ruled: list[refining.Conflict]) -> None:
    if not ruled:
        return
    st.subheader("Ruled")
    rows = [
        {
            "ruling": _WORDS[own.ruling.value],
            "criterion": own.subject,
            "judge": own.judge.name,
            "reason": own.ruling.reason,
            "by": own.ruling.author,
            "when": own.ruling.at,
            "next": refining.NEXT[own.ruling.value],
        }
        for own in ruled
        if own.ruling
    ]
    picked = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        width="stretch",
        key=shell.key_of("ruled", [own.output.id + own.judge.id for own in ruled]),
    )
    for row in picked.selection.rows:
        own = ruled[row]
        with st.container(border=True):
            _show(own)
            if st.button("Take the ruling back", key=f"court-back-{own.output.id}"):
                with shell.guard():
                    refining.decide(
                        place.db,
                        place.project,
                        own.output.id,
                        own.judge.id,
                        "withdrawn",
                        reason="taken back",
                        author=place.annotator,
                    )
                st.rerun()

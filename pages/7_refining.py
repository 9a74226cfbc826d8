"""Refine: rule on where judges and people differ, one by one; each ruling starts what comes next."""

import streamlit as st

from labelcore.messages.lines.refining import docket_words
from labelcore.stages import refining
from pages.widgets import charts, shell
from pages.widgets.outputs import show_output

MENU = ("Refine", ":material/balance:")

WORDS = {
    "judge_wrong": "The judge is wrong",
    "person_wrong": "The person is wrong",
    "criterion_unclear": "The criterion is unclear",
    "context_missing": "Context is missing",
}


def rule(waiting: list[refining.Disagreement]) -> None:
    """The first open conflict, and a form to rule on it."""
    criteria = list(dict.fromkeys(conflict.subject for conflict in waiting))
    if len(criteria) > 1:
        wanted = st.selectbox("Criterion", ["all", *criteria], key="court-criterion")
        waiting = [conflict for conflict in waiting if wanted in {"all", conflict.subject}]
    conflict = waiting[0]
    with st.container(border=True):
        show(conflict)
        with st.form(f"court-{conflict.output.id}-{conflict.judge.id}", clear_on_submit=True):
            value = st.radio(
                "Who is right?",
                list(refining.VALUES),
                index=None,
                format_func=lambda ruling: f"{WORDS[ruling]}. {refining.NEXT[ruling]}",
            )
            reason = st.text_input("Why")
            ruled = st.form_submit_button("Rule, and show the next", type="primary")
            if ruled and value is None:
                st.warning("Choose first who is right.")
            elif ruled and value:
                refining.decide(place, conflict.output.id, value, judge=conflict.judge, reason=reason)
                st.rerun()


def show(conflict: refining.Disagreement) -> None:
    """What the judge and people say of an output, and why."""
    people = "passed" if conflict.human_pass else "failed"
    name = shell.plain(conflict.judge.name)
    st.markdown(f"**{name}** says **{conflict.decision.value}**; people **{people}** it.")
    if conflict.criterion:
        st.text(f"{conflict.criterion.name}: {conflict.criterion.statement}")
    for note in conflict.notes:
        st.text(f"Their note: {note}")
    if conflict.decision.reason:
        st.text(f"The judge's reason: {conflict.decision.reason}")
    show_output(conflict.output)


def show_gaps(found: refining.Docket) -> None:
    """How often each criterion was found unclear."""
    ruled = [gap for gap in found.gaps if gap.unclear.n]
    if not ruled:
        return
    charts.intervals(
        "Where the specification has a gap: conflicts whose criterion is unclear, 95 % intervals",
        [gap.criterion for gap in ruled],
        {"criterion unclear": [gap.unclear for gap in ruled]},
        key="court-gaps",
    )
    shell.table(
        [
            {"criterion": gap.criterion, "open": gap.open}
            | {WORDS[name]: gap.ruled[name] for name in refining.VALUES}
            for gap in found.gaps
        ]
    )


def show_ruled(ruled: list[refining.Disagreement]) -> None:
    """The conflicts that are ruled; each ruling can be taken back."""
    if not ruled:
        return
    st.subheader("Ruled")
    rows = [
        {
            "ruling": WORDS[conflict.ruling.value],
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
    key = shell.key_of("ruled", [conflict.output.id + conflict.judge.id for conflict in ruled])
    for row in shell.choose_rows(rows, key):
        conflict = ruled[row]
        with st.container(border=True):
            show(conflict)
            if st.button("Take the ruling back", key=f"court-back-{conflict.output.id}"):
                refining.decide(
                    place, conflict.output.id, "withdrawn", judge=conflict.judge, reason="taken back"
                )
                st.rerun()


place = shell.open_page("Refine", "Where judges and people differ: who is right, and what comes next.")
with shell.guard():
    found = refining.docket(place)
    st.write(shell.plain(docket_words(found)))
    if found.sealed:
        st.write(f"{found.sealed} outputs of the sealed test are left out: nobody may fit to them.")
    if not found.conflicts:
        st.info("Nothing to rule on: judges need verdicts on graded outputs (see Judges).")
        st.stop()
    if waiting := [conflict for conflict in found.conflicts if conflict.ruling is None]:
        rule(waiting)
    show_gaps(found)
    show_ruled([conflict for conflict in found.conflicts if conflict.ruling])

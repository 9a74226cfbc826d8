"""Where the open judge and people differ: one output at a time, ruled by one key; each ruling leads on."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import say
from labelcore.messages.verdicts import reason_words
from labelcore.models import CourtValue
from labelcore.stages import refining
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain


def words() -> dict[CourtValue, str]:
    """What each ruling says, in the order of their keys."""
    return {
        "judge_wrong": say("Judge wrong"),
        "person_wrong": say("Expert wrong"),
        "criterion_unclear": say("Criterion unclear"),
        "context_missing": say("Context missing"),
    }


def show(workspace: Workspace, docket: refining.Docket) -> None:
    """The last ruling with what it starts, then the next conflict."""
    waiting = [conflict for conflict in docket.conflicts if conflict.ruling is None]
    _show_last(workspace, docket)
    if waiting:
        conflict = waiting[0]
        left = say("1 of {n} to rule on", n=len(waiting))
        shell.aside(say("{words}. {more}", words=left, more=_sealed(docket)) if docket.sealed else left)
        show_conflict(conflict)
        _ask(workspace, conflict)
    elif docket.conflicts:
        st.write(say("All {n} are ruled on.", n=len(docket.conflicts)))
    else:
        st.write(say("It differs from people on no graded output."))
    if docket.sealed and not waiting:
        shell.aside(_sealed(docket))


def _sealed(docket: refining.Docket) -> str:
    return say("{n} graded outputs of the sealed test are left out: nobody may fit to them.", n=docket.sealed)


def show_conflict(conflict: refining.Disagreement) -> None:
    """The person's word and the judge's side by side, then the output."""
    people, judge = st.columns(2)
    with people:
        passed = conflict.human_pass
        st.markdown(f"**{say('People passed it') if passed else say('People failed it')}**")
        for note in conflict.notes:
            st.text(note)
        if not conflict.notes:
            shell.aside(say("without a note"))
    with judge:
        passed = conflict.decision.value == "pass"
        st.markdown(f"**{say('The judge passes it') if passed else say('The judge fails it')}**")
        st.text(reason_words(conflict.judge, conflict.output, conflict.decision.reason))
    show_output(conflict.output, height=260)


def _ask(workspace: Workspace, conflict: refining.Disagreement) -> None:
    if not workspace.person:
        shell.ask_name()
        return
    place = f"{conflict.output.id}-{conflict.judge.id}"
    reason = st.text_input(say("Why (if you like)"), key=f"why-{place}", max_chars=500)
    with st.container(horizontal=True):
        for number, (value, label) in enumerate(words().items(), 1):
            # A key of its own: a press that comes late finds no button, and rules on nothing.
            if st.button(label, key=f"rule-{value}-{place}", shortcut=str(number)):
                with shell.guard():
                    refining.decide(workspace, conflict.output.id, value, judge=conflict.judge, reason=reason)
                st.session_state[keys.RULED] = (conflict.output.id, conflict.judge.id)
                shell.again()


def _show_last(workspace: Workspace, docket: refining.Docket) -> None:
    last = st.session_state.get(keys.RULED)
    for conflict in docket.conflicts:
        if conflict.ruling and (conflict.output.id, conflict.judge.id) == last:
            with st.container(border=True):
                st.write(say("Ruled: {ruling}.", ruling=words()[conflict.ruling.value]))
                with st.container(horizontal=True):
                    lead_on(conflict.ruling.value, conflict)
                    take_back(workspace, conflict)


def lead_on(value: CourtValue, conflict: refining.Disagreement) -> None:
    """What a ruling starts, as a button that goes there."""
    key = f"next-{conflict.output.id}-{conflict.judge.id}"
    criterion = conflict.criterion.id if conflict.criterion else ""
    if value == "judge_wrong":
        if st.button(say("Edit this judge"), key=key, type="primary"):
            st.query_params.update({keys.JUDGE: conflict.judge.id, keys.JUDGE_VIEW: "how"})
            shell.again()
        return
    file, label = {
        "person_wrong": ("3_grading.py", say("Ask this expert again")),
        "criterion_unclear": ("4_deriving.py", say("Open this criterion")),
        "context_missing": ("1_importing.py", say("Bring in what is missing")),
    }[value]
    if st.button(label, key=key, type="primary", help=_help(value)):
        shell.open_at(file, criterion=criterion if value == "criterion_unclear" else "")


def _help(value: CourtValue) -> str | None:
    if value != "person_wrong":
        return None
    return say("It stands first on the Grade page now; no grade was changed.")


def take_back(workspace: Workspace, conflict: refining.Disagreement) -> None:
    """A button that withdraws the ruling on a conflict."""
    if st.button(say("Take it back"), key=f"back-{conflict.output.id}-{conflict.judge.id}"):
        with shell.guard():
            refining.decide(workspace, conflict.output.id, "withdrawn", judge=conflict.judge)
        st.session_state.pop(keys.RULED, None)
        shell.again()


def ruling_line(conflict: refining.Disagreement) -> str:
    """A ruling with its reason and who ruled, for places that read Markdown."""
    ruling = conflict.ruling
    if ruling is None:
        return ""
    told = {"ruling": words()[ruling.value], "author": ruling.author, "judge": conflict.judge.name}
    reason = f": {ruling.reason}" if ruling.reason else ""
    return plain(say("{ruling} ({judge}), by {author}", **told) + reason)

"""The open criterion: what it says, what can be done with it, the notes it rests on, and its tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.messages.lines.aligning import finds_words
from labelcore.models import Criterion, Evidence, Grade
from labelcore.stages import grading
from labelcore.stages.deriving import editing
from labelcore.stages.deriving.settled import unclear_on
from labelcore.stages.deriving.versions import undo_change
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.deriving import changing, drift, probes, rubric
from pages.widgets.deriving.table import judges_of
from pages.widgets.outputs import show_output, show_outputs
from pages.widgets.shell import plain

_AT_ONCE = 6
_TALL = 260


def show(workspace: Workspace, criterion: Criterion) -> None:
    """The criterion that the address asks for, at the view that it asks for."""
    _show_head(criterion)
    _offer_acts(workspace, criterion)
    changing.ask_whether_same(workspace, criterion)
    views = {
        "notes": _show_notes,
        "edit": changing.edit,
        "history": changing.show_versions,
        "judges": _show_judges,
        "split": changing.split,
        "merge": changing.merge,
        "drift": drift.show_drift,
        "probes": probes.show_probes,
        "weak": rubric.show_weak_points,
    }
    view = st.query_params.get(keys.CRITERIA_VIEW, "")
    view = view if view in views else "notes"
    _choose(criterion, view)
    views[view](workspace, criterion)


def _show_head(criterion: Criterion) -> None:
    st.markdown(f"#### {plain(say(criterion.name))}")
    st.text(say(criterion.statement))
    version = say(
        "version {n}, {who}, {day}",
        n=criterion.version,
        who=criterion.author or "labelcore",
        day=f"{criterion.at:%Y-%m-%d}",
    )
    origins = {
        "prompt": say("from the prompt"),
        "person": say("by a person"),
        "model": say("by a model"),
        "library": say("from a library"),
    }
    facts = (say(criterion.severity), say(criterion.status), origins.get(criterion.origin, say("from notes")))
    st.caption(plain(" · ".join((*facts, version))))


def _offer_acts(workspace: Workspace, criterion: Criterion) -> None:
    acts: dict[str, dict[str, Callable[..., object]]] = {
        "proposed": {say("Accept"): editing.accept, say("Reject"): editing.reject},
        "accepted": {say("Drop"): editing.drop},
    }
    offered = acts.get(criterion.status, {say("Restore"): editing.restore})
    if criterion.version > 1 or criterion.parents:
        offered |= {say("Undo the last change"): undo_change}
    with st.container(horizontal=True):
        for label, act in offered.items():
            kind: Literal["primary", "secondary"] = "primary" if act is editing.accept else "secondary"
            if st.button(label, key=f"{act.__name__}-{criterion.id}", type=kind):
                with shell.guard():
                    act(workspace, criterion)
                st.rerun()


def _choose(criterion: Criterion, view: str) -> None:
    """What is read most at hand, the rest behind a button."""
    first = {
        "notes": say("Notes ({n})", n=len(criterion.evidence)),
        "edit": say("Edit"),
        "history": say("Versions ({n})", n=criterion.version),
        "judges": say("Judges"),
    }
    more = {
        "split": say("Split it"),
        "merge": say("Merge it with another"),
        "drift": say("Grades from before a change"),
        "probes": say("Test cases for judges"),
        "weak": say("Weak points"),
    }
    if criterion.status != "accepted":
        del more["drift"], more["probes"]
    with st.container(horizontal=True, gap="small"):
        for name, words in first.items():
            _offer(name, words, view)
        with st.popover(more.get(view) or say("More"), type="secondary" if view in more else "tertiary"):
            for name, words in more.items():
                _offer(name, words, view, width="stretch")


def _offer(name: str, words: str, view: str, *, width: Literal["content", "stretch"] = "content") -> None:
    kind: Literal["secondary", "tertiary"] = "secondary" if name == view else "tertiary"
    if st.button(words, key=f"view-{name}", type=kind, width=width):
        st.query_params[keys.CRITERIA_VIEW] = name
        st.rerun()


def _show_notes(workspace: Workspace, criterion: Criterion) -> None:
    """Every quote with who said it; one click opens its output below it."""
    if unclear := unclear_on(workspace, criterion):
        st.warning(say("Ruled unclear where people differed; edit it so that it says what these should get:"))
        for ruling in unclear[-_AT_ONCE:]:
            st.text(f"{ruling.reason} — {ruling.author}, {ruling.at:%Y-%m-%d}")
        output_ids = [ruling.output_id for ruling in unclear]
        show_outputs(workspace, say("Show the outputs behind it"), output_ids, f"unclear-{criterion.id}")
    if not criterion.evidence:
        st.write(say("No note supports it yet."))
        return
    grade_of = {grade.id: grade for grade in grading.current_grades(workspace)}
    grades = [grade_of[key] for key in {item.grade_id for item in criterion.evidence} if key in grade_of]
    people = len({grade.annotator for grade in grades})
    counts = {
        "quotes": len(criterion.evidence),
        "grades": len(grades),
        "n": len({item.output_id for item in criterion.evidence}),
    }
    people_words = counted("one person", "{n} people", n=people)
    st.caption(
        say(
            "{quotes} quotes from {grades} grades of {people}, on {n} outputs.", people=people_words, **counts
        )
    )
    place = st.container()
    shown = shell.page_of(criterion.evidence, _AT_ONCE, f"quotes-{criterion.id}")
    with place:
        for item in shown:
            _show_quote(workspace, criterion, item, grade_of.get(item.grade_id))


def _show_quote(workspace: Workspace, criterion: Criterion, item: Evidence, grade: Grade | None) -> None:
    key = shell.key_of("quote", [criterion.id, item.grade_id, item.quote])
    is_open, author = st.session_state.get(keys.EVIDENCE) == key, say("(taken back)")
    if grade:
        author = f"{grade.annotator}, {grade.at:%Y-%m-%d}"
    with st.container(gap=None):
        st.text(f"“{item.quote[:300]}”")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(
                plain(f"{author} · {say('marked words') if item.marked else say('note')}"), width="content"
            )
            if st.button(say("Close it") if is_open else say("Open its output"), key=key, type="tertiary"):
                st.session_state[keys.EVIDENCE] = None if is_open else key
                st.rerun()
        if is_open and (output := output_table.get(workspace.db, item.output_id, workspace.project.id)):
            show_output(output, height=_TALL)


def _show_judges(workspace: Workspace, criterion: Criterion) -> None:
    """What its judges find and wrongly fail, the best first; each one click from its page."""
    table = judges_of(workspace)
    rows = [row for row in table.rows if row.criterion_id == criterion.id]
    if not rows:
        st.write(say("No judge decides it yet: accept it, then propose judges."))
        shell.go("5_judging.py", "Judges")
        return
    for row in shell.page_of(rows, 5, f"judges-{criterion.id}"):
        shell.go_to("5_judging.py", row.name, {keys.JUDGE: row.judge_version_id})
        st.caption(plain(f"{say(row.state)} · {finds_words(row)}"))

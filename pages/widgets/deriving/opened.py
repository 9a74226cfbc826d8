"""The open criterion: what it says, what can be done with it, the notes it rests on, its judges; how it is
edited, split and merged, and every version that it had.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted, judge_words, person_words
from labelcore.messages.lines.aligning import finds_words
from labelcore.messages.lines.deriving import risk_words
from labelcore.models import Criterion, Evidence, Grade, Risk, Role
from labelcore.stages import grading
from labelcore.stages.deriving import editing
from labelcore.stages.deriving.same import keep_apart, likest
from labelcore.stages.deriving.versions import SplitPart, difference, split as split_criterion, undo_change
from labelcore.stages.grading.settled import unclear_on
from labelcore.store import outputs as output_table
from labelcore.text.showing import clock
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.deriving import drift, probes, rubric, table
from pages.widgets.deriving.table import judges_of
from pages.widgets.outputs import show_output, show_outputs
from pages.widgets.shell import plain
from pages.widgets.tables import marked

_AT_ONCE = 6
_TALL = 260


def show(workspace: Workspace, criterion: Criterion) -> None:
    """The criterion that the address asks for, at the view that it asks for."""
    _show_head(criterion)
    _offer_acts(workspace, criterion)
    _ask_whether_same(workspace, criterion)
    views = {
        "notes": _show_notes,
        "edit": _edit,
        "history": _show_versions,
        "judges": _show_judges,
        "split": _split,
        "merge": _merge,
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
        author = f"{person_words(grade.annotator)}, {grade.at:%Y-%m-%d}"
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
        shell.go_to("5_judging.py", judge_words(row.name), {keys.JUDGE: row.judge_version_id})
        st.caption(plain(f"{say(row.state)} · {finds_words(row)}"))


def _show_versions(workspace: Workspace, criterion: Criterion) -> None:
    """Every version with who, when, why, and what became of the words, the newest first."""
    versions = editing.history(workspace, criterion)
    pairs = [*zip([None, *versions], versions, strict=False)][::-1]
    for before, after in shell.page_of(pairs, _AT_ONCE, f"versions-{criterion.id}"):
        effect = say("wording only") if after.wording_only else say("the meaning may have changed")
        values = {"n": after.version, "when": clock(after.at), "who": after.author or "labelcore"}
        why = say(after.why) or say("no reason given")
        head = say("Version {n}, {when}, {who}: {state}; {why}", **values, state=say(after.status), why=why)
        st.write(plain(f"{head}{f' ({effect})' if before else ''}"))
        if before and _stakes(before) != _stakes(after):
            st.write(plain(f"{_stakes(before)} → {_stakes(after)}"))
        if before and before.statement != after.statement:
            pieces = difference(before.statement, after.statement)
            st.markdown("".join(map(marked, pieces)))


def _stakes(criterion: Criterion) -> str:
    why = f" ({criterion.risk_why})" if criterion.risk_why else ""
    return say(
        "{severity}, risk {risk}{why}, limit {limit:.0%}",
        severity=say(criterion.severity),
        risk=say(criterion.risk) if criterion.risk else say("as the project"),
        why=why,
        limit=criterion.max_false_failure_rate,
    )


def _edit(workspace: Workspace, criterion: Criterion) -> None:
    """The words first; how much is at stake in a fold."""
    with st.form(f"edit-{criterion.id}", border=False):
        name = st.text_input(say("Name"), criterion.name)
        statement = st.text_area(say("What makes an output fail and pass"), criterion.statement, height=120)
        same = st.checkbox(say("Wording only: the meaning is the same, earlier grades stay valid"))
        why = st.text_input(say("Why"))
        with st.expander(say("How important it is, and its risk")):
            stakes = _ask_stakes(workspace, criterion)
        if st.form_submit_button(say("Save a new version")):
            with shell.guard():
                changes = {"name": name, "statement": statement} | stakes
                change = editing.CriterionEdit.model_validate(changes)
                editing.edit(workspace, criterion, edited=change, wording_only=same, why=why)
            st.rerun()


def _ask_stakes(workspace: Workspace, criterion: Criterion) -> dict[str, object]:
    """Severity, risk, and the limit where it is not what the risk proposes."""
    st.write(plain(risk_words(workspace, criterion)))
    at = int(criterion.severity == "should")
    severity = st.selectbox(say("Severity"), ["must", "should"], index=at, format_func=say)
    percent = round(100 * criterion.max_false_failure_rate)
    limit = st.number_input(
        say("Highest share of good outputs it may wrongly fail, in percent"), 0, 100, percent
    )
    risks: list[Risk | None] = [None, *get_args(Risk)]
    project = say("as the project ({risk})", risk=say(workspace.project.risk))
    risk = st.selectbox(
        say("Risk of the use case behind it"),
        risks,
        index=risks.index(criterion.risk),
        format_func=lambda level: say(level) if level else project,
    )
    risk_why = st.text_input(say("What happens if it fails"), criterion.risk_why, max_chars=500)
    stakes: dict[str, object] = {"severity": severity, "risk": risk, "risk_why": risk_why.strip()}
    return stakes if limit == percent else stakes | {"max_ffr": limit / 100}  # else it follows the risk


def _split(workspace: Workspace, criterion: Criterion) -> None:
    """Into two, each with its quotes."""
    with st.form(f"split-{criterion.id}", border=False):
        names = [
            st.text_input(words) for words in (say("Name of the first part"), say("Name of the second part"))
        ]
        labels = (say("Statement of the first part"), say("Statement of the second part"))
        statements = [st.text_area(words, height=80) for words in labels]
        quotes = st.multiselect(
            say("Quotes of the second part"),
            range(len(criterion.evidence)),
            format_func=lambda at: criterion.evidence[at].quote[:60],
            placeholder=say("Choose"),
        )
        if st.form_submit_button(say("Split")):
            parts = [
                SplitPart(name=name, statement=statement, quotes=numbers)
                for name, statement, numbers in zip(names, statements, ((), tuple(quotes)), strict=True)
            ]
            with shell.guard():
                halves = split_criterion(workspace, criterion, parts=parts)
            table.go(halves[0])
            st.rerun()


def _ask_whether_same(workspace: Workspace, criterion: Criterion) -> None:
    """Where another one's notes mean much the same, as in two languages: one press makes them one."""
    if not workspace.role.includes(Role.ENGINEER):
        return
    pair = likest(workspace, criterion)
    if pair is None:
        return
    live = {other.id: other for other in editing.live_criteria(workspace)}
    both = [live[key] for key in (pair.first_id, pair.second_id)]
    name = pair.second if pair.first_id == criterion.id else pair.first
    quotes = {"one": pair.quotes[0], "other": pair.quotes[1]}
    with st.container(border=True):
        st.write(plain(say("Same as “{name}”? “{one}” – “{other}”", name=say(name), **quotes)))
        with st.container(horizontal=True):
            if st.button(say("Merge the two"), key=f"same-{criterion.id}"):
                with shell.guard():
                    table.go(editing.merge(workspace, both, name=pair.first))
                st.rerun()
            if st.button(say("Keep both"), key=f"apart-{criterion.id}"):
                with shell.guard():
                    keep_apart(workspace, both)
                st.rerun()


def _merge(workspace: Workspace, criterion: Criterion) -> None:
    """With another one, under a name for both."""
    others = {other.id: other for other in editing.live_criteria(workspace) if other.id != criterion.id}
    if not others:
        st.write(say("There is no other criterion."))
        return
    with st.form(f"merge-{criterion.id}", border=False):
        names = {criterion_id: say(other.name) for criterion_id, other in others.items()}
        other = shell.choose(say("Merge it with"), names)
        name = st.text_input(say("Name of both"), criterion.name)
        if st.form_submit_button(say("Merge")):
            with shell.guard():
                merged = editing.merge(workspace, [criterion, others[other]], name=name)
            table.go(merged)
            st.rerun()

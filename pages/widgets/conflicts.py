"""Conflicts on the page Team: which are shown, one at a time as on the card, and what a press on it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.messages import listed, say, trouble_words
from labelcore.messages.catalogue import NAMES, counted, person_words
from labelcore.models import OVERALL, Ruling
from labelcore.stages import grading
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.finding import find_criterion
from labelcore.store import assignments
from labelcore.text.showing import clock
from labelcore.workspace import Workspace
from pages.widgets import gold, keys, shell
from pages.widgets.components import act_of
from pages.widgets.shell import plain
from pages.widgets.side_by_side import ConflictAct, show_conflict

_KEY = "conflict"


def show_conflicts(workspace: Workspace) -> None:
    """The filters, then the conflict that is open, settled by a key or a button."""
    refusal, act_id = _take_in(workspace, act_of(_KEY, ConflictAct))
    unfiltered = grading.conflicts(workspace)
    counts = {state: sum(conflict.state == state for conflict in unfiltered) for state in ("open", "waiting")}
    if not unfiltered:
        st.info(say("Nobody disagrees."))
        return
    filters = _filters(workspace, unfiltered, counts)
    shown = grading.conflicts(workspace, filters=filters)
    _say_last(workspace, filters)
    if not shown:
        st.success(_nothing_words(counts, filters))
        return
    at = _place(shown)
    progress = {"place": at + 1, "total": len(shown), "refused": refusal, "done": act_id}
    show_opened(workspace, shown[at], progress)


def _nothing_words(counts: Mapping[str, int], filters: grading.ConflictFilters) -> str:
    """What it means that no conflict is shown."""
    if not any(counts.values()) and filters.state != "settled":
        return say("Everything is settled.")
    if not counts["open"] and filters.state == "open":
        return counted(
            "Nothing is open; 1 was sent back and waits for another look.",
            "Nothing is open; {n:,} were sent back and wait for another look.",
            n=counts["waiting"],
        )
    return say("No conflict matches these filters.")


def _filters(
    workspace: Workspace, unfiltered: Sequence[grading.Conflict], counts: dict[str, int]
) -> grading.ConflictFilters:
    words = {
        "open": say("open ({n})", n=counts["open"]),
        "waiting": say("sent back ({n})", n=counts["waiting"]),
        "settled": say("settled ({n})", n=len(unfiltered) - sum(counts.values())),
        "all": say("all ({n})", n=len(unfiltered)),
    }
    state = shell.switch(
        say("Conflicts"),
        words,
        default="open" if counts["open"] or not counts["waiting"] else "waiting",
        key=f"conflicts-state-{shell.language()}",
    )
    ids = {item.output.id for item in unfiltered}
    languages = sorted(set(assignments.languages(workspace.db, workspace.project.id, ids).values()) - {""})
    criteria = {item.criterion.id: say(item.criterion.name) for item in unfiltered if item.criterion}
    people = sorted({grade.annotator for item in unfiltered for grade in item.grades}, key=str.casefold)
    names = {"": say("all"), OVERALL: say("the whole"), **criteria}
    left, middle, right = st.columns(3)
    criterion = shell.choose(say("On"), names, left.selectbox)
    pair = middle.multiselect(
        say("Who differs"), people, max_selections=2, placeholder=say("everybody"), format_func=person_words
    )
    names_of: dict[str, str] = {str(code): name for code, name in NAMES.items()}
    language = right.selectbox(
        say("Language"), ["", *languages], format_func=lambda code: names_of.get(code, code) or say("all")
    )
    return grading.ConflictFilters(
        criterion=criterion or None, who=tuple(pair), language=language or None, state=state
    )


def _place(shown: Sequence[grading.Conflict]) -> int:
    """Where the one that was open stands; what was settled goes, and the next takes its place."""
    ids = [conflict.key for conflict in shown]
    key, last = cast("tuple[str, int]", st.session_state.get(keys.CONFLICT, ("", 0)))
    at = ids.index(key) if key in ids else min(last, len(shown) - 1)
    step: int = st.session_state.pop(keys.CONFLICT_STEP, 0)
    at = max(0, min(at + step, len(shown) - 1))
    st.session_state[keys.CONFLICT] = (ids[at], at)
    return at


def show_opened(workspace: Workspace, conflict: grading.Conflict, progress: Mapping[str, Any]) -> None:
    """One conflict and what may be done about it; ``progress``: where it stands, what became of an act."""
    subject, ruling = conflict.criterion, conflict.ruling
    st.text(
        say("{name}: {told}", name=say(subject.name), told=say(subject.statement))
        if subject
        else say("On the whole")
    )
    if conflict.due:
        st.info(plain(say("Sent back; {people} have not looked again yet.", people=listed(conflict.due))))
    elif conflict.state == "agreed":
        st.success(say("After another look they agree."))
    unclear_id = ruling and ruling.about if shell.opens("4_deriving.py") else None
    if unclear_id and st.button(say("Open this criterion"), key=f"about-{conflict.key}"):
        shell.open_at("4_deriving.py", **{keys.CRITERION: unclear_id, keys.CRITERIA_VIEW: "edit"})
    criteria = [] if subject else list_criteria(workspace, status="accepted")
    news: dict[str, Any] = {
        "id": conflict.key,
        "actions": _actions(workspace, conflict),
        "comments": [
            {"author": comment.author, "when": clock(comment.at), "text": comment.text}
            for comment in conflict.comments
        ],
        "criteria": [{"id": criterion.id, "name": say(criterion.name)} for criterion in criteria],
        "ruling": {"value": ruling.value, "words": ruling_words(ruling), "reason": ruling.reason}
        if ruling
        else None,
    }
    rules = workspace.project.rules
    show_conflict(conflict.output, conflict.opinions, rules, news | dict(progress), key=_KEY)
    gold.offer(workspace, conflict.output)


def _actions(workspace: Workspace, conflict: grading.Conflict) -> list[str]:
    """What is settled is ruled on anew only after its ruling is withdrawn."""
    ruling = conflict.ruling
    if ruling is None:
        return ["pass", "fail", "unclear", "blind", "open", "comment"]
    is_mine = ruling.author == workspace.person
    return ["withdrawn", "comment"] if is_mine else ["pass", "fail", "unclear", "comment"]


def ruling_words(ruling: Ruling) -> str:
    """What was ruled, and by whom."""
    if ruling.value == "unclear":
        return say("Criterion unclear, says {author}:", author=ruling.author)
    return say("Counts as {value}, says {author}:", value=say(ruling.value), author=ruling.author)


def _take_in(workspace: Workspace, act: ConflictAct | None) -> tuple[str, str]:
    """Do what was pressed; returns why it cannot be, and what is stored."""
    if act is None or act.id == st.session_state.get(keys.CONFLICT_DONE):
        return "", st.session_state.get(keys.CONFLICT_DONE, "")
    if act.kind in {"next", "previous"}:
        st.session_state[keys.CONFLICT_STEP] = 1 if act.kind == "next" else -1
        st.session_state.pop(keys.CONFLICT_LAST, None)
        return "", ""
    try:
        act_on(workspace, act)
    except LabelcoreError as trouble:
        return trouble_words(trouble, on_page=True), ""
    st.session_state[keys.CONFLICT_DONE] = act.id
    return "", act.id


def act_on(workspace: Workspace, act: ConflictAct) -> None:
    """Rule, send back or comment as pressed."""
    output_id, _, subject = act.conflict.partition("/")
    criterion = None if subject == OVERALL else find_criterion(workspace, subject)
    match act.kind:
        case "comment":
            grading.comment(workspace, output_id, act.words, criterion=criterion)
        case "blind" | "open":
            is_open = act.kind == "open"
            grading.send_back(workspace, output_id, criterion=criterion, is_open=is_open, reason=act.words)
        case _:
            grading.rule(
                workspace,
                output_id,
                act.kind,
                reason=act.words,
                criterion=criterion,
                about=find_criterion(workspace, act.about) if act.about else None,
            )
    st.session_state[keys.CONFLICT_LAST] = (act.conflict, act.kind)


def _say_last(workspace: Workspace, filters: grading.ConflictFilters) -> None:
    """What was done last, with the way back where it was a ruling; until somebody turns to others."""
    if st.session_state.get(keys.CONFLICT_AMONG) != filters:
        st.session_state[keys.CONFLICT_AMONG] = filters
        st.session_state.pop(keys.CONFLICT_LAST, None)
    conflict, kind = st.session_state.get(keys.CONFLICT_LAST, ("", ""))
    words = {
        "pass": say("It counts as a pass now."),
        "fail": say("It counts as a fail now."),
        "unclear": say("It counts nowhere; the reason is kept."),
        "blind": say("It comes first in their queues; they will not see what the others gave."),
        "open": say("It comes first in their queues, with what the others gave."),
        "withdrawn": say("The ruling is withdrawn; it is open again."),
        "comment": say("Your comment is shown beside the output."),
    }
    if kind not in words:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(words[kind])
        if kind in grading.RULINGS and st.button(say("Take it back"), key=f"back-{conflict}"):
            output_id, _, subject = conflict.partition("/")
            with shell.guard():
                why = say("taken back at once")
                criterion = None if subject == OVERALL else find_criterion(workspace, subject)
                grading.rule(workspace, output_id, "withdrawn", reason=why, criterion=criterion)
            st.session_state[keys.CONFLICT_LAST] = (conflict, "withdrawn")
            st.session_state[keys.CONFLICT] = (conflict, 0)
            st.rerun()

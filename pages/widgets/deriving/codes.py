"""Codes: what people said, on a board for merging and moving, and in tables for everything else; notes that
fit no criterion, named by a person.
"""

from __future__ import annotations

from statistics import median
from typing import Any

import pandas as pd
import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.messages import say, trouble_words
from labelcore.messages.catalogue import counted
from labelcore.models import Code
from labelcore.settings import settings
from labelcore.stages.deriving import asking, coding, derivation, proposing_codes
from labelcore.workspace import Workspace
from pages.widgets import keys, next_step, shell, working
from pages.widgets.components import BoardAct, board_acts, count_run, draw
from pages.widgets.deriving import table
from pages.widgets.outputs import show_outputs
from pages.widgets.shell import plain

_ON_BOARD = 60
_QUOTES = 6
_IN_TABLE = 500


def show_codes(workspace: Workspace) -> None:
    """Propose codes, merge them and move quotes on the board, and make criteria of them."""
    _propose(workspace)
    stored, refusals = _store(workspace, board_acts(keys.BOARD))
    codes = coding.list_codes(workspace)
    if not codes:
        st.info(say("No note carries a code yet. Fail some outputs, say why, and give codes."))
        shell.go("3_grading.py", "Grade")
        return
    last = coding.last_change(workspace)
    news = {
        "words": words_of_board(),
        "codes": [_on_board(coded) for coded in codes[:_ON_BOARD]],
        "undo": last and {"id": last[0], "says": str(last[1]["says"])},
        "done": stored,
        "refused": refusals,
        "run": count_run(keys.BOARD),
    }
    draw("board", keys.BOARD, news, "acted")
    if len(codes) > _ON_BOARD:
        values = {"n": _ON_BOARD, "all": f"{len(codes):,}"}
        st.write(say("The board holds the {n} codes with most outputs; the table holds all {all}.", **values))
    _table(workspace, codes)
    _quotes(workspace, codes)


def _propose(workspace: Workspace) -> None:
    """One button: by the model where one is configured, else offline."""
    busy = working.is_under_way(keys.CODING)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pressed = st.button(say("Give codes to what has none"), type="primary", disabled=busy)
        offline = not settings().has_model or not st.checkbox(say("With the model"), value=True)
        next_step.offer_model(
            say("A model would give codes in words of its own to quotes that are like no other.")
        )
    if pressed:
        working.begin(
            keys.CODING, workspace, lambda place: proposing_codes.code_notes(place, offline=offline)
        )
        st.rerun()
    if busy:
        working.watch(keys.CODING, lambda: asking.stop_asking(shell.as_now(workspace)))
    if proposal := working.take(keys.CODING):
        _show_outcome(proposal)


def _show_outcome(proposal: proposing_codes.CodeProposal) -> None:
    shell.warn(proposal.says)
    values = {"n": f"{proposal.quotes_new:,}", "model": f"{proposal.by_model:,}"}
    st.success(say("{n} quotes got a code, {model} of them by the model.", **values))


def _least_sure_first(sure: float | None) -> float:
    """What a person decided comes last."""
    return 2.0 if sure is None else sure


def _on_board(coded: coding.CodeQuotes) -> dict[str, Any]:
    quotes = sorted(coded.quotes, key=lambda quote: _least_sure_first(quote.sure))
    sures = [quote.sure for quote in quotes if quote.sure is not None]
    outputs = counted("one output", "{n} outputs", n=coded.outputs)
    people = counted("one person", "{n} people", n=coded.people)
    fields = {"grade_id", "text", "marked"}
    return coded.code.model_dump(include={"id", "label", "state"}) | {
        "counts": f"{outputs} · {people}",
        "sure": _sure_words(median(sures) if sures else None),
        "more": max(0, len(quotes) - _QUOTES),
        "quotes": [
            quote.model_dump(include=fields) | {"sure": _sure_words(quote.sure)} for quote in quotes[:_QUOTES]
        ],
    }


def _sure_words(sure: float | None) -> str:
    return say("set by a person") if sure is None else say("{share} sure", share=f"{sure:.0%}")


def words_of_board() -> dict[str, str]:
    """What the board says; the names in braces are filled in there."""
    return {
        "board": say("Board of codes"),
        "codes": say("Codes"),
        "keys": say("Keys of the board"),
        "key_go": say("go to a code or quote"),
        "key_pick": say("pick it up, or put it down"),
        "key_merge": say("merge or move what is picked up into the code you are on"),
        "key_down": say("put everything down"),
        "key_undo": say("undo"),
        "undo": say("Undo: {change}"),
        "code": say("Code {label}: {counts}, {sure}"),
        "accepted": say("accepted"),
        "quotes": say("Quotes of {label}"),
        "more": say("{n} more quotes"),
        "here": say("Put it here"),
        "marked": say("marked words"),
        "note": say("note"),
        "quote": say("Quote, {kind}, {sure}: {text}"),
        "down": say("Put down."),
        "picked": say("Picked up: {thing}. Go to another code and press M."),
        "pick_first": say("Pick up a code or a quote first (Space), then go to another code."),
        "moved": say("The quote is under {code} now."),
        "merged": say("{codes} merged into {code}."),
        "back": say("Taken back: {change}."),
        "saving": say("Saving …"),
        "all_down": say("Everything is put down."),
    }


def _store(workspace: Workspace, acts: tuple[BoardAct, ...]) -> tuple[list[str], dict[str, str]]:
    """The ids of acts that are stored now, and why others can never be."""
    undone: set[str] = st.session_state.setdefault(keys.BOARD_UNDONE, set())
    stored: list[str] = []
    refusals: dict[str, str] = {}
    for act in acts:
        try:
            if act.id not in undone and not coding.is_done(workspace, act.id):
                _act(workspace, act)
                undone |= {act.id} if act.kind == "undo" else set()
            stored.append(act.id)
        except LabelcoreError as trouble:
            refusals[act.id] = trouble_words(trouble, on_page=True)
    return stored, refusals


def _act(workspace: Workspace, act: BoardAct) -> None:
    match act.kind:
        case "merge":
            coding.merge_codes(workspace, [act.target, *act.sources], act=act.id)
        case "move":
            code = coding.find_code(workspace, act.target)  # a new one is never made here
            coding.move_quote(workspace, act.grade_id, act.text, code.id, act=act.id)
        case "undo":
            coding.undo_codes(workspace, act=act.target)


def _table(workspace: Workspace, codes: list[coding.CodeQuotes]) -> None:
    st.subheader(say("All codes"))
    rows = [
        {
            say("code"): coded.code.label,
            say("outputs"): coded.outputs,
            say("people"): coded.people,
            say("state"): say(coded.code.state),
            say("by"): say(coded.code.origin),
            say("for example"): coded.quotes[0].text,
        }
        for coded in codes
    ]
    st.write(say("Choose codes to merge them, to say that they are right, or to make a criterion of them."))
    key = shell.key_of("codes", [coded.code.id for coded in codes])
    if chosen := shell.choose_rows(rows, key, several=True):
        _with_chosen(workspace, [codes[row].code for row in chosen])


def _with_chosen(workspace: Workspace, chosen: list[Code]) -> None:
    ids = [code.id for code in chosen]
    with st.container(horizontal=True):
        if len(ids) > 1 and st.button(say("Merge into the first"), key=shell.key_of("merge", ids)):
            coding.merge_codes(workspace, ids)
            st.rerun()
        for label, act in ((say("They are right"), coding.accept_code), (say("Drop"), coding.drop_code)):
            if st.button(label, key=shell.key_of(act.__name__, ids)):
                for code in chosen:
                    act(workspace, code)
                st.rerun()
    with st.form("criterion-of-codes"):
        name = st.text_input(say("Name of the criterion"), chosen[0].label)
        statement = st.text_input(say("What makes an output good"))
        if st.form_submit_button(say("Make a criterion of these codes")):
            with shell.guard():
                criterion = coding.criterion_from_codes(workspace, chosen, name=name, statement=statement)
            st.success(shell.plain(say("{name} rests on {n} quotes.", criterion, n=len(criterion.evidence))))


def _quotes(workspace: Workspace, codes: list[coding.CodeQuotes]) -> None:
    st.subheader(say("Quotes"))
    st.write(
        say(
            "Type another label to move a quote: a known label joins that code, a new one makes a code. The "
            "least sure come first."
        )
    )
    quotes = [(coded.code.label, quote) for coded in codes for quote in coded.quotes]
    quotes.sort(key=lambda pair: _least_sure_first(pair[1].sure))
    if len(quotes) > _IN_TABLE:
        st.write(say("These are {n} of {all} quotes.", n=_IN_TABLE, all=f"{len(quotes):,}"))
        quotes = quotes[:_IN_TABLE]
    table = pd.DataFrame(
        {
            "quote": q.text,
            "from": say("marked words") if q.marked else say("note"),
            "code": label,
            "sure": q.sure,
        }
        for label, q in quotes
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=["quote", "from", "sure"],
        key=shell.key_of("quotes", [f"{label} {q.grade_id} {q.text}" for label, q in quotes]),
        column_config={
            "quote": say("quote"),
            "from": say("from"),
            "code": say("code"),
            "sure": st.column_config.ProgressColumn(say("sure"), format="percent", min_value=0, max_value=1),
        },
    )
    rows = [at for at in range(len(table)) if edited["code"][at] != table["code"][at]]
    if rows and st.button(say("Save {n} moved quotes", n=len(rows)), type="primary"):
        with shell.guard():
            for at in rows:
                quote = quotes[at][1]
                coding.move_quote(workspace, quote.grade_id, quote.text, str(edited["code"][at] or ""))
        st.rerun()


_OF_GROUP = 8


def ask_name_of_group(workspace: Workspace) -> None:
    """The largest group of notes without a name: what do they have in common?"""
    groups = derivation.unnamed_codes(workspace)
    if not groups:
        return
    with st.container(border=True):
        at = st.session_state.setdefault(keys.UNNAMED, 0) % len(groups)
        coded = groups[at]
        values = {"n": len(coded.quotes), "quote": coded.quotes[0].text}
        st.write(plain(say("{n} notes, such as “{quote}”: what do they have in common?", **values)))
        with st.expander(say("These notes")):
            for quote in coded.quotes[:_OF_GROUP]:
                st.text(f"“{quote.text}”")
        with st.form(f"name-{coded.code.id}", border=False, clear_on_submit=True):
            name = st.text_input(say("What they have in common"), placeholder=say("A failure in a few words"))
            if st.form_submit_button(say("Make it a criterion")):
                with shell.guard():
                    criterion = coding.criterion_from_codes(workspace, [coded.code], name=name)
                table.go(criterion)
                st.rerun()
        if len(groups) > 1:
            words = say("Another group of notes ({n} of {all})", n=at + 1, all=len(groups))
            if st.button(words, type="tertiary", icon=":material/arrow_forward:"):
                st.session_state[keys.UNNAMED] = at + 1
                st.rerun()


def show_unexplained(workspace: Workspace) -> None:
    """The failed outputs that no criterion explains, and a code that would explain most of them."""
    fails = derivation.uncovered_fails(workspace)
    if not fails:
        st.success(say("Every failed output fits a criterion."))
        return
    show_outputs(workspace, say("Show them"), fails, "unexplained")
    missing = set(fails)
    gains = [
        (coded.code, sorted({quote.output_id for quote in coded.quotes} & missing))
        for coded in coding.list_codes(workspace)
    ]
    code, output_ids = max(gains, key=lambda gain: len(gain[1]), default=(None, []))
    if not code or not output_ids:
        st.write(
            say(
                "No code explains any of them yet: give codes to what people said of them on the board of "
                "codes, or ask for a note."
            )
        )
        return
    st.write(plain(say("The code “{code}” would explain {n} of them.", code=code.label, n=len(output_ids))))
    show_outputs(workspace, say("Show what it would explain"), output_ids, "next-explains")
    if st.button(say("Make it a criterion"), key="next-criterion"):
        with shell.guard():
            criterion = coding.criterion_from_codes(workspace, [code], name=code.label)
        table.go(criterion)
        st.rerun()

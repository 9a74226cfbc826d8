"""Calibration rounds on a page: a lead begins and reveals one; then all look at it side by side."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from labelcore.messages import rate_words, say, sentences
from labelcore.messages.figures import alpha_words
from labelcore.messages.lines.calibrating import (
    before_words,
    change_words,
    few_words,
    language_words,
    people_words,
    round_words,
    subject_words,
)
from labelcore.models import Role
from labelcore.stages import grading
from labelcore.stages.deriving import editing
from labelcore.text.showing import shortened
from labelcore.workspace import Workspace
from pages.widgets import gold, guidelines, keys, shell, talking, telling
from pages.widgets.people import choose_people
from pages.widgets.shell import plain
from pages.widgets.side_by_side import show_side_by_side


def show_calibration(workspace: Workspace) -> None:
    """Rounds that everybody grades, or outputs that are settled and mixed in."""
    names = {False: say("Rounds"), True: say("Gold outputs")}
    is_gold = shell.switch(say("What to see"), names, default=False)
    if is_gold:
        gold.show_gold(workspace)
    else:
        _show_rounds(workspace)


def _show_rounds(workspace: Workspace) -> None:
    """Why a round may help, a form to begin one, and the round that is chosen."""
    report = grading.list_rounds(workspace)
    for words in sentences(report.suggested):
        st.info(plain(words))
    rounds = report.rounds[::-1]
    if not any(row.state == "open" for row in rounds):
        with st.expander(say("Begin a round"), expanded=not rounds):
            _begin(workspace, report.languages)
    if not rounds:
        return
    _show(workspace, grading.show_round(workspace, number=_chosen([row.number for row in rounds])))


def _chosen(numbers: list[int], first: int = 0) -> int:
    """Which round is shown."""
    if len(numbers) == 1:
        return numbers[0]
    names = {number: say("Round {number}", number=number) for number in numbers}
    chosen: int = shell.choose(say("Round"), names, index=first, label_visibility="collapsed")
    return chosen


def _begin(workspace: Workspace, languages: grading.LanguageParts) -> None:
    st.write(
        say(
            "Everybody grades the same few outputs, before anything else and without seeing the others. Then "
            "you reveal the round, and all look at it side by side."
        )
    )
    for words in language_words(languages):
        st.write(plain(words))
    with st.form("calibration", border=False):
        n = st.number_input(say("How many outputs are drawn"), 2, 50, 8)
        people = choose_people(workspace, say("Who takes part"), say("Everybody"))
        ids = st.text_input(say("Or these outputs: their ids, as Outputs shows them"))
        if st.form_submit_button(say("Begin the round"), type="primary"):
            with shell.guard():
                grading.start_round(workspace, ids.split(), n=int(n), people=tuple(people))
                telling.tell_anew(say("The round has begun: its outputs come first in people's queues."))


def _show(workspace: Workspace, round_: grading.Round) -> None:
    st.write(plain(round_words(round_.calibration)))
    st.write(plain(people_words(round_)))
    if round_.calibration.state == "dropped":
        st.write(say("It was ended without revealing the grades."))
    elif round_.calibration.state == "open":
        with st.container(horizontal=True):
            reveal = st.button(say("Reveal the grades to all"), type="primary")
            if reveal or st.button(say("End without showing them")):
                with shell.guard():
                    _ = grading.reveal_round(workspace) if reveal else grading.end_round(workspace)
                    words = say("Whoever took part sees the grades now, on My progress.")
                    telling.tell_anew(words if reveal else say("It was ended without revealing the grades."))
    else:
        _show_agreement(round_)
        show_outputs(workspace, round_)
        _edit(workspace)


def _show_agreement(round_: grading.Round) -> None:
    rows = [
        {
            say("about"): subject_words(row),
            say("agreement"): alpha_words(row.now),
            before_words(round_): alpha_words(row.before),
            say("all say the same"): rate_words(row.same),
            say("change"): change_words(row),
        }
        for row in round_.subjects
    ]
    shell.table(rows)
    if words := few_words(round_):
        st.caption(plain(words))


def show_mine(workspace: Workspace) -> None:
    """The rounds in which a person graded, once they are revealed; that in which they are mentioned first."""
    if rounds := grading.rounds_of(workspace):
        mentioned = {output_id for output_id, _ in grading.open_mentions(workspace)}
        first = next((at for at, outputs in enumerate(rounds.values()) if outputs & mentioned), 0)
        number = _chosen(list(rounds), first)
        st.subheader(say("Calibration round {number}", number=number))
        round_ = grading.show_round(replace(workspace, role=Role.EXPERT), number=number)
        _show_agreement(round_)
        show_outputs(workspace, round_)


def show_outputs(workspace: Workspace, round_: grading.Round) -> None:
    """The round's outputs, one of them open as on the card, with everybody's grades beneath it."""
    mentions = grading.open_mentions(workspace)
    mentioned = {output_id for output_id, _ in mentions}
    rows = {
        row.output.id: row for row in sorted(round_.outputs, key=lambda row: row.output.id not in mentioned)
    }
    if not rows:
        st.write(say("You graded none of its outputs."))
        return
    titles = {key: _title(row) for key, row in rows.items()}
    chosen = shell.choose(say("Output"), titles, key=f"calibration-output-{round_.calibration.number}")
    row = rows[chosen]
    names = {criterion.id: say(criterion.name) for criterion in editing.list_criteria(workspace)}
    opinions, rules = grading.opinions_of(row.grades, names), workspace.project.rules
    show_side_by_side(row.output, opinions, rules, key=f"calibration-{chosen}")
    about = [criterion for output_id, criterion in mentions if output_id == chosen]
    talking.discuss(workspace, row, about)


def _title(row: grading.SideBySide) -> str:
    begin = shortened(row.output.text, 80)
    if row.differ:
        return say("differ: {begin}", begin=begin)
    if not row.compared:
        return say("not compared: {begin}", begin=begin)
    return say("the same: {begin}", begin=begin)


def _edit(workspace: Workspace) -> None:
    """What the round has shown goes into a criterion or the guidelines at once."""
    criteria = {criterion.id: criterion for criterion in editing.list_criteria(workspace, status="accepted")}
    with st.expander(say("Edit a criterion or the guidelines"), key=keys.ROUND_EDITED, on_change="rerun"):
        names = {"": say("The guidelines")} | {
            key: say(criterion.name) for key, criterion in criteria.items()
        }
        criterion_id = shell.choose(say("What to edit"), names)
        if not criterion_id:
            guidelines.write(workspace, grading.show_guidelines(workspace))
            return
        with st.form(f"reword-{criterion_id}-{criteria[criterion_id].version}", border=False):
            words = st.text_area(say("What makes an output fail and pass"), criteria[criterion_id].statement)
            same = st.checkbox(say("Wording only: the meaning is the same, earlier grades stay valid"))
            why = st.text_input(say("Why"))
            if st.form_submit_button(say("Save a new version")):
                with shell.guard():
                    editing.reword(workspace, criteria[criterion_id], words, wording_only=same, why=why)
                    telling.tell_anew(say("Saved"))

"""Outputs as text only, so nothing in them loads, links or runs; one click from a number to its outputs."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.judges.kinds import kind_of
from labelcore.messages import say
from labelcore.messages.catalogue import person_words
from labelcore.messages.verdicts import reason_words
from labelcore.models import Decision, JudgeVersion, Output
from labelcore.stages import aligning, grading
from labelcore.stages.aligning.measuring import judges_of
from labelcore.store import outputs as output_table
from labelcore.store.about import VersionVerdict
from labelcore.text.showing import clock, showable
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.shell import plain

_PAGE = 10
_AT_ONCE = 5
WithReason = Decision | VersionVerdict | aligning.Disagreement
CELLS: dict[aligning.Cell, str] = {
    "false_pass": "bad ones it lets through",
    "false_fail": "good ones it wrongly fails",
    "true_fail": "bad ones it catches",
    "true_pass": "good ones it passes",
}


def show_output(output: Output, *, height: int | None = None) -> None:
    """One output with what it answers; ``height``: about so many pixels of its text, the rest in a fold."""
    for title, text in (("Input", output.input), ("Context", output.context)):
        if text:
            with st.expander(say(title)):
                _show(text)
    for turn in output.conversation:
        st.text(f"{turn.role}: {showable(turn.content).text}")
        for call in turn.tool_calls:
            _show(f"{call.name}({call.arguments})")
    show_text(output.text, None if height is None else height * 2, say("Whole output"))


def show_text(text: str, most: int | None, whole: str) -> None:
    """A text, of a longer one its beginning, all of it in a fold: no key reaches a box that scrolls."""
    if most is None or len(text) <= most:
        _show(text)
        return
    _show(f"{text[:most]} …")
    with st.expander(whole):
        _show(text)


def _show(text: str) -> None:
    shown = showable(text)
    st.code(shown.text, language=None, wrap_lines=True)
    if shown.left:
        shell.aside(say("{n:,} more characters are not shown here; an export has them all.", n=shown.left))


def why_words(workspace: Workspace, judge: JudgeVersion, output: Output, decided: WithReason) -> str:
    """Why a judge decided so; a composed one in the words of the judges that it is made of."""
    parts: Sequence[JudgeVersion] = ()
    with suppress(
        LabelcoreError, ValueError, LookupError
    ):  # a kind of an earlier release is told as it is kept
        parts = judges_of(workspace.db, kind_of(judge).parts)
    return reason_words(judge, output, decided.reason, decided.probability, parts)


def show_disagreements(
    workspace: Workspace, disagreements: Sequence[aligning.Disagreement], key: str, judge: JudgeVersion
) -> None:
    """The outputs behind a number, ten at a time, each with people's notes and the judge's reason."""
    if not disagreements:
        st.write(say("No output is behind this number."))
        return
    for disagreement in shell.page_of(disagreements, _PAGE, key):
        with st.container(border=True):
            reason = why_words(workspace, judge, disagreement.output, disagreement)
            values = {"verdict": say(disagreement.verdict), "reason": reason}
            passed = say("People passed it; the judge says {verdict}: {reason}", **values)
            failed = say("People failed it; the judge says {verdict}: {reason}", **values)
            st.write(plain(passed if disagreement.human_pass else failed))
            for note in disagreement.notes:
                st.text(say("Note: {note}", note=note))
            show_output(disagreement.output)


def show_outputs(workspace: Workspace, words: str, ids: Iterable[str], key: str) -> None:
    """A switch named by ``words`` and the number of outputs; on, it shows them with their grades."""
    unique = list(dict.fromkeys(ids))
    if not unique or not st.toggle(f"{words} ({len(unique):,})", key=key):
        return
    every_grade = grading.current_grades(workspace)
    for output_id in shell.page_of(unique, _AT_ONCE, key):
        with st.container(border=True):
            grades = [grade for grade in every_grade if grade.output_id == output_id]
            for grade in grades:
                about = say(" on one criterion") if grade.criterion_id else ""
                note = f": {grade.note}" if grade.note else ""
                st.text(
                    f"{person_words(grade.annotator)}, {clock(grade.at)}, {say(grade.value)}{about}{note}"
                )
            if not grades:
                st.write(say("Nobody has graded it."))
            if output := output_table.get(workspace.db, output_id, workspace.project.id):
                show_output(output)


def show_outputs_of_judges(workspace: Workspace, judges: Sequence[tuple[str, str]], key: str) -> None:
    """A switch that opens the outputs behind the figures of judges, given as (version id, name)."""
    names = dict(judges)
    if not names or not st.toggle(say("Show the outputs behind these figures"), key=key):
        return
    judge = shell.choose(say("Judge"), names, key=f"{key}-judge")
    cells = {cell: say(words) for cell, words in CELLS.items()}
    cell = shell.choose(say("Show"), cells, st.radio, horizontal=True, key=f"{key}-cell")
    with shell.guard():
        disagreements = aligning.behind(workspace, judge, cell)
        show_disagreements(
            workspace, disagreements, f"{key}-{judge}-{cell}", judges_of(workspace.db, [judge])[0]
        )

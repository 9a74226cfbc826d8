"""One click from a number to the outputs behind it, with the grades that people gave them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import streamlit as st

from labelcore.models import Grade
from labelcore.stages import aligning, grading, projects
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.outputs import show_behind, show_output
from pages.widgets.shell import plain

_PAGE = 5
CELLS: dict[aligning.Cell, str] = {
    "false_pass": "bad ones it lets through",
    "false_fail": "good ones it wrongly fails",
    "true_fail": "bad ones it catches",
    "true_pass": "good ones it passes",
}


def outputs_behind(workspace: Workspace, words: str, ids: Iterable[str], key: str) -> None:
    """A switch named by ``words`` and the number of outputs; on, it shows them with their grades."""
    wanted = list(dict.fromkeys(ids))
    if not wanted or not st.toggle(f"{words} ({len(wanted):,})", key=key):
        return
    shown = wanted[_start(len(wanted), key) :][:_PAGE]
    grades = _grades(workspace, shown)
    for output_id in shown:
        with st.container(border=True):
            for grade in grades[output_id]:
                st.text(_said(grade))
            if not grades[output_id]:
                st.write("Nobody has graded it.")
            if output := projects.find_output(workspace.db, output_id):
                show_output(output)


def _start(total: int, key: str) -> int:
    pages = (total + _PAGE - 1) // _PAGE
    page = st.number_input(f"Page of {pages:,}", 1, pages, 1, key=f"{key}-page") if pages > 1 else 1
    return (int(page) - 1) * _PAGE


def _grades(workspace: Workspace, ids: Collection[str]) -> dict[str, list[Grade]]:
    found: dict[str, list[Grade]] = defaultdict(list)
    for grade in grading.current_grades(workspace):
        if grade.output_id in ids:
            found[grade.output_id].append(grade)
    return found


def _said(grade: Grade) -> str:
    about = " on one criterion" if grade.criterion_id else ""
    note = f": {grade.note}" if grade.note else ""
    return f"{grade.annotator}, {grade.at:%Y-%m-%d %H:%M}, {grade.value}{about}{note}"


def judges_behind(workspace: Workspace, judges: Sequence[tuple[str, str]], key: str) -> None:
    """A switch that opens the outputs behind the figures of judges, given as (version id, name)."""
    names = dict(judges)
    if not names or not st.toggle("Show the outputs behind these figures", key=key):
        return
    judge = st.selectbox(
        "Judge", list(names), format_func=lambda version_id: plain(names[version_id]), key=f"{key}-judge"
    )
    cell = st.radio("Show", list(CELLS), format_func=CELLS.__getitem__, horizontal=True, key=f"{key}-cell")
    with shell.guard():
        found = aligning.behind(workspace, judge, cell)
        show_behind(found, f"{key}-{judge}-{cell}")
